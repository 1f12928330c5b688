//! Tensors of a safetensors file, checked: every accessor says which tensor is wrong, what was expected and what the file has.

use std::path::Path;

use portable_dsa::DType;
use portable_dsa::engine::{Buffer, Device};
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use crate::cli::Failure;

/// The tensors that an operation takes.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// The operation's name on the command line.
    pub operation: &'static str,
    /// Without these it cannot run.
    pub required: &'static [&'static str],
    /// These it uses if they are there.
    pub optional: &'static [&'static str],
}

impl std::fmt::Display for Takes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} takes {}", self.operation, self.required.join(", "))?;
        if !self.optional.is_empty() {
            write!(f, ", and optionally {}", self.optional.join(", "))?;
        }
        Ok(())
    }
}

/// A size as the library's options take it; one that is too large stays too large.
pub fn small(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// The file's bytes.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::refused(format!("cannot read {}: {error}; --input names a safetensors file", path.display())))
}

/// Reads the header of a file.
pub fn open<'a>(path: &Path, bytes: &'a [u8]) -> Result<SafeTensors<'a>, Failure> {
    let file = path.display();
    SafeTensors::deserialize(bytes).map_err(|error| {
        Failure::refused(match error {
            SafeTensorError::MetadataIncompleteBuffer | SafeTensorError::InvalidHeaderLength => {
                format!("{file} is cut short, or not a safetensors file ({error}); write it again")
            }
            _ => format!("{file} is not a safetensors file ({error}); write one with safetensors' save_file"),
        })
    })
}

/// Whether a file has a tensor.
pub fn has(file: &SafeTensors<'_>, name: &str) -> bool {
    file.tensor(name).is_ok()
}

/// The tensors of a file, for one operation.
#[derive(Debug)]
pub struct Inputs<'a> {
    file: String,
    tensors: SafeTensors<'a>,
    takes: Takes,
}

impl<'a> Inputs<'a> {
    /// The tensors of an open file.
    pub fn new(path: &Path, tensors: SafeTensors<'a>, takes: Takes) -> Self {
        Inputs { file: path.display().to_string(), tensors, takes }
    }

    /// Whether the file has a tensor.
    fn has(&self, name: &str) -> bool {
        has(&self.tensors, name)
    }

    /// A tensor that must be there.
    pub fn tensor(&self, name: &'static str) -> Result<Tensor<'a>, Failure> {
        self.optional(name).ok_or_else(|| {
            let mut found = self.names();
            found.truncate(8);
            let found = if found.is_empty() { "no tensors".to_owned() } else { found.join(", ") };
            Failure::refused(format!("{} has no tensor `{name}`: {}; the file has {found}", self.file, self.takes))
        })
    }

    /// A tensor that may be there.
    pub fn optional(&self, name: &'static str) -> Option<Tensor<'a>> {
        let view = self.tensors.tensor(name).ok()?;
        let tensor = Tensor { operation: self.takes.operation, name, dtype: view.dtype(), shape: view.shape().to_vec(), data: view.data() };
        tracing::debug!(name, dtype = ?tensor.dtype, shape = ?tensor.shape, "input");
        Some(tensor)
    }

    /// Two tensors of which the operation uses both or neither.
    pub fn pair(&self, first: &'static str, second: &'static str) -> Result<Option<(Tensor<'a>, Tensor<'a>)>, Failure> {
        if self.has(first) || self.has(second) { Ok(Some((self.tensor(first)?, self.tensor(second)?))) } else { Ok(None) }
    }

    /// Names of all tensors in the file, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors.names().into_iter().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Whether the operation looks at a tensor.
    pub fn takes(&self, name: &str) -> bool {
        self.takes.required.contains(&name) || self.takes.optional.contains(&name)
    }

    /// Type and shape of a tensor, as a report shows it.
    pub fn describe(&self, name: &str) -> Option<(Dtype, Vec<usize>)> {
        self.tensors.tensor(name).ok().map(|view| (view.dtype(), view.shape().to_vec()))
    }
}

/// One tensor of a file.
#[derive(Clone, Debug)]
pub struct Tensor<'a> {
    operation: &'static str,
    name: &'static str,
    dtype: Dtype,
    shape: Vec<usize>,
    data: &'a [u8],
}

impl<'a> Tensor<'a> {
    /// The tensor, if it has this element type.
    pub fn dtype(self, expected: Dtype) -> Result<Self, Failure> {
        self.dtype_or(expected, "convert it")
    }

    /// [`Tensor::dtype`] with advice on how to get there.
    pub fn dtype_or(self, expected: Dtype, advice: &str) -> Result<Self, Failure> {
        if self.dtype == expected {
            return Ok(self);
        }
        Err(Failure::refused(format!("`{}` has dtype {:?}, but {} needs {expected:?}; {advice}", self.name, self.dtype, self.operation)))
    }

    /// The element type, if it is one of bf16, f16 and f32.
    pub fn float(&self) -> Result<DType, Failure> {
        match self.dtype {
            Dtype::BF16 => Ok(DType::Bf16),
            Dtype::F16 => Ok(DType::F16),
            Dtype::F32 => Ok(DType::F32),
            other => {
                let (name, operation) = (self.name, self.operation);
                Err(Failure::refused(format!("`{name}` has dtype {other:?}, but {operation} needs BF16, F16 or F32; convert it")))
            }
        }
    }

    /// Its element type, as the file has it.
    pub fn file_dtype(&self) -> Dtype {
        self.dtype
    }

    /// Its sizes, of which there must be as many as `names` (such as `[S, H, D]`) lists.
    pub fn dims<const N: usize>(&self, names: &str) -> Result<[usize; N], Failure> {
        self.shape.as_slice().try_into().map_err(|_| {
            let (name, operation, shape) = (self.name, self.operation, &self.shape);
            Failure::refused(format!("`{name}` has shape {shape:?}, but {operation} needs {N} dimensions, {names}; reshape it"))
        })
    }

    /// Its shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The tensor, if its shape is `expected`, which `names` calls `[S, H]` or the like.
    pub fn shaped(self, names: &str, expected: &[usize]) -> Result<Self, Failure> {
        self.shaped_any(&[(names, expected)])
    }

    /// The tensor, if its shape is one of several.
    pub fn shaped_any(self, expected: &[(&str, &[usize])]) -> Result<Self, Failure> {
        if expected.iter().any(|(_, shape)| self.shape == *shape) {
            return Ok(self);
        }
        let shapes: Vec<_> = expected.iter().map(|(names, shape)| format!("{names} = {shape:?}")).collect();
        let (name, operation, shape) = (self.name, self.operation, &self.shape);
        let shapes = shapes.join(" or ");
        Err(Failure::refused(format!("`{name}` has shape {shape:?}, but {operation} needs {shapes}; its other tensors set these sizes")))
    }

    /// Its elements, if it was checked to be I32.
    pub fn numbers(&self) -> Vec<i32> {
        self.data.as_chunks::<4>().0.iter().map(|&bytes| i32::from_le_bytes(bytes)).collect()
    }

    /// Copies it to a device.
    pub fn upload(&self, device: &Device) -> Result<Buffer, Failure> {
        Ok(device.upload(self.name, self.data)?)
    }

    /// Copies a cache to a device in segments of whole rows (or pages), each as large as a buffer may be. Returns them and the rows in each
    /// but the last.
    pub fn upload_rows(&self, device: &Device, row_bytes: usize) -> Result<(Vec<Buffer>, u64), Failure> {
        let rows = segment_rows(device, row_bytes);
        let step = usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(row_bytes.max(1));
        let mut segments = Vec::new();
        for part in self.data.chunks(step) {
            segments.push(device.upload(self.name, part)?);
        }
        if segments.is_empty() {
            segments.push(device.buffer(self.name, 0)?);
        }
        Ok((segments, rows))
    }
}

/// A cache of zeros, like [`Tensor::upload_rows`].
pub fn new_rows(device: &Device, name: &str, rows: usize, row_bytes: usize) -> Result<(Vec<Buffer>, u64), Failure> {
    let step = segment_rows(device, row_bytes);
    let mut segments = Vec::new();
    for first in (0..rows as u64).step_by(step as usize) {
        segments.push(device.buffer(name, step.min(rows as u64 - first).saturating_mul(row_bytes as u64))?);
    }
    Ok((segments, step))
}

/// How many rows fit into a buffer; a multiple of 4, so that a segment is whole words whatever the row.
fn segment_rows(device: &Device, row_bytes: usize) -> u64 {
    let rows = device.capabilities().max_buffer_bytes / row_bytes.max(1) as u64;
    (rows.min(i32::MAX as u64) & !3).max(4)
}

/// The tensor's range of columns or rows for each query: `start` and `end` may be absent, and must lie in `0..=len`.
pub fn check_ranges(start: Option<(&str, &[i32])>, end: Option<(&str, &[i32])>, len: usize, of: &str) -> Result<(), Failure> {
    for (name, values) in [start, end].into_iter().flatten() {
        check_bounds(name, values, 0, len, of)?;
    }
    if let (Some((start_name, start)), Some((end_name, end))) = (start, end)
        && let Some(row) = start.iter().zip(end).position(|(start, end)| start > end)
    {
        let (start, end) = (start[row], end[row]);
        return Err(Failure::refused(format!(
            "the range of row {row} is reversed: {start_name}[{row}] is {start}, {end_name}[{row}] is {end}; give equal bounds for an empty range"
        )));
    }
    Ok(())
}

/// Checks that all values lie in `first..=last`; `of` says what `last` counts.
pub fn check_bounds(name: &str, values: &[i32], first: i64, last: usize, of: &str) -> Result<(), Failure> {
    let outside = |&value: &i32| i64::from(value) < first || i64::from(value) > last as i64;
    match values.iter().position(outside) {
        None => Ok(()),
        Some(row) => {
            let value = values[row];
            Err(Failure::refused(format!("{name}[{row}] is {value}, outside {first}..={last}: there are {last} {of}; correct row {row}")))
        }
    }
}

/// Checks where rows go: each slot below `slots` and named once. Negative slots are skipped by the operations, so they may repeat.
pub fn check_slots(slots: &[i32], count: usize) -> Result<(), Failure> {
    let mut taken = std::collections::HashMap::new();
    for (row, &slot) in slots.iter().enumerate().filter(|(_, slot)| **slot >= 0) {
        if slot as usize >= count {
            return Err(Failure::refused(format!(
                "slot_mapping[{row}] is {slot}, past the end: the cache has {count} slots; use -1 to skip row {row}"
            )));
        }
        if let Some(other) = taken.insert(slot, row) {
            return Err(Failure::refused(format!(
                "slot_mapping[{other}] and slot_mapping[{row}] are both {slot}; give each row its own slot"
            )));
        }
    }
    Ok(())
}
