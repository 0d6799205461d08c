//! From the bytes of a log to the facts in it: files and framing, lines, what each line tells, folding.
//!
//! Lines come from the engine's API ([`Lines`]) or from its files ([`LogFiles`]); what they tell is the same.

mod anchors;
mod announcements;
mod candidate;
mod correlation;
mod endpoints;
mod errors;
mod fatal;
mod files;
mod framing;
mod line;
mod notices;
mod reader;
mod requests;
mod run;
mod scan;
mod start;
mod structured;
mod tail;

pub(crate) use self::{
    anchors::Anchors,
    endpoints::Endpoints,
    files::{LogFiles, LogFilesError, LogFolder, TimeRange},
    framing::{Framing, LINE_LIMIT, Lines, RawLine},
    line::quoted,
    reader::{Care, LogReader},
    requests::is_monitoring,
    run::Run,
    scan::scan,
    start::first_moment,
};
