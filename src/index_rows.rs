//! Index keys and index queries: norm, rope, Hadamard, quantisation.
