//! Index logits, ragged and paged.
