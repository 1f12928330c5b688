//! The operations on the host's cores.
