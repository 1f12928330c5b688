//! The commands of the program `dsa`.

pub mod recall;
