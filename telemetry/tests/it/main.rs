//! The package from outside: a traced service in a process of its own, and receivers that keep what
//! it sends.

mod serving;
mod support;
