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
mod level;
mod line;
mod logged_traces;
mod notices;
mod open_line;
mod reader;
mod requests;
mod run;
mod scan;
mod sieve;
mod start;
mod structured;
mod tail;

pub(crate) use self::{
    anchors::Anchors,
    endpoints::Endpoints,
    files::{LogCursor, LogFiles, LogFilesError, LogFolder, TimeRange, Want},
    framing::{Framing, LINE_LIMIT, Lines, RawLine},
    level::Level,
    line::{cleaned, quoted},
    reader::{Care, LogReader},
    requests::is_monitoring,
    run::Run,
    scan::scan,
    sieve::{Sieve, Told, Wanted},
    start::first_moment,
};
