//! Writing latent rows into a KV cache.
