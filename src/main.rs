//! The `dsa` program.
fn main() {}
