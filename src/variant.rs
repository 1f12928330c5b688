//! Which form of a kernel runs on a device, and why.

use dsa_engine::{Constant, Device, DeviceKind};

use crate::tuning::Timings;
use crate::{Error, Result, Variant, sm90};

/// Chooses among the variants that an operation has, given from best to plainest.
///
/// `requested` wins, then the environment variable `DSA_VARIANT`, then the first variant that the device can run. The CPU device always
/// gives [`Variant::Cpu`]. Returns the variant and the reason for it.
///
/// # Errors
/// [`Error::Unsupported`] if a forced variant cannot run on the device, [`Error::Range`] if `DSA_VARIANT` names no variant.
pub fn choose(device: &Device, requested: Option<Variant>, available: &[Variant]) -> Result<(Variant, String)> {
    choose_measured(device, requested, available, &Timings::default())
}

/// [`choose`], where `timings` come before the order of `available` if the device can run two variants of them or more.
pub(crate) fn choose_measured(
    device: &Device,
    requested: Option<Variant>,
    available: &[Variant],
    timings: &Timings<'_>,
) -> Result<(Variant, String)> {
    let forced = match requested {
        Some(variant) => Some((variant, "requested")),
        None => from_environment()?.map(|variant| (variant, "DSA_VARIANT")),
    };
    if device.is_cpu() {
        // A forced shader variant is meant for the GPUs of the same run; the host's cores have one form only.
        return match requested {
            Some(variant) if variant != Variant::Cpu => Err(unsupported(device, variant, "the cpu device has only the cpu variant")),
            _ => Ok((Variant::Cpu, "the device is the host's cores".to_owned())),
        };
    }
    if let Some((variant, source)) = forced {
        if !available.contains(&variant) {
            return Err(unsupported(device, variant, "this operation has no such variant for these shapes and types"));
        }
        return match refusal(device, variant) {
            None => Ok((variant, format!("forced by {source}"))),
            Some(why) => Err(unsupported(device, variant, &why)),
        };
    }
    let usable = timings.only(|candidate| available.contains(&candidate.variant) && refusal(device, candidate.variant).is_none());
    if usable.variants() > 1
        && let Some((candidate, reason)) = usable.fastest()
    {
        return Ok((candidate.variant, reason));
    }
    let mut refusals = Vec::new();
    for &variant in available {
        match refusal(device, variant) {
            None if refusals.is_empty() => return Ok((variant, "the best variant of this operation".to_owned())),
            None => return Ok((variant, refusals.join("; "))),
            Some(why) => refusals.push(format!("not {variant}: {why}")),
        }
    }
    Err(Error::Unsupported { what: "the operation".to_owned(), device: device.info().to_string(), reason: refusals.join("; ") })
}

/// Why `variant` cannot run on `device`; `None` if it can.
pub(crate) fn refusal(device: &Device, variant: Variant) -> Option<String> {
    match variant {
        Variant::Cpu => Some("the device is a GPU".to_owned()),
        Variant::Generic => None,
        Variant::Subgroup if device.capabilities().subgroup.is_none() => Some("the device has no subgroup operations".to_owned()),
        Variant::Subgroup => None,
        Variant::Matrix => MatrixUnit::of(device).err(),
        Variant::Sm90 => sm90::refusal(device),
    }
}

fn unsupported(device: &Device, variant: Variant, why: &str) -> Error {
    Error::Unsupported { what: format!("variant {variant}"), device: device.info().to_string(), reason: why.to_owned() }
}

fn from_environment() -> Result<Option<Variant>> {
    let Ok(name) = std::env::var("DSA_VARIANT") else { return Ok(None) };
    match name.as_str() {
        "" | "auto" => Ok(None),
        "cpu" => Ok(Some(Variant::Cpu)),
        "generic" => Ok(Some(Variant::Generic)),
        "subgroup" => Ok(Some(Variant::Subgroup)),
        "matrix" => Ok(Some(Variant::Matrix)),
        "sm90" => Ok(Some(Variant::Sm90)),
        _ => Err(Error::range("DSA_VARIANT", "auto, generic, subgroup, matrix, sm90", name)),
    }
}

/// How kernels use a device's cooperative matrices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MatrixUnit {
    /// Rows and columns of a matrix: 16, or 8.
    size: u32,
    /// Invocations of every subgroup.
    subgroup: u32,
    /// Whether a subgroup's lanes see one another's workgroup memory after `subgroupBarrier`.
    subgroup_barrier: bool,
    /// Loops over matrices stay loops: for drivers whose matrices are arrays anyhow.
    rolled: bool,
}

impl MatrixUnit {
    /// What the `matrix` variants need; or what the device lacks for them.
    pub(crate) fn of(device: &Device) -> std::result::Result<Self, String> {
        let capabilities = device.capabilities();
        if capabilities.matrix_shapes.is_empty() {
            return Err("the device has no cooperative matrices".to_owned());
        }
        let has = |size| {
            let cube = |shape: &&dsa_engine::MatrixShape| (shape.m, shape.n, shape.k) == (size, size, size);
            capabilities.matrix_shapes.iter().filter(cube).any(|shape| shape.input == "f16" && shape.accumulator == "f32")
        };
        let size = [16, 8].into_iter().find(|&size| has(size)).ok_or("no cooperative matrices of f16 with f32 sums, 16x16x16 or 8x8x8")?;
        if !capabilities.shader_f16 || !capabilities.shader_i16 {
            return Err("the device lacks 16-bit floats or integers".to_owned());
        }
        let subgroup = match capabilities.subgroup {
            Some(sizes) if sizes.min == sizes.max && [8, 16, 32, 64].contains(&sizes.max) => sizes.max,
            Some(sizes) => return Err(format!("subgroups of {} to {}: kernels with matrices need one size", sizes.min, sizes.max)),
            None => return Err("the device has no subgroup operations".to_owned()),
        };
        let info = device.info();
        let subgroup_barrier = capabilities.compute_capability.is_some() || info.driver.starts_with("NVIDIA");
        Ok(MatrixUnit { size, subgroup, subgroup_barrier, rolled: info.kind == DeviceKind::Software })
    }

    /// Rows and columns of a matrix.
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// Conditions and constants of a shader that uses matrices.
    pub(crate) fn specialise(&self, features: &mut Vec<&'static str>, constants: &mut Vec<(&'static str, Constant)>) {
        features.extend((self.size == 8).then_some("eight"));
        features.extend(self.subgroup_barrier.then_some("subgroup_barrier"));
        features.extend(self.rolled.then_some("rolled"));
        constants.push(("SUBGROUP", Constant::U32(self.subgroup)));
    }

    /// The units that are known: NVIDIA's, a discrete GPU's of another make, Apple's, a software driver's.
    pub(crate) fn catalogue() -> [MatrixUnit; 4] {
        [(16, 32, true), (16, 64, false), (8, 32, false), (8, 8, false)].map(|(size, subgroup, subgroup_barrier)| MatrixUnit {
            size,
            subgroup,
            subgroup_barrier,
            rolled: subgroup == 8,
        })
    }
}
