//! Some of the traces that a service's lines say they belong to.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::{LoggedTrace, SampledFlag};

use super::structured::Fields;

/// So many are kept, the latest.
const KEPT: usize = 24;
/// Not more than one is taken within this time, so that what is kept reaches back.
const APART: SignedDuration = SignedDuration::from_secs(10);
/// Fields that hold an id.
const IDS: [&str; 5] = [
    "trace_id",
    "traceid",
    "trace.id",
    "oteltraceid",
    "otel.trace_id",
];
/// Fields that hold a whole `traceparent`.
const PARENT: &str = "traceparent";
/// Fields that say whether a trace is kept, as loggers of several SDKs write them.
const FLAGS: [&str; 6] = [
    "trace_flags",
    "traceflags",
    "trace.flags",
    "trace_sampled",
    "oteltracesampled",
    "oteltraceflags",
];

/// The traces while a log is read, oldest first.
#[derive(Debug, Default)]
pub(super) struct LoggedTraces(VecDeque<LoggedTrace>);

impl LoggedTraces {
    /// Adds the trace that a line names, where it names one.
    pub(super) fn add(&mut self, at: Option<Timestamp>, text: &str, fields: Option<&Fields>) {
        let Some(at) = at else {
            return;
        };
        let is_near = |last: &LoggedTrace| at.duration_since(last.at).abs() < APART;
        if self.0.back().is_some_and(is_near) {
            return;
        }
        let named = match fields {
            Some(fields) => named(fields.iter()),
            None if text.contains('=') => named(super::correlation::pairs(text)),
            None => None,
        };
        let Some((id, sampled)) = named else {
            return;
        };
        let Ok(id) = id.parse() else {
            return;
        };
        if self.0.iter().any(|logged| logged.id == id) {
            return;
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(LoggedTrace { id, at, sampled });
    }

    /// The traces, oldest first.
    pub(super) fn finish(self) -> Vec<LoggedTrace> {
        self.0.into()
    }
}

/// The id that fields name, in full, and what they say of its being kept.
fn named<'t>(fields: impl Iterator<Item = (&'t str, &'t str)>) -> Option<(&'t str, SampledFlag)> {
    let mut id = None;
    let mut sampled = SampledFlag::Unsaid;
    for (path, value) in fields {
        let is = |name: &str| path.eq_ignore_ascii_case(name);
        let value = value.trim_matches('"');
        if is(PARENT) || path.to_ascii_lowercase().ends_with(".traceparent") {
            if let [_, trace, _, flags] = value.split('-').collect::<Vec<_>>()[..]
                && is_id(trace)
            {
                id = Some(trace);
                sampled = flag(flags);
            }
        } else if IDS.iter().any(|name| is(name)) && is_id(value) {
            id = id.or(Some(value));
        } else if FLAGS.iter().any(|name| is(name)) {
            sampled = flag(value);
        }
    }
    Some((id?, sampled))
}

fn is_id(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a trace is kept, by a word or by the flags of a `traceparent`, of which the lowest bit says so
/// (<https://www.w3.org/TR/trace-context-2/#sampled-flag>); the next one, of random ids, is set by newer SDKs.
fn flag(value: &str) -> SampledFlag {
    let is_kept = match value.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        flags if flags.len() <= 2 => u8::from_str_radix(flags, 16)
            .ok()
            .map(|flags| flags & 1 == 1),
        _ => None,
    };
    match is_kept {
        Some(true) => SampledFlag::Kept,
        Some(false) => SampledFlag::Dropped,
        None => SampledFlag::Unsaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0af7651916cd43dd8448eb211c80319c";

    fn of(text: &str) -> Option<(String, SampledFlag)> {
        let mut traces = LoggedTraces::default();
        let at = Some(Timestamp::UNIX_EPOCH);
        traces.add(at, text, Fields::of(text).as_ref());
        let first = traces.finish().into_iter().next()?;
        Some((first.id.to_string(), first.sampled))
    }

    #[test]
    fn the_trace_of_a_line_and_its_flag_are_read_in_every_form() {
        for (text, flag) in [
            (
                format!(r#"{{"msg":"a","trace_id":"{ID}"}}"#),
                SampledFlag::Unsaid,
            ),
            (
                format!(r#"{{"traceId":"{ID}","traceFlags":"01"}}"#),
                SampledFlag::Kept,
            ),
            (
                format!("INFO [trace_id={ID} trace_flags=03] done"),
                SampledFlag::Kept,
            ),
            (
                format!(r#"{{"traceparent":"00-{ID}-b7ad6b7169203331-02"}}"#),
                SampledFlag::Dropped,
            ),
            (
                format!("INFO [trace_id={ID} span_id=b7ad6b7169203331 trace_sampled=False] done"),
                SampledFlag::Dropped,
            ),
            (
                format!(r#"{{"span":{{"traceparent":"00-{ID}-b7ad6b7169203331-00"}}}}"#),
                SampledFlag::Dropped,
            ),
        ] {
            assert_eq!(of(&text), Some((ID.to_owned(), flag)), "{text}");
        }
        for text in [
            format!(r#"{{"id":"{ID}"}}"#),
            format!("INFO request_trace={ID}"),
            r#"{"trace_id":"00000000000000000000000000000000"}"#.to_owned(),
            r#"{"trace_id":"4711"}"#.to_owned(),
        ] {
            assert_eq!(of(&text), None, "{text}");
        }
    }

    #[test]
    fn the_latest_are_kept_with_time_between_them() {
        let mut traces = LoggedTraces::default();
        for second in 0..1_000_i64 {
            let text = format!("INFO trace_id={:032x} served", second + 1);
            traces.add(Timestamp::from_second(second).ok(), &text, None);
        }
        let kept = traces.finish();
        assert_eq!(kept.len(), KEPT);
        let reach = kept[KEPT - 1].at.duration_since(kept[0].at);
        assert_eq!(reach, SignedDuration::from_secs(230));
    }
}
