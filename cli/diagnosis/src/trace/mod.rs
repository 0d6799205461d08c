//! A trace as a tree of spans: what it consists of, what took its time, what of it is missing or cannot be true.

mod base64;
pub mod calls;
mod choose;
mod critical_path;
mod explore_link;
pub mod figures;
mod fold;
mod gap;
mod id;
mod peer;
mod sample;
pub mod service_map;
mod skew;
mod span;
mod tree;
mod warning;

pub(crate) use self::sample::MOST_KEYS;
pub use self::{
    choose::{Candidate, SETTLED, choose},
    critical_path::{CriticalPath, Stretch},
    explore_link::explore_link,
    fold::{Fold, Folding, LeftOut, Row, RowKind, Rows},
    gap::Gap,
    id::{SpanId, TraceId, TraceIdError},
    peer::{Peer, PeerKind},
    sample::{Credential, Sampler, Wholeness},
    skew::{Skew, SkewKind},
    span::{Event, Link, Resource, Span, SpanIdentity, SpanKind, Status},
    tree::{Origin, ServiceShare, Top, Trace},
    warning::Warning,
};
