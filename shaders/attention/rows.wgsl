// Reading of the latent rows that attention takes its keys and values from, decoded to f32.
// `kv` is a window of the cache: whole rows, seen as vectors of 16 bytes (every row is a multiple of 16 bytes long).
//   plain   D_QK elements of bf16, f16 or f32
//   fp8     656 bytes: 512 e4m3 values, 4 f32 scales (one for each 128 values), 64 bf16 rotary values
import package::constants::D_QK;
@if(kv_fp8) import package::common::e4m3::e4m3x4_to_f32;
@if(kv_fp8 || kv_bf16) import package::common::floats::unpack_bf16x2;
@if(kv_f16) import package::common::floats::unpack_f16x2;

@group(0) @binding(1) var<storage, read> kv: array<vec4<u32>>;

@if(kv_fp8) const ROW_VECTORS = 41u;
@if(kv_f32) const ROW_VECTORS = D_QK / 4u;
@if(kv_bf16 || kv_f16) const ROW_VECTORS = D_QK / 8u;

// Eight neighbouring elements.
struct Eight {
    low: vec4<f32>,
    high: vec4<f32>,
}

@if(kv_bf16) fn unpack_row_pair(packed: u32) -> vec2<f32> { return unpack_bf16x2(packed); }
@if(kv_f16) fn unpack_row_pair(packed: u32) -> vec2<f32> { return unpack_f16x2(packed); }

// Elements `dim .. dim + 8` of a row; `dim` is a multiple of 8.
@if(kv_bf16 || kv_f16)
fn row_eight(row: u32, dim: u32) -> Eight {
    let packed = kv[row * ROW_VECTORS + dim / 8u];
    return Eight(
        vec4<f32>(unpack_row_pair(packed.x), unpack_row_pair(packed.y)),
        vec4<f32>(unpack_row_pair(packed.z), unpack_row_pair(packed.w)),
    );
}

@if(kv_f32)
fn row_eight(row: u32, dim: u32) -> Eight {
    let at = row * ROW_VECTORS + dim / 4u;
    return Eight(bitcast<vec4<f32>>(kv[at]), bitcast<vec4<f32>>(kv[at + 1u]));
}

@if(kv_fp8)
fn row_eight(row: u32, dim: u32) -> Eight {
    let start = row * ROW_VECTORS;
    if (dim >= 512u) {
        let packed = kv[start + 33u + (dim - 512u) / 8u];
        return Eight(
            vec4<f32>(unpack_bf16x2(packed.x), unpack_bf16x2(packed.y)),
            vec4<f32>(unpack_bf16x2(packed.z), unpack_bf16x2(packed.w)),
        );
    }
    let scale = bitcast<f32>(kv[start + 32u][dim / 128u]);
    let at = start + dim / 16u;
    let word = (dim / 4u) & 2u;
    return Eight(e4m3x4_to_f32(kv[at][word]) * scale, e4m3x4_to_f32(kv[at][word + 1u]) * scale);
}

// Elements `2 * pair` and `2 * pair + 1` of a row; below 512.
@if(kv_bf16 || kv_f16)
fn row_pair(row: u32, pair: u32) -> vec2<f32> {
    return unpack_row_pair(kv[row * ROW_VECTORS + pair / 4u][pair & 3u]);
}

@if(kv_f32)
fn row_pair(row: u32, pair: u32) -> vec2<f32> {
    let at = row * ROW_VECTORS + pair / 2u;
    let word = (pair & 1u) * 2u;
    return vec2<f32>(bitcast<f32>(kv[at][word]), bitcast<f32>(kv[at][word + 1u]));
}

@if(kv_fp8)
fn row_pair(row: u32, pair: u32) -> vec2<f32> {
    let start = row * ROW_VECTORS;
    let scale = bitcast<f32>(kv[start + 32u][pair / 64u]);
    let four = e4m3x4_to_f32(kv[start + pair / 8u][(pair / 2u) & 3u]);
    return select(four.xy, four.zw, (pair & 1u) != 0u) * scale;
}
