//! What `dsa recall` prints.

use std::fmt::Write;

use serde::Serialize;

use crate::cli::Failure;
use crate::cli::output::{self, Table, bytes};

/// Everything that a run found.
#[derive(Debug, Serialize)]
pub struct Report {
    pub file: String,
    pub bytes: usize,
    pub device: String,
    pub heads: u32,
    pub top_k: u32,
    pub cache_bytes_per_token: u64,
    pub cache_bytes: u64,
    pub prefill_tokens_per_second: f64,
    pub quality: Vec<Quality>,
    pub continuations: Vec<Continuation>,
}

/// How well one way of attending predicts the document's last part.
#[derive(Debug, Serialize)]
pub struct Quality {
    /// Rows read for each position; `None` for dense attention.
    pub top_k: Option<u32>,
    pub positions: usize,
    pub bits_per_byte: f64,
    pub accuracy: f64,
    pub positions_per_second: f64,
}

/// A prompt and what followed.
#[derive(Debug, Serialize)]
pub struct Continuation {
    pub prompt: String,
    pub text: String,
    pub decode_tokens_per_second: f64,
    /// If the document holds the prompt: how many of the continuation's bytes are the document's own there.
    pub bytes_as_in_document: Option<usize>,
    /// Some of the positions that were read for the first byte.
    pub read: Vec<Passage>,
}

/// A position that was read.
#[derive(Debug, Serialize)]
pub struct Passage {
    pub position: usize,
    /// Bytes up to the position that are those at the end of the context.
    pub shared_bytes: usize,
    /// The text around it.
    pub text: String,
}

impl Continuation {
    /// Compares the continuation with what follows the prompt in the document, if anything does.
    pub fn new(document: &[u8], prompt: &[u8], continued: Vec<u8>, decode_tokens_per_second: f64, read: Vec<Passage>) -> Self {
        let places =
            document.windows(prompt.len().max(1)).enumerate().filter(|(_, window)| *window == prompt).map(|(i, _)| i + prompt.len());
        let same = |place: usize| document[place..].iter().zip(&continued).take_while(|(a, b)| a == b).count();
        Continuation {
            prompt: String::from_utf8_lossy(prompt).into_owned(),
            bytes_as_in_document: places.map(same).max(),
            text: String::from_utf8_lossy(&continued).into_owned(),
            decode_tokens_per_second,
            read,
        }
    }
}

impl Report {
    /// Writes the report to stdout.
    pub fn print(&self, json: bool) -> Result<(), Failure> {
        if json { output::print_json(self) } else { output::print(&self.text()) }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut facts = Table::default();
        facts.row(["document".to_owned(), format!("{}, {} bytes", self.file, self.bytes)]);
        facts.row(["device".to_owned(), self.device.clone()]);
        facts.row(["shapes".to_owned(), format!("{} heads, d_qk 576, d_v 512, 64 index heads of 128, top-k {}", self.heads, self.top_k)]);
        let caches =
            format!("{} bytes a token (FP8 row 656 + index key 132), {} in all", self.cache_bytes_per_token, bytes(self.cache_bytes));
        facts.row(["caches".to_owned(), caches]);
        facts.row(["prefill".to_owned(), format!("{:.0} tokens/s", self.prefill_tokens_per_second)]);
        if let Some(first) = self.continuations.first() {
            facts.row(["decode".to_owned(), format!("{:.2} tokens/s", first.decode_tokens_per_second)]);
        }
        text += &facts.render(0);
        if !self.quality.is_empty() {
            let mut table = Table::default();
            table.row(["attention", "bits per byte", "accuracy", "positions/s"]);
            for row in &self.quality {
                let name = row.top_k.map_or("dense".to_owned(), |top_k| format!("DSA, top-k {top_k}"));
                let speed = format!("{:.2}", row.positions_per_second);
                table.row([name, format!("{:.3}", row.bits_per_byte), format!("{:.3}", row.accuracy), speed]);
            }
            let _ = write!(text, "\nThe next byte at {} positions of the last tenth:\n{}", self.quality[0].positions, table.render(2));
        }
        for continuation in &self.continuations {
            text += &continuation.lines();
        }
        text
    }
}

impl Continuation {
    fn lines(&self) -> String {
        let mut text = format!("\n> {}\n{}\n", visible(&self.prompt, true), visible(&self.text, true));
        if let Some(same) = self.bytes_as_in_document {
            let _ = writeln!(text, "  the first {same} of {} bytes are as in the document", self.text.len());
        }
        for passage in &self.read {
            let (position, shared) = (passage.position, passage.shared_bytes);
            let _ = writeln!(text, "  read at {position}: {shared} bytes in common: ..{}..", visible(&passage.text, false));
        }
        text
    }
}

/// Text without control characters, which could confuse a terminal; line breaks are kept or shown as spaces.
fn visible(text: &str, keep_lines: bool) -> String {
    let show = |c: char| match c {
        '\n' if keep_lines => '\n',
        '\n' | '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(show).collect()
}
