//! Index logits and top-k together, within a memory budget.
