//! Both caches, prefill in chunks, decode steps.
