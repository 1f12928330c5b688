//! Attention over latent rows: sparse prefill, sparse decode, dense.
