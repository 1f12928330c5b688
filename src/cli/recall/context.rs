//! The text a model reads: a document, and behind it the bytes of a prompt and of its continuation.

use super::hash::WINDOW;

/// A document and the bytes appended to it. Positions count from the first byte of the document.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    document: &'a [u8],
    tail: Vec<u8>,
}

impl<'a> Context<'a> {
    /// A context of the document alone.
    pub fn new(document: &'a [u8]) -> Self {
        Self { document, tail: Vec::new() }
    }

    /// Appends one byte.
    pub fn push(&mut self, byte: u8) {
        self.tail.push(byte);
    }

    /// Appends a prompt.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
    }

    /// Bytes in all. The next byte is asked for at position `len() - 1`.
    pub fn len(&self) -> usize {
        self.document.len() + self.tail.len()
    }

    /// Rows that exist: one for each byte whose next byte is known.
    pub fn rows(&self) -> usize {
        self.len().saturating_sub(1)
    }

    /// The byte at a position, if there is one.
    pub fn byte(&self, position: usize) -> Option<u8> {
        self.document.get(position).or_else(|| self.tail.get(position - self.document.len())).copied()
    }

    /// The last [`WINDOW`] bytes up to and with `position`, newest last; fewer at the start. `buffer` is used where they cross from the
    /// document into the tail.
    pub fn window<'b>(&'b self, position: usize, buffer: &'b mut [u8; WINDOW]) -> &'b [u8] {
        let end = position.saturating_add(1).min(self.len());
        let start = end.saturating_sub(WINDOW);
        let seam = self.document.len();
        if end <= seam {
            return &self.document[start..end];
        }
        if start >= seam {
            return &self.tail[start - seam..end - seam];
        }
        let (head, rest) = buffer[..end - start].split_at_mut(seam - start);
        head.copy_from_slice(&self.document[start..]);
        rest.copy_from_slice(&self.tail[..end - seam]);
        &buffer[..end - start]
    }
}
