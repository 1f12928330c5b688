//! The `dsa` program.

#[allow(dead_code, reason = "the commands are not wired up yet")]
mod cli;

fn main() {}
