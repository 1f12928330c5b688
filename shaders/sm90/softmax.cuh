// What `attend` and `merge` on Hopper know of a softmax. Text that comes after hopper.cuh.

constexpr u32 D_V = 512;
constexpr float NO_MAXIMUM = -1.0e38f;
constexpr float LN_2 = 0.6931471805599453f;

// What an output with an attention sink is multiplied by: exp(lse) / (exp(lse) + exp(sink)).
DEVICE float sink_factor(float natural, float sink) {
    const u32 bits = __float_as_uint(sink);
    if (bits == 0x7f800000) {
        return 0.0f;
    }
    return bits == 0xff800000 ? 1.0f : 1.0f / (1.0f + expf(fminf(sink - natural, 80.0f)));
}
