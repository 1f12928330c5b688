//! The library's error type.

use dsa_engine::EngineError;

/// Why an operation was refused or failed. Everything but [`Error::Engine`] is raised before any work is submitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tensor has another shape or size than the plan needs.
    #[error("{argument}: expected {expected}, got {actual}")]
    Shape {
        /// Name of the argument, as in the operation's documentation.
        argument: &'static str,
        /// What the operation needs, in words or numbers.
        expected: String,
        /// What it was given.
        actual: String,
    },
    /// A parameter lies outside the range that the operation supports.
    #[error("{argument} is {actual}; supported: {supported}")]
    Range {
        /// Name of the parameter.
        argument: &'static str,
        /// The supported values.
        supported: String,
        /// The value given.
        actual: String,
    },
    /// The device lacks something that the request needs.
    #[error("{what} is not supported on {device}: {reason}")]
    Unsupported {
        /// The operation or variant asked for.
        what: String,
        /// The device's selector and name.
        device: String,
        /// What is missing, and what to do instead.
        reason: String,
    },
    /// CubeCL refused a client or a tensor, or failed.
    #[cfg(feature = "cubecl")]
    #[error("{argument}, in CubeCL: {reason}")]
    CubeCl {
        /// Name of the argument, or the tensor's label.
        argument: String,
        /// CubeCL's words, or what is wrong.
        reason: String,
    },
    /// The compute layer failed: out of memory, device lost, a shader that the driver refused.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Error {
    /// A [`Error::Shape`] from anything that prints.
    pub(crate) fn shape(argument: &'static str, expected: impl ToString, actual: impl ToString) -> Self {
        Error::Shape { argument, expected: expected.to_string(), actual: actual.to_string() }
    }

    /// A [`Error::Range`] from anything that prints.
    pub(crate) fn range(argument: &'static str, supported: impl ToString, actual: impl ToString) -> Self {
        Error::Range { argument, supported: supported.to_string(), actual: actual.to_string() }
    }
}

/// Shorthand for results of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;
