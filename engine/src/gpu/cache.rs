//! Compiled pipelines on disk, where the backend can (Vulkan).

use std::path::PathBuf;

/// A pipeline cache and the file it came from.
#[derive(Debug)]
pub(super) struct PipelineCache {
    cache: wgpu::PipelineCache,
    path: PathBuf,
    loaded_bytes: usize,
}

impl PipelineCache {
    /// Reads the cache of this adapter and driver; `None` where the backend has none.
    pub(super) fn open(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> Option<Self> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let path = directory()?.join(wgpu::util::pipeline_cache_key(info)?);
        let data = std::fs::read(&path).ok();
        let descriptor = wgpu::PipelineCacheDescriptor { label: Some("dsa"), data: data.as_deref(), fallback: true };
        // SAFETY: the bytes were written by `save` from `get_data` under a name that holds vendor and device; wgpu checks their header against
        // the driver's own cache identifier and, with `fallback`, starts an empty cache if it does not fit.
        let cache = unsafe { device.create_pipeline_cache(&descriptor) };
        Some(PipelineCache { cache, path, loaded_bytes: data.map_or(0, |data| data.len()) })
    }

    pub(super) fn get(&self) -> &wgpu::PipelineCache {
        &self.cache
    }

    /// Writes the cache if it grew. A failure costs the next start some time, and nothing else.
    fn save(&self) {
        let Some(data) = self.cache.get_data().filter(|data| data.len() != self.loaded_bytes) else { return };
        // Other processes may read the file meanwhile: they see the old or the new one, never half of it.
        let partial = self.path.with_extension(format!("partial.{}", std::process::id()));
        let written = self.path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&partial, data));
        match written.and_then(|()| std::fs::rename(&partial, &self.path)) {
            Ok(()) => tracing::debug!(path = %self.path.display(), "saved compiled pipelines"),
            Err(error) => tracing::debug!(path = %self.path.display(), %error, "could not save compiled pipelines"),
        }
    }
}

impl Drop for PipelineCache {
    fn drop(&mut self) {
        self.save();
    }
}

/// The folder of compiled pipelines, and of what else is worth keeping from one run to the next: `$DSA_CACHE_DIR`, or a folder of our own
/// among the user's caches. `None` if `DSA_CACHE_DIR` is set and empty, which turns the disk cache off, or if the user has no such folder.
pub fn directory() -> Option<PathBuf> {
    if let Some(own) = std::env::var_os("DSA_CACHE_DIR") {
        return (!own.is_empty()).then(|| own.into());
    }
    let caches = if cfg!(windows) {
        PathBuf::from(std::env::var_os("LOCALAPPDATA")?)
    } else if cfg!(target_os = "macos") {
        PathBuf::from(std::env::var_os("HOME")?).join("Library/Caches")
    } else {
        match std::env::var_os("XDG_CACHE_HOME") {
            Some(caches) if !caches.is_empty() => caches.into(),
            _ => PathBuf::from(std::env::var_os("HOME")?).join(".cache"),
        }
    };
    Some(caches.join("portable-dsa"))
}
