//! What every span and every trace has, by its names.

/// What every span has, and what its trace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    Name,
    Status,
    StatusMessage,
    Kind,
    Duration,
    SpanId,
    ParentId,
    TraceId,
    TraceDuration,
    RootName,
    RootServiceName,
    EventName,
    EventTimeSinceStart,
    LinkSpanId,
    LinkTraceId,
    InstrumentationName,
    InstrumentationVersion,
}

/// Every way to write an intrinsic, in the order in which Tempo lists them.
const INTRINSIC_NAMES: [(&str, Intrinsic); 24] = [
    ("duration", Intrinsic::Duration),
    ("event:name", Intrinsic::EventName),
    ("event:timeSinceStart", Intrinsic::EventTimeSinceStart),
    ("instrumentation:name", Intrinsic::InstrumentationName),
    ("instrumentation:version", Intrinsic::InstrumentationVersion),
    ("kind", Intrinsic::Kind),
    ("link:spanID", Intrinsic::LinkSpanId),
    ("link:traceID", Intrinsic::LinkTraceId),
    ("name", Intrinsic::Name),
    ("rootName", Intrinsic::RootName),
    ("rootServiceName", Intrinsic::RootServiceName),
    ("span:duration", Intrinsic::Duration),
    ("span:id", Intrinsic::SpanId),
    ("span:kind", Intrinsic::Kind),
    ("span:name", Intrinsic::Name),
    ("span:parentID", Intrinsic::ParentId),
    ("span:status", Intrinsic::Status),
    ("span:statusMessage", Intrinsic::StatusMessage),
    ("status", Intrinsic::Status),
    ("statusMessage", Intrinsic::StatusMessage),
    ("trace:duration", Intrinsic::TraceDuration),
    ("trace:id", Intrinsic::TraceId),
    ("trace:rootName", Intrinsic::RootName),
    ("trace:rootService", Intrinsic::RootServiceName),
];
/// One more spelling, which Tempo lists last.
const TRACE_DURATION_NAME: &str = "traceDuration";

/// The names of all intrinsics, in the order in which Tempo lists them.
pub(crate) fn intrinsic_names() -> impl Iterator<Item = &'static str> {
    INTRINSIC_NAMES
        .iter()
        .map(|(name, _)| *name)
        .chain([TRACE_DURATION_NAME])
}

impl Intrinsic {
    /// The intrinsic that a word names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        if word == TRACE_DURATION_NAME {
            return Some(Self::TraceDuration);
        }
        INTRINSIC_NAMES
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, intrinsic)| *intrinsic)
    }

    /// Whether it is the same for all spans of a trace, and so needs the whole trace.
    pub(crate) fn is_of_trace(self) -> bool {
        matches!(
            self,
            Self::TraceDuration | Self::RootName | Self::RootServiceName
        )
    }
}
