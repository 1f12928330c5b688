//! Compiled kernels, kept on disk.

use std::path::{Path, PathBuf};

use super::nvrtc::{Nvrtc, NvrtcError, OPTIONS};
use crate::gpu::cache_directory;
use crate::hash::fnv1a;

/// The CUBIN of a text, from disk if this version of NVRTC has compiled it before.
pub(crate) fn compile(source: &str, architecture: &str) -> Result<Vec<u8>, NvrtcError> {
    let nvrtc = Nvrtc::load()?;
    let path = cache_directory().map(|folder| folder.join(file_name(source, architecture, nvrtc.version())));
    if let Some(cubin) = path.as_deref().and_then(read) {
        return Ok(cubin);
    }
    let compiled = nvrtc.compile(source, architecture, &OPTIONS)?;
    if !compiled.log.is_empty() {
        tracing::debug!(log = compiled.log, "NVRTC");
    }
    if let Some(path) = path {
        write(&path, &compiled.cubin);
    }
    Ok(compiled.cubin)
}

fn file_name(source: &str, architecture: &str, version: (i32, i32)) -> PathBuf {
    let key = format!("{source}\0{architecture}\0{version:?}\0{OPTIONS:?}");
    format!("{:032x}.{architecture}.cubin", fnv1a(key.as_bytes())).into()
}

/// A CUBIN is an ELF file; anything else is what some accident has left.
fn read(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok().filter(|bytes| bytes.starts_with(b"\x7fELF"))
}

/// A failure costs the next start some time, and nothing else.
fn write(path: &Path, cubin: &[u8]) {
    // Other processes may read the file meanwhile: they see the old or the new one, never half of it.
    let partial = path.with_extension(format!("partial.{}", std::process::id()));
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = folder.and_then(|()| std::fs::write(&partial, cubin)).and_then(|()| std::fs::rename(&partial, path));
    if let Err(error) = written {
        tracing::debug!(path = %path.display(), %error, "could not save a compiled kernel");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_key_changes_the_name() {
        let name = |source, architecture, version| file_name(source, architecture, version);
        let names = [name("a", "sm_90a", (13, 0)), name("b", "sm_90a", (13, 0)), name("a", "sm_80", (13, 0)), name("a", "sm_90a", (12, 8))];
        for (i, first) in names.iter().enumerate() {
            assert!(names[..i].iter().all(|other| other != first), "{names:?}");
        }
    }

    #[test]
    fn only_whole_elf_files_are_read_back() {
        let folder = std::env::temp_dir().join(format!("dsa-cubin-{}", std::process::id()));
        let path = folder.join("kernel.cubin");
        write(&path, b"\x7fELFmachine code");
        assert_eq!(read(&path).as_deref(), Some(&b"\x7fELFmachine code"[..]));
        write(&path, b"half");
        assert_eq!(read(&path), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
