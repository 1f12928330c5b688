//! The `dsa` program.

mod cli;

fn main() {}
