//! Traces as people and programs read them.

mod about;
mod bar;
mod branches;
mod document;
mod found;
mod found_list;
mod overview;
mod shown;
mod warnings;
mod waterfall;

pub(super) use self::overview::NO_SERVICE;
pub(crate) use self::{
    document::ShownLogs,
    found::{BeyondLimit, FoundTraces, SearchFrom},
    found_list::found_traces,
    shown::{Detail, Holder, ShownTrace, trace},
};
