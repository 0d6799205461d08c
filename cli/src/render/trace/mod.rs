//! Traces as people and programs read them.

mod bar;
mod branches;
mod document;
mod found;
mod found_list;
mod overview;
mod shown;
mod waterfall;

pub(super) use self::overview::NO_SERVICE;
pub(crate) use self::{
    found::{FoundTraces, SearchFrom},
    found_list::found_traces,
    shown::{Detail, ShownTrace, trace},
};
