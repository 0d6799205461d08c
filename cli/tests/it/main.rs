//! Tests of the whole program and of what lies beside it, without a Docker engine.

mod documents;
mod engine_calls;
mod fake_stack;
mod gather;
mod replay;
mod stack_files;
