//! The library's plans with any options, and with any block tables, slots, lengths and indices in buffers of any size: a typed error or a
//! result, and the result is the oracle's.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use portable_dsa::attention::{SparseDecode, SparseDecodeArgs, SparseDecodeOptions};
use portable_dsa::engine::{Buffer, Device};
use portable_dsa::index_logits::{PagedIndexLogits, PagedIndexLogitsArgs, PagedIndexLogitsOptions};
use portable_dsa::index_rows::{IndexKeyOutput, IndexKeyTarget, IndexKeys, IndexKeysArgs, IndexKeysOptions};
use portable_dsa::kv_cache::{KvCacheWriter, KvCacheWriterArgs, KvCacheWriterOptions};
use portable_dsa::problem::PagedLogits;
use portable_dsa::select::{Select, SelectArgs, SelectOptions};
use portable_dsa::topk::{MapPages, MapPagesArgs, MapPagesOptions};
use portable_dsa::{DType, KvFormat, Result, oracle};

/// A size: mostly small, sometimes far beyond what there is.
#[derive(Clone, Copy, Debug)]
struct Size(u64);

impl<'a> Arbitrary<'a> for Size {
    fn arbitrary(random: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Size(if random.ratio(1, 24)? {
            *random.choose(&[0, 1 << 20, (1 << 20) + 1, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 61, u64::MAX / 3, u64::MAX])?
        } else {
            random.int_in_range(0..=9)?
        }))
    }
}

impl Size {
    fn small(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

#[derive(Debug, Arbitrary)]
struct Call {
    which: u8,
    rows: Size,
    next_n: Size,
    heads: Size,
    wide: bool,
    page_size: Size,
    per_segment: Size,
    max_pages: Size,
    columns: Size,
    top_k: Size,
    budget: Size,
    first: Size,
    /// How much longer or shorter than they should be buffers are.
    slack: [i8; 4],
    segments: u8,
    fp8: bool,
    numbers: Vec<i32>,
    small_numbers: Vec<i8>,
    bytes: Vec<u8>,
}

fuzz_target!(|call: Call| {
    let device = Device::cpu();
    // A refusal is as good as a result.
    let _ = match call.which % 6 {
        0 => call.paged_logits(&device),
        1 => call.map_pages(&device),
        2 => call.select(&device),
        3 => call.decode(&device),
        4 => call.write_kv(&device),
        _ => call.write_keys(&device),
    };
});

impl Call {
    fn dim(&self) -> u64 {
        if self.wide { 128 } else { 64 }
    }

    /// Bytes of a tensor of these sizes, a few more or less; no more than is quick.
    fn bytes_of(&self, sizes: &[u64], which: usize) -> usize {
        let bytes = sizes.iter().fold(1u64, |bytes, &size| bytes.saturating_mul(size));
        let slack = if self.slack[which] % 8 == 0 { 0 } else { i64::from(self.slack[which] / 16) };
        bytes.saturating_add_signed(slack).min(1 << 16) as usize
    }

    fn raw(&self, device: &Device, sizes: &[u64], which: usize) -> Result<Buffer> {
        let mut data = vec![0u8; self.bytes_of(sizes, which)];
        data.iter_mut().zip(self.bytes.iter().cycle()).for_each(|(byte, &value)| *byte = value);
        Ok(device.upload("bytes", &data)?)
    }

    fn numbers(&self, count: usize) -> Vec<i32> {
        let small = self.small_numbers.iter().map(|&number| i32::from(number >> 3));
        let all: Vec<i32> = if self.small_numbers.len() >= self.numbers.len() { small.collect() } else { self.numbers.clone() };
        let mut numbers: Vec<i32> = all.into_iter().cycle().take(count).collect();
        numbers.resize(count, 0);
        numbers
    }

    fn integers(&self, device: &Device, sizes: &[u64], which: usize) -> Result<Buffer> {
        Ok(device.upload("integers", &self.numbers(self.bytes_of(sizes, which) / 4))?)
    }

    fn floats(&self, device: &Device, sizes: &[u64], which: usize) -> Result<Buffer> {
        Ok(device.upload("floats", &vec![0.5f32; self.bytes_of(sizes, which) / 4])?)
    }

    fn cache(&self, device: &Device, item_bytes: u64) -> Result<Vec<Buffer>> {
        (0..self.segments % 4).map(|_| self.raw(device, &[self.per_segment.0, item_bytes], 3)).collect()
    }

    fn paged_logits(&self, device: &Device) -> Result<()> {
        let (batch, next_n, heads, dim) = (self.rows.0, self.next_n.small(), self.heads.small(), self.dim());
        let (page_size, pages_per_segment) = (self.page_size.small(), self.per_segment.0);
        let options = PagedIndexLogitsOptions {
            batch,
            next_n,
            index_heads: heads,
            dim: dim as u32,
            page_size,
            pages_per_segment,
            max_pages: self.max_pages.0,
            max_context: self.columns.0,
            ..Default::default()
        };
        let plan = PagedIndexLogits::plan(device, options)?;
        let rows = [batch, u64::from(next_n)];
        let q = self.raw(device, &[rows[0], rows[1], u64::from(heads), dim], 0)?;
        let weights = self.floats(device, &[rows[0], rows[1], u64::from(heads), 4], 1)?;
        let block_table = self.integers(device, &[batch, self.max_pages.0, 4], 2)?;
        let context_lengths = self.integers(device, &[rows[0], rows[1], 4], 1)?;
        let cache = self.cache(device, u64::from(page_size) * (dim + 4))?;
        let first_sequence = self.first.0.min(batch);
        let args = PagedIndexLogitsArgs {
            first_sequence,
            sequences: batch - first_sequence,
            columns: self.columns.0,
            q: &q,
            cache: &cache,
            weights: &weights,
            block_table: &block_table,
            context_lengths: &context_lengths,
            logits: &device.buffer("logits", self.bytes_of(&[rows[0], rows[1], self.columns.0, 4], 0) as u64)?,
        };
        plan.run(&args)?;
        if first_sequence > 0 {
            return Ok(());
        }
        let (q, weights) = (q.read_blocking::<u8>()?, weights.read_blocking::<f32>()?);
        let (block_table, context_lengths) = (block_table.read_blocking::<i32>()?, context_lengths.read_blocking::<i32>()?);
        let cache: Vec<Vec<u8>> = cache.iter().map(Buffer::read_blocking::<u8>).collect::<Result<_, _>>()?;
        let expected = oracle::paged_logits(&PagedLogits {
            q: &q,
            cache: &cache.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            pages_per_segment: pages_per_segment as usize,
            page_size: page_size as usize,
            weights: &weights,
            block_table: &block_table,
            max_pages: self.max_pages.0 as usize,
            context_lengths: &context_lengths,
            batch: batch as usize,
            next_n: next_n as usize,
            index_heads: heads as usize,
            dim: dim as usize,
            max_context: self.columns.0 as usize,
        });
        let actual = args.logits.read_blocking::<f32>()?;
        for (&actual, &expected) in actual.iter().zip(&expected) {
            // Any bytes make scales that no f32 sum holds.
            if expected == f64::NEG_INFINITY || expected.abs() < 1e20 {
                assert_eq!(actual == f32::NEG_INFINITY, expected == f64::NEG_INFINITY, "{actual} for {expected}");
            }
        }
        Ok(())
    }

    fn map_pages(&self, device: &Device) -> Result<()> {
        let options = MapPagesOptions {
            rows: self.rows.0,
            top_k: self.top_k.small(),
            rows_per_sequence: self.next_n.small(),
            max_pages: self.max_pages.small(),
            page_size: self.page_size.small(),
            variant: None,
        };
        let plan = MapPages::plan(device, options)?;
        let entries = [self.rows.0, self.top_k.0, 4];
        plan.run(&MapPagesArgs {
            positions: &self.integers(device, &entries, 0)?,
            block_table: &self.integers(device, &[self.rows.0, self.max_pages.0, 4], 1)?,
            cache_rows: &device.buffer("cache_rows", self.bytes_of(&entries, 2) as u64)?,
        })
    }

    fn select(&self, device: &Device) -> Result<()> {
        let (heads, dim, page_size) = (self.heads.small(), self.dim(), self.page_size.small());
        let options = SelectOptions {
            queries: self.rows.0,
            index_heads: heads,
            dim: dim as u32,
            top_k: self.top_k.small(),
            page_size,
            pages_per_segment: self.per_segment.0,
            max_context: self.columns.0,
            // What it holds is allocated: no more than is quick.
            budget_bytes: self.budget.0.saturating_mul(self.columns.0).saturating_mul(4).min(1 << 24),
            variant: None,
        };
        let plan = Select::plan(device, options)?;
        let queries = self.rows.0.min(64);
        let mut encoder = device.encoder();
        plan.encode(
            &mut encoder,
            &SelectArgs {
                max_context: self.first.0,
                q: &self.raw(device, &[queries, u64::from(heads), dim], 0)?,
                weights: &self.floats(device, &[queries, u64::from(heads), 4], 1)?,
                cache: &self.cache(device, u64::from(page_size) * (dim + 4))?,
                block_table: &self.numbers(self.max_pages.0.min(1 << 10) as usize),
                context_lengths: &self.numbers(queries as usize),
                indices: &device.buffer("indices", self.bytes_of(&[queries, self.top_k.0, 4], 2) as u64)?,
            },
        )?;
        Ok(encoder.submit_and_wait()?)
    }

    fn decode(&self, device: &Device) -> Result<()> {
        let (d_qk, kv_format) = if self.fp8 { (576, KvFormat::Fp8) } else { (self.dim(), KvFormat::Plain(DType::F32)) };
        let options = SparseDecodeOptions {
            batch: self.rows.0,
            next_n: self.next_n.small(),
            heads: self.heads.small(),
            d_qk: d_qk as u32,
            d_v: if self.fp8 { 512 } else { 64 },
            q_dtype: DType::F32,
            kv_format,
            rows: self.columns.0,
            rows_per_segment: self.per_segment.0,
            top_k: self.top_k.small(),
            lengths_per_query: self.wide,
            ..Default::default()
        };
        let plan = SparseDecode::plan(device, options)?;
        let queries = [self.rows.0, self.next_n.0, self.heads.0];
        let lengths = self.integers(device, &[queries[0], queries[1], 4], 1)?;
        plan.run(&SparseDecodeArgs {
            q: &self.floats(device, &[queries[0], queries[1], queries[2], d_qk, 4], 0)?,
            cache: &self.cache(device, kv_format.row_bytes(d_qk as u32))?,
            indices: &self.integers(device, &[queries[0], queries[1], self.top_k.0, 4], 1)?,
            topk_length: (self.segments > 100).then_some(&lengths),
            attn_sink: None,
            out: &self.floats(device, &[queries[0], queries[1], queries[2], u64::from(options.d_v), 4], 2)?,
            lse: &self.floats(device, &[queries[0], queries[1], queries[2], 4], 2)?,
        })
    }

    fn write_kv(&self, device: &Device) -> Result<()> {
        let (d_qk, format) = if self.fp8 { (576, KvFormat::Fp8) } else { (self.heads.0, KvFormat::Plain(DType::F32)) };
        let options = KvCacheWriterOptions {
            rows: self.rows.0,
            d_qk: u32::try_from(d_qk).unwrap_or(u32::MAX),
            dtype: DType::F32,
            format,
            rows_per_segment: self.per_segment.0,
            max_binding_bytes: None,
            variant: None,
        };
        let plan = KvCacheWriter::plan(device, options)?;
        plan.run(&KvCacheWriterArgs {
            rows: self.rows.0,
            latent: &self.floats(device, &[self.rows.0, d_qk, 4], 0)?,
            slot_mapping: &self.integers(device, &[self.rows.0, 4], 1)?,
            cache: &self.cache(device, format.row_bytes(options.d_qk))?,
        })
    }

    fn write_keys(&self, device: &Device) -> Result<()> {
        let (dim, page_size) = (self.dim(), self.page_size.small());
        let options = IndexKeysOptions {
            rows: self.rows.0,
            dim: dim as u32,
            dtype: DType::F32,
            norm_eps: None,
            rope: None,
            target: IndexKeyTarget::Paged { page_size, pages_per_segment: self.per_segment.0 },
            ..Default::default()
        };
        let plan = IndexKeys::plan(device, options)?;
        let slot_mapping = self.integers(device, &[self.rows.0, 4], 1)?;
        plan.run(&IndexKeysArgs {
            rows: self.rows.0,
            x: &self.floats(device, &[self.rows.0, dim, 4], 0)?,
            norm: None,
            rope: None,
            output: IndexKeyOutput::Paged { cache: &self.cache(device, u64::from(page_size) * (dim + 4))?, slot_mapping: &slot_mapping },
        })
    }
}
