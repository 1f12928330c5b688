"""Second opinion on the float64 oracle: every operation, written from its definition in PyTorch.

    pip install torch numpy safetensors && python tests/oracle/make_reference.py

writes one safetensors file for each operation beside this script; `cargo test --test oracle` compares the oracle with them. Nothing here
follows the Rust code: whole tensors instead of loops, float64 throughout, torch's own float8_e4m3fn, bfloat16, stable sort and logsumexp.
The quantised values are compared as codes, which leave no room for a last bit.
"""

import math
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
F64 = torch.float64
INF = float("inf")


def save(name, tensors):
    tensors = {key: value.contiguous().clone() for key, value in tensors.items()}
    save_file(tensors, HERE / f"{name}.safetensors")
    print(name, (HERE / f"{name}.safetensors").stat().st_size)


def e4m3(values, scale):
    """Codes of f32 values for f32 scales, saturated; rounding is torch's."""
    return (values.float() / scale).clamp(-448.0, 448.0).to(torch.float8_e4m3fn).view(torch.uint8)


def from_e4m3(codes):
    return codes.view(torch.float8_e4m3fn).to(F64)


def power_of_two_at_least(x):
    """The least power of two that is no less than each f32."""
    mantissa, exponent = torch.frexp(x.float())
    exponent = torch.where(mantissa == 0.5, exponent - 1, exponent)
    return torch.ldexp(torch.ones_like(x, dtype=torch.float32), exponent)


def formats():
    codes = torch.arange(256, dtype=torch.uint8)
    # Every f32 exponent with random mantissas and signs, and numbers around every e4m3 midpoint.
    bits = torch.arange(255, dtype=torch.int64).repeat_interleave(8) << 23
    bits = bits | torch.randint(0, 1 << 23, bits.shape) | (torch.randint(0, 2, bits.shape) << 31)
    anything = torch.where(bits >= 1 << 31, bits - (1 << 32), bits).to(torch.int32).view(torch.float32)
    finite = from_e4m3(torch.arange(0x7F, dtype=torch.uint8))
    middle = ((finite[1:] + finite[:-1]) / 2).float()
    above = torch.nextafter(middle, torch.tensor(INF))
    below = torch.nextafter(middle, torch.tensor(-INF))
    around = torch.cat([middle, above, below, finite.float()])
    x = torch.cat([anything, around, -around])
    save("formats", {
        "codes": codes,
        "decoded": codes.view(torch.float8_e4m3fn).float(),
        "x": x,
        "e4m3": x.clamp(-448.0, 448.0).to(torch.float8_e4m3fn).view(torch.uint8),
        "bf16": x.to(torch.bfloat16),
        "f16": x.to(torch.float16),
    })


def yarn_frequencies(theta=10000.0, factor=40.0, original=4096.0, beta_fast=32.0, beta_slow=1.0, dim=64):
    """DeepSeek's YaRN: pairs between `beta_fast` and `beta_slow` rotations in the original context go over linearly."""
    plain = 1.0 / theta ** (torch.arange(0, dim, 2, dtype=F64) / dim)
    pair = lambda rotations: dim * math.log(original / (rotations * 2 * math.pi)) / (2 * math.log(theta))
    low, high = max(math.floor(pair(beta_fast)), 0), min(math.ceil(pair(beta_slow)), dim - 1)
    ramp = ((torch.arange(dim // 2, dtype=F64) - low) / (high - low)).clamp(0, 1)
    return plain / factor * ramp + plain * (1 - ramp)


def rotate(x, cos, sin, interleaved):
    """Rotary embedding of the first 64 dimensions as a product of complex numbers."""
    head, rest = x[..., :64], x[..., 64:]
    pairs = head.unflatten(-1, (32, 2)) if interleaved else head.unflatten(-1, (2, 32)).transpose(-1, -2)
    turned = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * torch.complex(cos, sin))
    turned = turned if interleaved else turned.transpose(-1, -2)
    return torch.cat([turned.flatten(-2), rest], -1)


def hadamard(n):
    h = torch.ones(1, 1, dtype=F64)
    while h.shape[0] < n:
        h = torch.cat([torch.cat([h, h], 1), torch.cat([h, -h], 1)], 0)
    return h / math.sqrt(n)


def index_rows():
    tensors = {}
    positions = torch.tensor([0, 1, 77, 4095, 4096, 163_839])
    for name, frequencies in [("plain", 1.0 / 10000.0 ** (torch.arange(0, 64, 2, dtype=F64) / 64)), ("yarn", yarn_frequencies())]:
        angles = positions.to(F64)[:, None] * frequencies
        tensors |= {f"tables.{name}.cos": angles.cos(), f"tables.{name}.sin": angles.sin(), f"tables.{name}.frequencies": frequencies}
    tensors["tables.positions"] = positions.to(torch.int32)
    for name, dim, heads, dtype, norm, layout, transform, power in [
        ("deepseek", 128, 1, torch.bfloat16, True, "half", True, True),
        ("glm", 128, 1, torch.bfloat16, True, "interleaved", False, True),
        ("queries", 128, 3, torch.bfloat16, False, "half", True, True),
        ("amax", 128, 1, torch.float32, True, "half", True, False),
        ("small", 64, 2, torch.float16, False, "interleaved", True, False),
        ("plain", 128, 1, torch.float32, False, None, False, True),
        ("plain-amax", 64, 1, torch.float32, False, None, False, False),
    ]:
        n = len(positions)
        x = torch.randn(n * heads, dim)
        x[1] *= 1e-6  # below the floor of amax
        x[2] *= 300
        x[3, 5] = 448.0 if not norm else x[3, 5]
        x = x.to(dtype)
        values = x.to(F64)
        tensors |= {f"{name}.x": x}
        if norm:
            weight, bias = 1 + 0.2 * torch.randn(dim), 0.2 * torch.randn(dim)
            # f32(1e-6), as an engine's epsilon is.
            eps = float(torch.tensor(1e-6, dtype=torch.float32))
            values = torch.nn.functional.layer_norm(values, (dim,), weight.to(F64), bias.to(F64), eps)
            tensors |= {f"{name}.norm_weight": weight, f"{name}.norm_bias": bias}
        if layout:
            cos, sin = (tensors[f"tables.yarn.{t}"].float() for t in ["cos", "sin"])
            tensors |= {f"{name}.cos": cos, f"{name}.sin": sin}
            each = lambda table: table.to(F64).repeat_interleave(heads, 0)
            values = rotate(values, each(cos), each(sin), layout == "interleaved")
        if transform:
            values = values @ hadamard(dim)
        amax = values.abs().amax(-1, keepdim=True).float().clamp(min=1e-4)
        scale = power_of_two_at_least(amax / 448) if power else amax / 448
        tensors |= {f"{name}.values": values, f"{name}.codes": e4m3(values, scale), f"{name}.scales": scale[:, 0]}
    save("index_rows", tensors)


def random_codes(*shape):
    return torch.randn(*shape).to(torch.float8_e4m3fn).view(torch.uint8)


def logits(q, k, k_scale, weights):
    products = torch.einsum("...hd,nd->...hn", from_e4m3(q), from_e4m3(k)).relu()
    return torch.einsum("...h,...hn->...n", weights.to(F64), products) * k_scale.to(F64)


def ragged_logits():
    tensors = {}
    for name, heads, dim in [("64x128", 64, 128), ("13x64", 13, 64)]:
        queries, keys = 7, 50
        q, k, k_scale = random_codes(queries, heads, dim), random_codes(keys, dim), torch.rand(keys) + 0.1
        weights = torch.randn(queries, heads)
        start = torch.tensor([0, 0, 10, 49, 20, 0, 7], dtype=torch.int32)
        end = torch.tensor([50, 0, 30, 50, 20, 1, 49], dtype=torch.int32)
        column = torch.arange(keys)
        seen = (column >= start[:, None]) & (column < end[:, None])
        expected = logits(q, k, k_scale, weights).masked_fill(~seen, -INF)
        named = dict(q=q, k=k, k_scale=k_scale, weights=weights, k_start=start, k_end=end, logits=expected)
        tensors |= {f"{name}.{key}": value for key, value in named.items()}
    save("ragged_logits", tensors)


def paged_logits():
    tensors = {}
    for name, page, heads, dim in [("page64", 64, 8, 128), ("page5", 5, 13, 64)]:
        batch, next_n, context = 3, 2, 70
        columns = -(-context // page)
        pages = batch * columns + 2
        codes, scales = random_codes(pages, page, dim), torch.rand(pages, page) + 0.1
        cache = torch.cat([codes.flatten(1), scales.view(torch.uint8).reshape(pages, -1)], 1)
        table = torch.randperm(pages)[: batch * columns].view(batch, columns)
        lengths = torch.tensor([[69, 70], [0, 1], [33, 65]], dtype=torch.int32)
        q, weights = random_codes(batch, next_n, heads, dim), torch.randn(batch, next_n, heads)
        expected = torch.full((batch, next_n, context), -INF, dtype=F64)
        for b in range(batch):
            k, scale = codes[table[b]].reshape(-1, dim)[:context], scales[table[b]].reshape(-1)[:context]
            seen = torch.arange(context) < lengths[b][:, None]
            expected[b] = logits(q[b], k, scale, weights[b]).masked_fill(~seen, -INF)
        named = dict(q=q, cache=cache, weights=weights, block_table=table.to(torch.int32), context_lengths=lengths, logits=expected)
        tensors |= {f"{name}.{key}": value for key, value in named.items()}
    save("paged_logits", tensors)


def top_k():
    rows, columns = 10, 400
    scores = torch.randn(rows, columns)
    scores[1] = scores[1].round()
    scores[2] = scores[2].relu()
    scores[3] = 0.0
    scores[3, ::3] = -0.0
    scores[4, ::2], scores[4, 1::7], scores[4, 5::11] = -INF, INF, float("nan")
    scores[5] = torch.arange(columns).flip(0).float()
    scores[6] = (torch.randint(0, 1024, (columns,)) | 0x3F900000).to(torch.int32).view(torch.float32)
    scores[7] = float("nan")
    start = torch.tensor([0, 0, 3, 0, 0, 100, 0, 0, 50, 399], dtype=torch.int32)
    end = torch.tensor([400, 400, 397, 400, 400, 130, 400, 400, 50, 400], dtype=torch.int32)
    tensors = {"scores": scores, "row_start": start, "row_end": end}
    for k in [1, 17, 64, 512]:
        expected = torch.full((rows, k), -1, dtype=torch.int32)
        for row in range(rows):
            column = torch.arange(start[row], end[row])
            valid = column[scores[row, column] > -INF]  # false for NaN
            order = torch.sort(scores[row, valid], descending=True, stable=True).indices
            best = valid[order[:k]].sort().values
            expected[row, : len(best)] = best.to(torch.int32)
        tensors[f"indices.{k}"] = expected
    save("top_k", tensors)


def attention(q, rows, seen, d_v, scale, sink):
    """`q` [queries, heads, d], `rows` [n, d], `seen` [queries, n] how often each query sees each row."""
    x = scale * torch.einsum("qhd,nd->qhn", q, rows)
    x = x + seen.to(F64).log()[:, None]  # a row that is listed twice counts twice
    lse = torch.logsumexp(x, -1)
    lonely = (seen.sum(-1) == 0)[:, None].expand_as(lse)
    out = torch.softmax(x, -1).nan_to_num(0.0) @ rows[:, :d_v]
    share = torch.sigmoid(lse - sink) if sink is not None else torch.ones_like(lse)
    out = torch.where(lonely[..., None], 0.0, out * share[..., None])
    unweighted = scale * torch.einsum("qhd,nd->qhn", q, rows)
    top = unweighted.masked_fill((seen == 0)[:, None], -INF).amax(-1)
    return out, top, torch.where(lonely, INF, lse)


def counts(indices, lengths, n):
    """How often each row is among the first `lengths` entries of each list."""
    seen = torch.zeros(len(indices), n)
    for query, (row, length) in enumerate(zip(indices.tolist(), lengths.tolist())):
        for index in row[: max(length, 0)]:
            if 0 <= index < n:
                seen[query, index] += 1
    return seen


INVALID = [-(2**31), -123456, -1, 114514, 2147483647]
SINK = torch.tensor([0.3, -INF, INF, -1.5])


def sparse_attention():
    tensors = {}
    for name, d_qk, n, k in [("576", 576, 30, 24), ("512", 512, 20, 9)]:
        queries, heads, d_v, scale = 5, 3, 512, 0.5
        q, kv = (torch.randn(queries, heads, d_qk) / 5).bfloat16(), (torch.randn(n, d_qk) / 5).bfloat16()
        indices = torch.stack([torch.randint(0, n, (k,)) for _ in range(queries)]).to(torch.int32)
        indices[1, ::3] = torch.tensor(INVALID).to(torch.int32).repeat(k)[: len(indices[1, ::3])]
        indices[2] = -1
        indices[3, 2:] = n
        lengths = torch.tensor([k, k - 1, k, k + 5, 1], dtype=torch.int32)
        sink = SINK[:heads]
        out, top, lse = attention(q.to(F64), kv.to(F64), counts(indices, lengths, n), d_v, scale, sink.to(F64))
        named = dict(q=q, kv=kv, indices=indices, topk_length=lengths, attn_sink=sink, out=out, max_logits=top, lse=lse)
        tensors |= {f"{name}.{key}": value for key, value in named.items()}
    save("sparse_attention", tensors)


def sparse_decode():
    rows, queries, heads, k, scale = 25, 4, 4, 12, 576**-0.55
    latent = torch.randn(rows, 576)
    latent[3, :128] = 0
    latent[4, 130] = 448.0 * 8
    latent[5] *= 1e-5
    groups = latent[:, :512].unflatten(-1, (4, 128))
    # The floor lies under the scale, not under amax.
    scales = power_of_two_at_least((groups.abs().amax(-1) / 448).clamp(min=1e-4))
    codes = e4m3(groups, scales[..., None])
    rope = latent[:, 512:].bfloat16()
    cache = torch.cat([codes.flatten(1), scales.view(torch.uint8).reshape(rows, 16), rope.view(torch.uint8).reshape(rows, 128)], 1)
    assert cache.shape[1] == 656
    # A cache of another writer: scales that are no powers of two.
    other = cache.clone()
    other[:, 512:528] = (scales * (1 + torch.rand(rows, 4))).view(torch.uint8).reshape(rows, 16)
    tensors = {"latent": latent}
    q = torch.randn(queries, heads, 576).clamp(-1, 1).bfloat16()
    indices = torch.stack([torch.randperm(rows)[:k] for _ in range(queries)]).to(torch.int32)
    indices[1, 5:] = -1
    indices[2] = -1
    lengths = torch.full((queries,), k)
    for name, bytes_ in [("own", cache), ("other", other)]:
        scale_of = bytes_[:, 512:528].contiguous().view(torch.float32)
        latent_part = (from_e4m3(bytes_[:, :512].contiguous()).unflatten(-1, (4, 128)).float() * scale_of[..., None]).flatten(1)
        values = torch.cat([latent_part.to(F64), bytes_[:, 528:].contiguous().view(torch.bfloat16).to(F64)], 1)
        out, _, lse = attention(q.to(F64), values, counts(indices, lengths, rows), 512, f32(scale), SINK.to(F64))
        tensors |= {f"{name}.cache": bytes_, f"{name}.values": values.float(), f"{name}.out": out, f"{name}.lse": lse}
    save("sparse_decode", tensors | {"q": q, "indices": indices, "attn_sink": SINK})


def f32(x):
    return float(torch.tensor(x, dtype=torch.float32))


def dense_attention():
    queries, heads, d_qk, n = 6, 2, 576, 20
    scale = f32(0.1352337788608801)
    q, kv = torch.randn(queries, heads, d_qk).half(), torch.randn(n, d_qk).half()
    start = torch.tensor([0, 0, 5, 0, 7, 0], dtype=torch.int32)
    end = torch.tensor([n - queries + 1 + i for i in range(queries - 1)] + [0], dtype=torch.int32)
    column = torch.arange(n)
    seen = ((column >= start[:, None]) & (column < end[:, None])).float()
    out, top, lse = attention(q.to(F64), kv.to(F64), seen, 448, scale, None)
    save("dense_attention", dict(q=q, kv=kv, k_start=start, k_end=end, out=out, max_logits=top, lse=lse))


if __name__ == "__main__":
    for make in [formats, index_rows, ragged_logits, paged_logits, top_k, sparse_attention, sparse_decode, dense_attention]:
        torch.manual_seed(20251201)
        make()
