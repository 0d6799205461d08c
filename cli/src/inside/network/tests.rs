//! The ladder against listeners on the loopback.
