//! Tests of the whole program and of what lies beside it, without a Docker engine.

mod around;
mod backend;
mod classify;
mod crowd;
mod documents;
mod engine_calls;
mod fake_stack;
mod gather;
mod helper;
mod latency;
mod lint;
mod logs;
mod manual;
mod map;
mod own_backend;
mod probe;
mod program;
mod replay;
mod reports;
mod restart;
mod secrets;
mod stack_files;
mod storage;
mod trace;
mod trace_parts;
mod up;
