//! The package from outside: a traced service in a process of its own, and receivers that keep what
//! it sends.

mod calling;
mod lifecycle;
mod logging;
mod outage;
mod sampling;
mod serving;
mod settings;
mod support;
