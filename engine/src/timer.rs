//! Times on the device's own clock.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::cuda::Command;
use crate::device::Inner;
use crate::encoder::Recording;
use crate::{Device, Encoder, EngineError, Result};

/// A series of marks in the stream of commands.
#[derive(Debug)]
pub struct Timer {
    marks: Marks,
    capacity: u32,
}

#[derive(Debug)]
enum Marks {
    Host(Mutex<Vec<Instant>>),
    Cuda { device: Device, marks: Arc<crate::cuda::Marks> },
    Gpu { queries: wgpu::QuerySet, resolved: crate::Buffer, used: Mutex<u32>, nanoseconds_per_tick: f64 },
}

impl Device {
    /// A timer for up to `capacity` marks.
    ///
    /// # Errors
    /// [`EngineError::MissingFeature`] if the device has no timestamp queries.
    pub fn timer(&self, capacity: u32) -> Result<Timer> {
        let marks = match self.inner() {
            Inner::Host(_) => Marks::Host(Mutex::default()),
            Inner::Cuda(_) => Marks::Cuda { device: self.clone(), marks: Arc::default() },
            Inner::Gpu(gpu) => {
                if !self.capabilities().timestamps {
                    return Err(EngineError::MissingFeature { feature: "timestamp queries", device: self.info().to_string() });
                }
                let queries = gpu.device.create_query_set(&wgpu::QuerySetDescriptor {
                    label: Some("timer"),
                    ty: wgpu::QueryType::Timestamp,
                    count: capacity.max(1),
                });
                let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
                let size = u64::from(capacity.max(1)) * 8;
                let resolved =
                    gpu.device.create_buffer(&wgpu::BufferDescriptor { label: Some("timer"), size, usage, mapped_at_creation: false });
                let nanoseconds_per_tick = f64::from(gpu.queue.get_timestamp_period());
                Marks::Gpu { queries, resolved: self.wrap_buffer(resolved)?, used: Mutex::new(0), nanoseconds_per_tick }
            }
        };
        Ok(Timer { marks, capacity })
    }
}

impl Encoder<'_> {
    /// Records a mark: the time at which everything recorded before it is done. Marks past the timer's capacity are not recorded.
    pub fn mark(&mut self, timer: &Timer) {
        match (&timer.marks, self.recording()) {
            (Marks::Host(instants), _) => lock(instants).push(Instant::now()),
            (Marks::Gpu { queries, used, .. }, Recording::Gpu(encoder)) => {
                let mut used = lock(used);
                if *used < timer.capacity {
                    // An empty pass with a timestamp needs no more than the basic timestamp feature.
                    drop(encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                        label: Some("mark"),
                        timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                            query_set: queries,
                            beginning_of_pass_write_index: Some(*used),
                            end_of_pass_write_index: None,
                        }),
                    }));
                    *used += 1;
                }
            }
            (Marks::Cuda { marks, .. }, Recording::Cuda(commands)) => {
                commands.push(Command::Mark { marks: Arc::clone(marks), capacity: timer.capacity });
            }
            // A timer of another device.
            (Marks::Gpu { .. } | Marks::Cuda { .. }, _) => {}
        }
    }

    /// Records the copy that lets [`Timer::read`] see the marks; call it once, after the last mark.
    pub fn resolve(&mut self, timer: &Timer) {
        if let (Marks::Gpu { queries, resolved, used, .. }, Recording::Gpu(encoder)) = (&timer.marks, self.recording())
            && let Some(buffer) = resolved.as_wgpu()
        {
            encoder.resolve_query_set(queries, 0..*lock(used), buffer, 0);
        }
    }
}

impl Timer {
    /// The time between each mark and the next, once the submitted work is done. Forgets the marks.
    ///
    /// # Errors
    /// As [`crate::Buffer::read`].
    pub async fn read(&self) -> Result<Vec<Duration>> {
        match &self.marks {
            Marks::Host(instants) => {
                let instants = std::mem::take(&mut *lock(instants));
                Ok(instants.windows(2).map(|pair| pair[1] - pair[0]).collect())
            }
            Marks::Cuda { device, marks } => match device.inner() {
                Inner::Cuda(cuda) => cuda.driver.elapsed(marks.take()).map_err(|failure| cuda.failed(failure)),
                _ => Ok(Vec::new()),
            },
            Marks::Gpu { resolved, used, nanoseconds_per_tick, .. } => {
                let count = std::mem::take(&mut *lock(used));
                let ticks: Vec<u64> = resolved.read_range(0, u64::from(count) * 8).await?;
                let elapsed = |pair: &[u64]| Duration::from_nanos((pair[1].saturating_sub(pair[0]) as f64 * nanoseconds_per_tick) as u64);
                Ok(ticks.windows(2).map(elapsed).collect())
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
