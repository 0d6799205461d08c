//! Turning facts and diagnoses into what people and programs read. Pure: everything comes in, a text goes out.

mod aside;
mod canary;
mod difference;
mod doctor;
mod environment;
mod explain;
mod figures;
mod github;
mod group;
mod json;
mod junit;
mod ladder;
mod latency;
mod length;
mod log_line;
mod map;
mod markdown;
mod page;
mod patches;
mod report;
mod restart;
mod sample;
mod sarif;
mod service_colour;
mod short;
mod smoke;
mod status;
mod storage;
mod summary;
mod time;
mod trace;
mod watch;

pub use self::{
    canary::{CanaryLine, canaries},
    difference::difference,
    environment::{environment, environments},
    explain::{CheckDocument, check_documents, checks, explain},
    json::{REPORT_VERSION, json},
    ladder::{LadderLine, LadderRemedy, ladders},
    page::{Colour, Glyphs, Medium, Page, Tone},
    patches::patches,
    report::{Report, report},
    restart::{RestartDocument, account, plan, step_done},
    smoke::{problem_annotation, smoke, smoke_annotations, smoke_junit},
    status::status,
    storage::{StorageDocument, storage},
    time::{age, clock},
    watch::{
        Verdict, WATCH_VERSION, WatchScreen, change_documents, change_lines, looking_line,
        watch_line, watch_screen,
    },
};
pub(crate) use self::{
    latency::{Counted, Latency, LatencyFrom, latency},
    log_line::{Dates, LogName, LogObject, LogRows},
    map::{MapFrom, Mapped},
    sample::Sample,
    time::moment,
    trace::{
        BeyondLimit, Detail, FoundTraces, Holder, SearchFrom, ShownLogs, ShownTrace, found_traces,
        trace,
    },
};
