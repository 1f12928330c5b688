//! Exact, deterministic top-k of rows of scores.
