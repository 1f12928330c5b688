//! How a problem becomes dispatches: windows of rows, splits of keys, groups of queries.

use std::ops::Range;

use bytemuck::NoUninit;
use dsa_engine::{Binding, Buffer, Constant, Device, DeviceKind, Encoder, Grid, Kernel};

use super::plan::{KeyList, KeyTensors, Shape, Tensors, Tuning};
use super::sm90;
use crate::shaders::Specialisation;
use crate::variant::MatrixUnit;
use crate::{DType, Error, KvFormat, Result, Variant};

/// Keys that a workgroup takes at a time.
const TILE: u64 = 64;
/// Most that a thread's loops go round for a tile, all together: 18 chunks of 2 steps for the scores, 16 for the values, the search for tiles.
const TILE_ITERATIONS: u64 = 80;
/// Windows start, and bound slices of a tensor by query start, at multiples of so many rows: then every offset is aligned.
const ALIGNED_ROWS: u64 = 64;
/// Workgroups that keep a large GPU busy, at three for each of its cores; a driver that runs on the host needs few.
const TARGET_WORKGROUPS: u64 = 512;
const TARGET_WORKGROUPS_SOFTWARE: u64 = 8;
const MAX_CHOSEN_SPLITS: u64 = 64;

/// Rows of a segment that one dispatch sees.
#[derive(Clone, Copy, Debug)]
struct Window {
    segment: usize,
    /// First row within the segment.
    offset: u64,
    /// First row of all.
    start: u64,
    rows: u64,
}

/// Partial results of a group of queries.
#[derive(Debug)]
struct Workspace {
    merge: Kernel,
    /// f32 `[queries, slots, heads, d_v]`.
    out: Buffer,
    /// f32 `[queries, slots, heads, 2]`: maximum and sum.
    softmax: Buffer,
}

/// The kernels of a problem on a GPU, and how its work is divided.
#[derive(Debug)]
pub(super) struct Dispatches {
    attend: Kernel,
    head_block: u32,
    /// Blocks of a cluster, of the `sm90` variant.
    cluster: Option<u32>,
    windows: Vec<Window>,
    splits: u32,
    /// Most queries of one dispatch.
    group: u64,
    /// Needed with more than one split or window.
    workspace: Option<Workspace>,
    /// Bound where an optional tensor is absent.
    no_input: Buffer,
    no_output: Buffer,
}

#[repr(C)]
#[derive(Clone, Copy, NoUninit)]
pub(super) struct AttendParams {
    workgroups: u32,
    heads: u32,
    head_blocks: u32,
    splits: u32,
    first_query: u32,
    length_query: u32,
    lse_query: u32,
    lse_inner: u32,
    window_start: u32,
    window_end: u32,
    top_k: u32,
    queries_per_length: u32,
    has_sink: u32,
    has_max_logits: u32,
    slots: u32,
    first_slot: u32,
    scale: f32,
}

#[repr(C)]
#[derive(Clone, Copy, NoUninit)]
pub(super) struct MergeParams {
    workgroups: u32,
    heads: u32,
    slots: u32,
    first_query: u32,
    lse_query: u32,
    lse_inner: u32,
    has_sink: u32,
    has_max_logits: u32,
}

impl Dispatches {
    pub(super) fn new(device: &Device, shape: &Shape, variant: Variant, tuning: Tuning) -> Result<Self> {
        let unit = if variant == Variant::Matrix { MatrixUnit::of(device).ok() } else { None };
        let hopper = variant == Variant::Sm90;
        let head_block = if hopper { sm90::HEAD_BLOCK } else { head_block(shape.heads, unit) };
        // Addresses in CUDA C++ have 64 bits.
        let visible = if hopper { u64::MAX } else { device.capabilities().max_binding_bytes };
        let windows = windows(shape, visible.min(tuning.max_window_bytes))?;
        let splits = splits(device, shape, tuning, &windows, head_block, variant)?;
        let slots = windows.len() as u64 * splits;
        let direct = slots == 1;
        let group = group(device, shape, tuning, if direct { 0 } else { slots })?;
        let attend = match unit {
            _ if hopper => sm90::attend(shape, direct).kernel(device)?,
            Some(unit) => attend_matrix(shape, unit, direct).kernel(device)?,
            None => attend(shape, variant, direct).kernel(device)?,
        };
        let workspace = if direct {
            None
        } else {
            let rows = group * slots * u64::from(shape.heads);
            Some(Workspace {
                merge: if hopper { sm90::merge().kernel(device)? } else { merge(shape).kernel(device)? },
                out: device.buffer("attention partial out", rows * u64::from(shape.d_v) * 4)?,
                softmax: device.buffer("attention partial softmax", rows * 8)?,
            })
        };
        let (no_input, no_output) = (device.buffer("absent input", 16)?, device.buffer("absent output", 16)?);
        let cluster = hopper.then(|| sm90::cluster(shape.kv_format, shape.heads));
        Ok(Dispatches { attend, head_block, cluster, windows, splits: splits as u32, group, workspace, no_input, no_output })
    }

    pub(super) fn workspace_bytes(&self) -> u64 {
        self.workspace.as_ref().map_or(0, |workspace| workspace.out.size() + workspace.softmax.size())
    }

    pub(super) fn encode(&self, encoder: &mut Encoder<'_>, shape: &Shape, tensors: &Tensors<'_>, queries: Range<u64>) -> Result<()> {
        let mut first = queries.start;
        while first < queries.end {
            let group = first..queries.end.min(first + self.group);
            for slot in 0..self.windows.len() {
                self.attend(encoder, shape, tensors, group.clone(), slot)?;
            }
            if let Some(workspace) = &self.workspace {
                self.merge(encoder, shape, tensors, group.clone(), workspace)?;
            }
            first = group.end;
        }
        Ok(())
    }

    fn slots(&self) -> u32 {
        self.windows.len() as u32 * self.splits
    }

    fn attend(&self, encoder: &mut Encoder<'_>, shape: &Shape, tensors: &Tensors<'_>, queries: Range<u64>, slot: usize) -> Result<()> {
        let window = self.windows[slot];
        let bound = Bound::new(shape, queries);
        let head_blocks = shape.heads.div_ceil(self.head_block);
        let row_bytes = shape.row_bytes();
        let kv = tensors.kv[window.segment].slice(window.offset * row_bytes, window.rows * row_bytes);
        let mut bindings = vec![("q", bound.slice(tensors.q, shape.q_bytes())), ("kv", kv)];
        let (mut top_k, mut queries_per_length) = (0, 0);
        match tensors.keys {
            KeyTensors::Listed { indices, topk_length } => {
                if let KeyList::Listed { top_k: columns } = shape.keys {
                    top_k = columns;
                }
                queries_per_length = if topk_length.is_some() { shape.queries_per_length } else { 0 };
                bindings.push(("indices", bound.slice(indices, u64::from(top_k) * 4)));
                bindings.push(("topk_length", topk_length.unwrap_or(&self.no_input).whole()));
            }
            KeyTensors::Range { k_start, k_end } => bindings.extend([("k_start", k_start.whole()), ("k_end", k_end.whole())]),
        }
        match &self.workspace {
            None => bindings.extend(self.outputs(shape, tensors, &bound)),
            Some(workspace) => bindings.extend([("partial_out", workspace.out.whole()), ("partial_softmax", workspace.softmax.whole())]),
        }
        let workgroups = bound.count * u64::from(head_blocks) * u64::from(self.splits);
        let params = AttendParams {
            workgroups: workgroups as u32,
            heads: shape.heads,
            head_blocks,
            splits: self.splits,
            first_query: bound.first,
            length_query: bound.absolute,
            lse_query: bound.lse_query,
            lse_inner: shape.next_n,
            window_start: window.start as u32,
            window_end: (window.start + window.rows) as u32,
            top_k,
            queries_per_length,
            has_sink: tensors.attn_sink.is_some().into(),
            has_max_logits: tensors.max_logits.is_some().into(),
            slots: self.slots(),
            first_slot: slot as u32 * self.splits,
            scale: shape.softmax_scale * std::f32::consts::LOG2_E,
        };
        let grid = match self.cluster {
            Some(cluster) => sm90::grid(workgroups, cluster, encoder.device().capabilities()),
            None => Grid::flat(workgroups),
        };
        Ok(encoder.dispatch(&self.attend, grid, &bindings, &params)?)
    }

    fn merge(
        &self,
        encoder: &mut Encoder<'_>,
        shape: &Shape,
        tensors: &Tensors<'_>,
        queries: Range<u64>,
        workspace: &Workspace,
    ) -> Result<()> {
        let bound = Bound::new(shape, queries);
        let mut bindings = vec![("partial_out", workspace.out.whole()), ("partial_softmax", workspace.softmax.whole())];
        bindings.extend(self.outputs(shape, tensors, &bound));
        let workgroups = bound.count * u64::from(shape.heads);
        let params = MergeParams {
            workgroups: workgroups as u32,
            heads: shape.heads,
            slots: self.slots(),
            first_query: bound.first,
            lse_query: bound.lse_query,
            lse_inner: shape.next_n,
            has_sink: tensors.attn_sink.is_some().into(),
            has_max_logits: tensors.max_logits.is_some().into(),
        };
        Ok(encoder.dispatch(&workspace.merge, Grid::flat(workgroups), &bindings, &params)?)
    }

    /// What the kernel that finishes the rows binds.
    fn outputs(&self, shape: &Shape, tensors: &Tensors<'_>, bound: &Bound) -> [(&'static str, Binding); 4] {
        let per_head = u64::from(shape.heads) * 4;
        let max_logits = tensors.max_logits.map_or_else(|| self.no_output.whole(), |buffer| bound.slice(buffer, per_head));
        let lse = if shape.next_n == 1 { bound.slice(tensors.lse, per_head) } else { tensors.lse.whole() };
        let sink = tensors.attn_sink.unwrap_or(&self.no_input).whole();
        [("attn_sink", sink), ("output", bound.slice(tensors.out, shape.out_bytes())), ("max_logits", max_logits), ("lse", lse)]
    }
}

/// Where the queries of a dispatch lie in the tensors as they are bound: slices that begin at an aligned query.
struct Bound {
    base: u64,
    end: u64,
    count: u64,
    /// The first query, counted from the base,
    first: u32,
    /// from the beginning,
    absolute: u32,
    /// and in `lse`, which is bound whole where a sequence's queries are not neighbours in it.
    lse_query: u32,
}

impl Bound {
    fn new(shape: &Shape, queries: Range<u64>) -> Self {
        let base = queries.start / ALIGNED_ROWS * ALIGNED_ROWS;
        let (first, absolute) = ((queries.start - base) as u32, queries.start as u32);
        let lse_query = if shape.next_n == 1 { first } else { absolute };
        Bound { base, end: queries.end, count: queries.end - queries.start, first, absolute, lse_query }
    }

    fn slice(&self, buffer: &Buffer, bytes_per_query: u64) -> Binding {
        buffer.slice(self.base * bytes_per_query, (self.end - self.base) * bytes_per_query)
    }
}

/// Heads of a workgroup: as many as it can hold, fewer where there are no more.
fn head_block(heads: u32, unit: Option<MatrixUnit>) -> u32 {
    match (heads, unit) {
        // Metal and software drivers, whose matrices have 8 rows, have 32 KiB of workgroup memory.
        (17.., Some(unit)) if unit.size() == 16 => 32,
        (_, Some(_)) => 16,
        (0..=4, None) => 4,
        (5..=8, None) => 8,
        _ => 16,
    }
}

/// Whether the `matrix` variant computes this: its sizes are DeepSeek's, its rows are f16, which holds no f32, and few heads would waste it.
/// Its form for row ranges gave NaN on an H200 through Vulkan, where that for lists is right, as both are on CUDA and on software drivers.
pub(super) fn matrix_fits(shape: &Shape) -> bool {
    shape.keys != KeyList::Range
        && shape.d_v == 512
        && (shape.d_qk == 512 || shape.d_qk == 576)
        && shape.heads > 8
        && shape.q_dtype != DType::F32
        && shape.kv_format != KvFormat::Plain(DType::F32)
}

/// Windows of at most `limit` bytes.
fn windows(shape: &Shape, limit: u64) -> Result<Vec<Window>> {
    let most = limit / shape.row_bytes();
    let mut windows = Vec::new();
    for segment in 0..shape.segments() {
        let rows = shape.segment_rows(segment);
        let step = if rows <= most { rows } else { most / ALIGNED_ROWS * ALIGNED_ROWS };
        if step == 0 {
            let supported = format!("at least {} (64 rows)", ALIGNED_ROWS * shape.row_bytes());
            return Err(Error::range("max_window_bytes", supported, limit));
        }
        for offset in (0..rows).step_by(step as usize) {
            let start = segment * shape.rows_per_segment + offset;
            windows.push(Window { segment: segment as usize, offset, start, rows: step.min(rows - offset) });
        }
    }
    Ok(windows)
}

/// Bytes of partial results for one query.
fn partial_bytes(shape: &Shape, slots: u64) -> u64 {
    slots * u64::from(shape.heads) * (u64::from(shape.d_v) * 4 + 8)
}

fn splits(device: &Device, shape: &Shape, tuning: Tuning, windows: &[Window], head_block: u32, variant: Variant) -> Result<u64> {
    let keys = match shape.keys {
        KeyList::Listed { top_k } => top_k.into(),
        KeyList::Range => windows.iter().map(|window| window.rows).max().unwrap_or(0),
    };
    let least = device.capabilities().max_loop_iterations.map_or(1, |most| keys.div_ceil(u64::from(most) / TILE_ITERATIONS * TILE));
    if let Some(splits) = tuning.splits {
        if !(1..=256).contains(&splits) {
            return Err(Error::range("splits", "1..=256", splits));
        }
        return Ok(least.max(splits.into()));
    }
    let blocks = shape.queries.max(1) * u64::from(shape.heads.div_ceil(head_block));
    let (target, tiles) = match (device.info().kind, variant) {
        (DeviceKind::Software, _) => (TARGET_WORKGROUPS_SOFTWARE, 1),
        // One block fills a multiprocessor. It takes as long to begin as for a tile, so that one tile each is for many free multiprocessors.
        (_, Variant::Sm90) => {
            let multiprocessors = device.capabilities().multiprocessors.unwrap_or(132).into();
            (multiprocessors, if blocks * keys.div_ceil(TILE) <= multiprocessors / 2 { 1 } else { 2 })
        }
        _ => (TARGET_WORKGROUPS, 1),
    };
    let wanted = (target / blocks).clamp(1, keys.div_ceil(TILE * tiles).min(MAX_CHOSEN_SPLITS));
    let affordable = workspace_limit(device, tuning) / partial_bytes(shape, windows.len() as u64);
    Ok(wanted.min(affordable).max(least).max(1))
}

fn workspace_limit(device: &Device, tuning: Tuning) -> u64 {
    tuning.max_workspace_bytes.min(device.capabilities().max_binding_bytes)
}

/// Most queries of one dispatch: their partial results fit the workspace, their tensors a binding and their workgroups a grid.
fn group(device: &Device, shape: &Shape, tuning: Tuning, slots: u64) -> Result<u64> {
    let limits = device.capabilities();
    let columns = if let KeyList::Listed { top_k } = shape.keys { u64::from(top_k) } else { 0 };
    let largest = shape.q_bytes().max(shape.out_bytes()).max(columns * 4);
    if largest * ALIGNED_ROWS.min(shape.queries) > limits.max_binding_bytes {
        let supported = format!("64 queries within a binding of {} bytes", limits.max_binding_bytes);
        return Err(Error::range("top_k", supported, columns));
    }
    let mut group = shape.queries;
    if largest * group > limits.max_binding_bytes {
        // A slice may begin up to 63 queries early.
        group = (limits.max_binding_bytes / largest).saturating_sub(ALIGNED_ROWS - 1).max(1);
    }
    if slots > 0 {
        let (each, limit) = (partial_bytes(shape, slots), workspace_limit(device, tuning));
        if each > limit {
            return Err(Error::range("max_workspace_bytes", format!("at least {each} for {slots} splits and windows"), limit));
        }
        group = group.min(limit / each);
    }
    let workgroups = u64::from(shape.heads) * slots.max(1);
    let grid = u64::from(limits.max_workgroups_per_dimension).pow(2).min(u32::MAX.into());
    Ok(group.min(grid / workgroups))
}

fn attend(shape: &Shape, variant: Variant, direct: bool) -> Specialisation {
    let head_block = head_block(shape.heads, None);
    let mut features = vec![q_feature(shape), kv_feature(shape)];
    features.extend((head_block == 8).then_some("heads_8"));
    features.extend((head_block == 16).then_some("heads_16"));
    features.extend((shape.keys == KeyList::Range).then_some("dense"));
    features.extend(direct.then_some("direct"));
    features.extend((variant == Variant::Subgroup).then_some("subgroup"));
    Specialisation { module: "attention/attend", constants: sizes(shape, head_block), features }
}

fn attend_matrix(shape: &Shape, unit: MatrixUnit, direct: bool) -> Specialisation {
    let mut features = vec![q_feature(shape), kv_feature(shape)];
    features.extend((shape.d_qk > shape.d_v).then_some("rope"));
    features.extend(direct.then_some("direct"));
    let mut constants = sizes(shape, head_block(shape.heads, Some(unit)));
    unit.specialise(&mut features, &mut constants);
    Specialisation { module: "attention/attend_matrix", constants, features }
}

fn sizes(shape: &Shape, head_block: u32) -> Vec<(&'static str, Constant)> {
    vec![("D_QK", Constant::U32(shape.d_qk)), ("D_V", Constant::U32(shape.d_v)), ("HEAD_BLOCK", Constant::U32(head_block))]
}

fn kv_feature(shape: &Shape) -> &'static str {
    match shape.kv_format {
        KvFormat::Plain(DType::Bf16) => "kv_bf16",
        KvFormat::Plain(DType::F16) => "kv_f16",
        KvFormat::Plain(DType::F32) => "kv_f32",
        KvFormat::Fp8 => "kv_fp8",
    }
}

fn merge(shape: &Shape) -> Specialisation {
    Specialisation { module: "attention/merge", constants: vec![("D_V", Constant::U32(shape.d_v))], features: vec![q_feature(shape)] }
}

/// The kernels' forms: all at DeepSeek's sizes, and some at others.
pub(crate) fn catalogue() -> Vec<Specialisation> {
    let mut all = Vec::new();
    for (q_dtype, kv_format) in pairs() {
        for (heads, keys) in [1, 8, 128].into_iter().flat_map(|heads| [(heads, KeyList::Listed { top_k: 2048 }), (heads, KeyList::Range)]) {
            let shape = Shape { heads, q_dtype, kv_format, keys, ..Shape::EXAMPLE };
            for variant in [Variant::Generic, Variant::Subgroup] {
                all.extend([true, false].map(|direct| attend(&shape, variant, direct)));
                if kv_format != KvFormat::Fp8 {
                    all.extend([(512, 512), (64, 64)].map(|(d_qk, d_v)| attend(&Shape { d_qk, d_v, ..shape }, variant, true)));
                }
            }
            if matrix_fits(&shape) {
                for unit in MatrixUnit::catalogue() {
                    all.extend([true, false].map(|direct| attend_matrix(&shape, unit, direct)));
                }
            }
            all.push(merge(&shape));
        }
    }
    all.sort_by_key(ToString::to_string);
    all.dedup();
    all
}

/// Types of queries and of rows: each with bf16, and each with its like.
fn pairs() -> impl Iterator<Item = (DType, KvFormat)> {
    let plain = [DType::Bf16, DType::F16, DType::F32].map(KvFormat::Plain);
    let rows = plain.into_iter().chain([KvFormat::Fp8]).map(|kv_format| (DType::Bf16, kv_format));
    rows.chain([DType::F16, DType::F32].into_iter().flat_map(|dtype| [(dtype, KvFormat::Plain(dtype)), (dtype, KvFormat::Fp8)]))
}

fn q_feature(shape: &Shape) -> &'static str {
    match shape.q_dtype {
        DType::Bf16 => "q_bf16",
        DType::F16 => "q_f16",
        DType::F32 => "q_f32",
    }
}
