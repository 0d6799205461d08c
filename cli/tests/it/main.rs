//! Tests of the whole program and of what lies beside it, without a Docker engine.

mod documents;
mod replay;
mod stack_files;
