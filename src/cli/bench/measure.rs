//! How long something takes on a device.

use std::time::{Duration, Instant};

use portable_dsa::engine::{Buffer, Device, DeviceKind, Encoder, Timer};

use crate::cli::Failure;

/// Written between runs, so that none finds its input in a cache: larger than the last-level cache of today's GPUs.
const FLUSH_BYTES: u64 = 256 << 20;
/// Runs that are timed at least, and at most.
const LEAST_RUNS: usize = 3;
const MOST_RUNS: usize = 50;

/// Times work on one device.
pub struct Stopwatch {
    pub device: Device,
    timer: Option<Timer>,
    flushed: Buffer,
    budget: Duration,
}

impl Stopwatch {
    /// Runs are repeated until `budget` is used up.
    pub fn new(device: &Device, budget: Duration) -> Result<Self, Failure> {
        let limits = device.capabilities();
        // The host's runs start with what the last one left in its caches: flushing them would take longer than most runs.
        let on_host = matches!(device.info().kind, DeviceKind::Host | DeviceKind::Software);
        let bytes = if on_host { 4 } else { FLUSH_BYTES.min(limits.max_buffer_bytes) };
        let timer = if limits.timestamps { Some(device.timer(2)?) } else { None };
        Ok(Stopwatch { device: device.clone(), timer, flushed: device.buffer("flush", bytes)?, budget })
    }

    /// The median time of `work`, in seconds, by the device's clock; by the host's, submission included, where the device has none.
    pub fn median(&self, mut work: impl FnMut(&mut Encoder<'_>) -> portable_dsa::Result<()>) -> Result<f64, Failure> {
        self.once(&mut work)?;
        let start = Instant::now();
        let mut times = Vec::new();
        while times.len() < LEAST_RUNS || times.len() < MOST_RUNS && start.elapsed() < self.budget {
            times.push(self.once(&mut work)?);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }

    fn once(&self, work: &mut impl FnMut(&mut Encoder<'_>) -> portable_dsa::Result<()>) -> Result<f64, Failure> {
        let mut encoder = self.device.encoder();
        encoder.clear(&self.flushed.whole())?;
        let Some(timer) = &self.timer else {
            encoder.submit_and_wait()?;
            let start = Instant::now();
            let mut encoder = self.device.encoder();
            work(&mut encoder)?;
            encoder.submit_and_wait()?;
            return Ok(start.elapsed().as_secs_f64());
        };
        encoder.mark(timer);
        work(&mut encoder)?;
        encoder.mark(timer);
        encoder.resolve(timer);
        encoder.submit_and_wait()?;
        let elapsed = pollster::block_on(timer.read())?;
        Ok(elapsed.first().map_or(0.0, Duration::as_secs_f64))
    }
}
