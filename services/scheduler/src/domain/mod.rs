//! Tasks and their runs: [`schedule`] says when, [`task`] what, [`run`] what became of it, [`store`] keeps them,
//! [`runner`] executes, [`timer`] starts runs when they are due.

pub mod run;
pub mod runner;
pub mod schedule;
pub mod store;
pub mod task;
pub mod timer;
