//! Choice by measurement: which variant was the fastest on a device, at sizes like those of a plan.
//!
//! A plan takes the first variant of its operation's own order that the device can run. [`Measurements`] come before that order: they hold
//! how long each variant took on one device, for [classes](Class) of sizes. `dsa tune` takes them, and saves them in the user's cache folder
//! with the device's name, API and driver and the version and shaders of the library. Where one of these has changed, they are not used.
//!
//! The library reads no file by itself. What a plan chooses follows from the device handle that it is given, so that an engine's author
//! decides, and two handles of one device can differ:
//!
//! - a handle as it was opened has the built-in order;
//! - [`with_saved`] gives a handle with what `dsa tune` saved on this machine, as the program `dsa` uses it;
//! - [`Measurements::attach`] gives one with measurements from a place of your own, or taken by your own program.
//!
//! A variant that is forced, by an option or by `DSA_VARIANT`, comes before measurements.
//!
//! ```no_run
//! use portable_dsa::engine::Device;
//! use portable_dsa::topk::{TopK, TopKOptions};
//! use portable_dsa::tuning;
//!
//! # fn main() -> portable_dsa::Result<()> {
//! let device = tuning::with_saved(&Device::open("auto")?);
//! let top_k = TopK::plan(&device, TopKOptions { rows: 64, columns: 65536, ..Default::default() })?;
//! println!("{}: {}", top_k.variant(), top_k.reason());
//! # Ok(())
//! # }
//! ```

mod class;
mod timings;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dsa_engine::{Device, cache_directory};
use serde::{Deserialize, Serialize};

use crate::{shaders, sm90};
pub use class::{Band, Candidate, Class, Operation};
pub(crate) use timings::Timings;
pub use timings::{Measured, Timing};

/// Why measurements cannot be used, or not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TuningError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{path} is no file of measurements: {source}", path = path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// The file cannot be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// They were taken on another device, or with another driver or other shaders.
    #[error("measured with {what} `{measured}`, now `{present}`")]
    Stale {
        /// What differs: the device's name, its API, its driver, or the library's version or shaders.
        what: &'static str,
        /// What it was.
        measured: String,
        /// What it is.
        present: String,
    },
}

/// What measurements hold for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    name: String,
    backend: String,
    driver: String,
    version: String,
    /// A number of the texts of all kernels.
    shaders: String,
}

impl Origin {
    fn of(device: &Device) -> Self {
        let info = device.info();
        let fingerprint = shaders::LIBRARY.fingerprint() ^ sm90::LIBRARY.fingerprint().rotate_left(1);
        Origin {
            name: info.name.clone(),
            backend: info.backend.to_owned(),
            driver: info.driver.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            shaders: format!("{fingerprint:032x}"),
        }
    }

    fn compare(&self, present: &Origin) -> Result<(), TuningError> {
        let pairs = [
            ("a device of the name", &self.name, &present.name),
            ("the API", &self.backend, &present.backend),
            ("the driver", &self.driver, &present.driver),
            ("the version", &self.version, &present.version),
            ("the shaders", &self.shaders, &present.shaders),
        ];
        match pairs.into_iter().find(|(_, measured, present)| measured != present) {
            None => Ok(()),
            Some((what, measured, present)) => Err(TuningError::Stale { what, measured: measured.clone(), present: present.clone() }),
        }
    }
}

/// What was measured on one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    device: Origin,
    classes: Vec<Measured>,
}

impl Measurements {
    /// None yet.
    pub fn new(device: &Device) -> Self {
        Measurements { device: Origin::of(device), classes: Vec::new() }
    }

    /// Those of a file.
    ///
    /// # Errors
    /// [`TuningError::Read`], [`TuningError::Parse`].
    pub fn load(path: &Path) -> Result<Self, TuningError> {
        let text = std::fs::read(path).map_err(|source| TuningError::Read { path: path.to_owned(), source })?;
        serde_json::from_slice(&text).map_err(|source| TuningError::Parse { path: path.to_owned(), source })
    }

    /// Writes them to a file, whose folder is made if need be. Whoever reads the file meanwhile sees the old one, or all of the new one.
    ///
    /// # Errors
    /// [`TuningError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), TuningError> {
        let partial = path.with_extension(format!("partial.{}", std::process::id()));
        let write = || {
            path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&partial, serde_json::to_vec_pretty(self)?)?;
            std::fs::rename(&partial, path)
        };
        write().map_err(|source| TuningError::Write { path: path.to_owned(), source })
    }

    /// Whether they hold for a device as it is now.
    ///
    /// # Errors
    /// [`TuningError::Stale`].
    pub fn check(&self, device: &Device) -> Result<(), TuningError> {
        self.device.compare(&Origin::of(device))
    }

    /// The device with these measurements: plans on the new handle use them. They stand in place of what the handle had.
    ///
    /// # Errors
    /// [`TuningError::Stale`] if they are another device's, or of another driver or other shaders.
    pub fn attach(self, device: &Device) -> Result<Device, TuningError> {
        self.check(device)?;
        Ok(device.with_attachment(Arc::new(self)))
    }

    /// Those that a device handle has.
    pub fn attached(device: &Device) -> Option<&Self> {
        device.attachment()
    }

    /// Adds what was measured for a class, in place of what was there.
    pub fn insert(&mut self, measured: Measured) {
        let same = |other: &&mut Measured| (other.operation, &other.class) == (measured.operation, &measured.class);
        match self.classes.iter_mut().find(same) {
            Some(other) => *other = measured,
            None => self.classes.push(measured),
        }
    }

    /// What was measured, by class.
    pub fn classes(&self) -> &[Measured] {
        &self.classes
    }
}

/// Where `dsa tune` keeps a device's measurements: a file in the cache folder, named after the API and the device. `None` if there is no
/// such folder ([`cache_directory`]).
pub fn path(device: &Device) -> Option<PathBuf> {
    let info = device.info();
    let words = info.name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = std::iter::once(info.backend).chain(words).collect::<Vec<_>>().join("-").to_lowercase();
    Some(cache_directory()?.join(format!("tuning-{name}.json")))
}

/// What `dsa tune` saved for a device; `None` if nothing.
///
/// # Errors
/// [`TuningError::Read`], [`TuningError::Parse`] or [`TuningError::Stale`] if there is a file that is of no use.
pub fn saved(device: &Device) -> Result<Option<Measurements>, TuningError> {
    let Some(path) = path(device).filter(|path| path.exists()) else { return Ok(None) };
    let measurements = Measurements::load(&path)?;
    measurements.check(device)?;
    Ok(Some(measurements))
}

/// The device with what `dsa tune` saved for it, read once and now; the device as it is if there is nothing, or a file of no use, of which
/// the log tells.
pub fn with_saved(device: &Device) -> Device {
    let attached = saved(device).and_then(|saved| saved.map(|measurements| measurements.attach(device)).transpose());
    match attached {
        Ok(attached) => attached.unwrap_or_else(|| device.clone()),
        Err(error) => {
            tracing::warn!(device = %device.info(), %error, "measurements are not used; `dsa tune` takes new ones");
            device.clone()
        }
    }
}

#[cfg(test)]
mod tests;
