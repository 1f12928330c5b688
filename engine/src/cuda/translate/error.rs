//! What has no translation.

use naga::Span;

/// Why a module could not be translated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TranslateError {
    /// A construct of the shader that CUDA C++ lacks, or that this translation does not cover.
    #[error("no translation to CUDA C++ of {construct}{at}", at = Place(line, text))]
    Unsupported {
        /// What it is.
        construct: String,
        /// The line of the WGSL source, from 1, if it is known.
        line: Option<u32>,
        /// That line's text.
        text: Option<String>,
    },
    /// No compute entry point of that name, or more than one to choose from.
    #[error("no single compute entry point `{asked}`; the module has: {found}")]
    EntryPoint {
        /// What was asked for.
        asked: String,
        /// The names of all.
        found: String,
    },
}

impl TranslateError {
    /// Without a place; [`TranslateError::at`] adds it.
    pub(super) fn unsupported(construct: impl Into<String>) -> Self {
        TranslateError::Unsupported { construct: construct.into(), line: None, text: None }
    }

    /// Adds the line of a span, unless a narrower one is there already.
    pub(super) fn at(mut self, span: Span, wgsl: Option<&str>) -> Self {
        if let (TranslateError::Unsupported { line: line @ None, text, .. }, Some(wgsl), true) = (&mut self, wgsl, span.is_defined()) {
            let number = span.location(wgsl).line_number;
            *line = Some(number);
            *text = wgsl.lines().nth(number as usize - 1).map(|text| text.trim().to_owned());
        }
        self
    }
}

struct Place<'a>(&'a Option<u32>, &'a Option<String>);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.0 {
            write!(f, ", line {line}")?;
        }
        if let Some(text) = self.1 {
            write!(f, ": `{text}`")?;
        }
        Ok(())
    }
}
