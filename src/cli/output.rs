//! What all commands print with.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;

use super::Failure;

/// Writes `text` to stdout.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::refused(format!("cannot write to stdout: {error}")),
    })
}

/// Writes `value` to stdout as indented JSON.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Failed(format!("cannot write JSON: {error}")))?;
    print(&(text + "\n"))
}

/// A spinner on stderr for work of unknown length, removed when it is dropped; none if stderr is not a terminal.
pub struct Spinner(ProgressBar);

impl Spinner {
    /// Starts one that says `message`.
    pub fn new(message: impl Into<String>) -> Self {
        let bar = ProgressBar::new_spinner().with_message(message.into());
        bar.enable_steady_tick(Duration::from_millis(100));
        Spinner(bar)
    }

    /// Changes what it says.
    pub fn say(&self, message: impl Into<String>) {
        self.0.set_message(message.into());
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Lines of cells that stand in columns.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a line. All lines have the same number of cells.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The lines, each indented by `indent` spaces, with two spaces between columns.
    pub fn render(&self, indent: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |column: usize| self.rows.iter().filter_map(move |row| row.get(column));
        let widths: Vec<usize> = (0..columns).map(|column| cells(column).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let line: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
            text += &format!("{:indent$}{}\n", "", line.join("  ").trim_end());
        }
        text
    }
}

/// A number of bytes as a person reads it: `768 B`, `16 KiB`, `2.5 GiB`.
pub fn bytes(count: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    // The exponent is at most 6, as 2^64 is 16 EiB.
    let unit = (count.max(1).ilog2() / 10) as usize;
    let value = count as f64 / (1u64 << (10 * unit)) as f64;
    let digits = if value.fract() == 0.0 { 0 } else { 1 };
    format!("{value:.digits$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_readable() {
        for (count, text) in
            [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1 << 27, "128 MiB"), (5 << 29, "2.5 GiB"), (u64::MAX, "16 EiB")]
        {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::default();
        table.row(["a", "bb", ""]);
        table.row(["ccc", "d", "e"]);
        assert_eq!(table.render(1), " a    bb\n ccc  d   e\n");
    }
}
