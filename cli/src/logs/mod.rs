//! From the bytes of a log to the facts in it: framing, lines, what each line tells, folding.
//!
//! Where the bytes come from is not known here: today the engine's API, and any source of framed or plain bytes fits.

mod correlation;
mod errors;
mod fatal;
mod framing;
mod line;
mod notices;
mod reader;
mod requests;
mod structured;

pub(crate) use self::{
    framing::{Framing, Lines, RawLine},
    line::quoted,
    reader::{LogReader, Run, Scope},
    requests::is_monitoring,
};
