//! Which form of a kernel runs on a device, and why.

use dsa_engine::Device;

use crate::{Error, Result, Variant};

/// Chooses among the variants that an operation has, given from best to plainest.
///
/// `requested` wins, then the environment variable `DSA_VARIANT`, then the first variant that the device can run. The CPU device always
/// gives [`Variant::Cpu`]. Returns the variant and the reason for it.
///
/// # Errors
/// [`Error::Unsupported`] if a forced variant cannot run on the device, [`Error::Range`] if `DSA_VARIANT` names no variant.
pub fn choose(device: &Device, requested: Option<Variant>, available: &[Variant]) -> Result<(Variant, String)> {
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
            return Err(unsupported(device, variant, "this operation has no such variant"));
        }
        return match refusal(device, variant) {
            None => Ok((variant, format!("forced by {source}"))),
            Some(why) => Err(unsupported(device, variant, &why)),
        };
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
fn refusal(device: &Device, variant: Variant) -> Option<String> {
    match variant {
        Variant::Cpu => Some("the device is a GPU".to_owned()),
        Variant::Generic => None,
        Variant::Subgroup if device.capabilities().subgroup.is_none() => Some("the device has no subgroup operations".to_owned()),
        Variant::Subgroup => None,
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
        _ => Err(Error::range("DSA_VARIANT", "auto, generic, subgroup", name)),
    }
}
