//! The compute layer's error type.

/// Why the compute layer refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A device selector that cannot be read.
    #[error("unknown device `{selector}`: write auto, cpu, cuda, vulkan, metal, dx12 or gl, with an optional number as in vulkan:1")]
    UnknownSelector {
        /// What was asked for.
        selector: String,
    },
    /// No such device on this machine.
    #[error("no device `{selector}` here; found: {found}")]
    NoSuchDevice {
        /// What was asked for.
        selector: String,
        /// The selectors of the devices that exist.
        found: String,
    },
    /// Software that a device needs is not on this machine.
    #[error("cannot open {selector}: {what} is missing; {advice}")]
    NotInstalled {
        /// What was asked for.
        selector: String,
        /// The driver or library.
        what: String,
        /// What to install.
        advice: String,
    },
    /// The driver would not open the device.
    #[error("cannot open {device}: {reason}")]
    Open {
        /// The device's selector and name.
        device: String,
        /// The driver's words.
        reason: String,
    },
    /// A buffer is larger than the device allows.
    #[error("buffer `{label}` needs {bytes} bytes, but {device} allows {limit}")]
    BufferTooLarge {
        /// The buffer's label.
        label: String,
        /// Bytes asked for.
        bytes: u64,
        /// The device's largest buffer in bytes.
        limit: u64,
        /// The device's selector and name.
        device: String,
    },
    /// The device has no memory left.
    #[error("out of memory on {device} for buffer `{label}` of {bytes} bytes")]
    OutOfMemory {
        /// The buffer's label.
        label: String,
        /// Bytes asked for.
        bytes: u64,
        /// The device's selector and name.
        device: String,
    },
    /// A range lies outside its buffer, or is not aligned.
    #[error("bytes {offset}..{end} of buffer `{label}`: {reason}", end = offset.saturating_add(*bytes))]
    Range {
        /// The buffer's label.
        label: String,
        /// First byte.
        offset: u64,
        /// Length in bytes.
        bytes: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A buffer of one device was used on another.
    #[error("buffer `{label}` belongs to {owner}, not to {device}")]
    WrongDevice {
        /// The buffer's label.
        label: String,
        /// The device that made it.
        owner: String,
        /// The device it was used on.
        device: String,
    },
    /// A shader that does not compose, parse or compile.
    #[error("shader `{module}`: {reason}")]
    Shader {
        /// Module name.
        module: String,
        /// The compiler's words.
        reason: String,
    },
    /// A dispatch whose bindings differ from the shader's.
    #[error("dispatch of `{module}`: {reason}")]
    Binding {
        /// Module name.
        module: String,
        /// Which binding, and what is wrong with it.
        reason: String,
    },
    /// The device lacks a feature.
    #[error("{device} has no {feature}")]
    MissingFeature {
        /// What is missing.
        feature: &'static str,
        /// The device's selector and name.
        device: String,
    },
    /// The device failed while it worked; it cannot be used further.
    #[error("{device} failed: {reason}")]
    DeviceFailed {
        /// The device's selector and name.
        device: String,
        /// The driver's words.
        reason: String,
    },
}

/// Shorthand for results of this crate.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;
