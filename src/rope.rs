//! Rotary embedding tables.
