//! The float64 definition of every operation.
