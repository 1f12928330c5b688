//! Why a command did not succeed.

use std::io::Write;
use std::process::ExitCode;

use portable_dsa::Error;
use portable_dsa::engine::EngineError;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The request cannot be met as it stands: exit code 2. What is wrong and what to do, in one sentence.
    Refused(String),
    /// A check or a device failed: exit code 1.
    Failed(String),
    /// Nobody reads the output any more, as after `dsa devices | head -1`: no message, exit code 0.
    Unread,
}

impl Failure {
    /// A request that cannot be met as it stands.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Failure::Refused(sentence.into())
    }

    /// Says what happened, in one line on stderr.
    pub fn report(&self) -> ExitCode {
        let (sentence, code) = match self {
            Failure::Refused(sentence) => (sentence, 2),
            Failure::Failed(sentence) => (sentence, 1),
            Failure::Unread => return ExitCode::SUCCESS,
        };
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        // If stderr is closed, the exit code still tells.
        let _ = writeln!(std::io::stderr(), "error: {sentence}");
        ExitCode::from(code)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let advice = match &error {
            EngineError::NoSuchDevice { .. } => "; choose one with --device",
            EngineError::Open { .. } => "; choose another with --device, or use --device cpu",
            EngineError::BufferTooLarge { .. } | EngineError::OutOfMemory { .. } => "; use smaller tensors, or another --device",
            EngineError::Shader { .. } | EngineError::Binding { .. } | EngineError::DeviceFailed { .. } => {
                return Failure::Failed(format!("{error}; try --device cpu, and DSA_LOG=debug to see more"));
            }
            _ => "",
        };
        Failure::Refused(format!("{error}{advice}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Engine(error) => error.into(),
            Error::Unsupported { .. } => Failure::Refused(format!("{error}; use --variant auto")),
            Error::Range { argument, supported, actual } => {
                Failure::Refused(format!("{} is {actual}; supported: {supported}", flag_of(argument)))
            }
            _ => Failure::Refused(error.to_string()),
        }
    }
}

/// The flag that sets an argument of the library, or the argument itself.
fn flag_of(argument: &'static str) -> &'static str {
    match argument {
        "top_k" => "top-k",
        "softmax_scale" | "factor" => "--scale",
        "d_v" => "--value-dim",
        "max_context" => "--max-context",
        _ => argument,
    }
}
