//! `dsa recall`: a document is the model. An attention-only byte model without trained weights, in DeepSeek-V3.2's shapes.
//!
//! [`hash`] names the place of a byte by what stands before it, [`layout`] says which numbers of a row and of a head carry which of
//! those names, and [`model`] makes the rows, keys and queries that the kernels read, and reads the next byte from what they answer.

pub mod command;
pub mod context;
pub mod hash;
pub mod layout;
pub mod model;
pub mod report;
pub mod session;
#[cfg(test)]
mod tests;
