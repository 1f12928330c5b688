//! Byte layouts of the caches.
