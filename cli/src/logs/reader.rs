//! Reads the lines of one log and keeps what they tell.

use std::collections::VecDeque;

use jiff::Timestamp;
use ptctl_diagnosis::{
    export_errors::{
        Context, Outcome, classify, is_candidate, is_continuation, strip_terminal_sequences,
    },
    snapshot::{LogFacts, LogLine, LogWindow, RequestLines, Role, TraceIdCoverage},
};

use super::{
    correlation, errors::Errors, fatal::Fatal, framing::RawLine, line::shown, notices::Notices,
    requests::is_request, structured::Fields,
};

/// So many lines of the end are kept.
const TAIL: usize = 20;
/// So many announcements of receivers are kept.
const RECEIVERS: usize = 16;

/// What is looked for in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A service: its requests, its trace ids, its export errors.
    Service,
    /// A backend or collector: its receivers and its refusals.
    Receiver,
}

/// The process whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// What the container is to tracing.
    pub(crate) role: Role,
    /// Its last start.
    pub(crate) started_at: Option<Timestamp>,
    /// Its last end, which may lie before its last start.
    pub(crate) ended_at: Option<Timestamp>,
    /// It ended otherwise than by being stopped.
    pub(crate) has_failed: bool,
    /// When its log is read.
    pub(crate) read_at: Timestamp,
}

/// The facts of one log while it is read.
#[derive(Debug)]
pub(crate) struct LogReader<'c> {
    scope: Scope,
    run: Run,
    context: &'c Context,
    /// Names of the configured endpoints, in lower case: lines with one may prove something without any other anchor.
    endpoints: &'c [String],
    window: LogWindow,
    errors: Errors,
    notices: Notices,
    fatal: Fatal,
    receivers: VecDeque<LogLine>,
    trace_ids: TraceIdCoverage,
    requests: RequestLines,
    announced_service: Option<String>,
    tail: VecDeque<Kept>,
}

/// A line of the end; shown only when it is still wanted.
#[derive(Debug)]
struct Kept {
    at: Option<Timestamp>,
    bytes: Vec<u8>,
}

impl<'c> LogReader<'c> {
    /// A reader of a log. `endpoints` are the hosts of `context`, in lower case.
    pub(crate) fn new(
        scope: Scope,
        run: Run,
        context: &'c Context,
        endpoints: &'c [String],
    ) -> Self {
        Self {
            scope,
            run,
            context,
            endpoints,
            window: LogWindow {
                lines: 0,
                bytes: 0,
                first_at: None,
                last_at: None,
                cut: None,
            },
            errors: Errors::default(),
            notices: Notices::new(run.role, run.started_at),
            fatal: Fatal::default(),
            receivers: VecDeque::new(),
            trace_ids: TraceIdCoverage::default(),
            requests: RequestLines::default(),
            announced_service: None,
            tail: VecDeque::with_capacity(TAIL),
        }
    }

    /// The time of the last line read.
    pub(crate) fn last_at(&self) -> Option<Timestamp> {
        self.window.last_at
    }

    /// How many lines were read.
    pub(crate) fn lines(&self) -> u64 {
        self.window.lines
    }

    /// Something of the window was left out, for this reason.
    pub(crate) fn cut(&mut self, reason: String) {
        self.window.cut = Some(reason);
    }

    /// Takes a line of the window.
    pub(crate) fn read(&mut self, line: RawLine<'_>) {
        self.window.lines += 1;
        self.window.bytes += line.bytes.len() as u64;
        self.window.first_at = self.window.first_at.or(line.at);
        self.window.last_at = line.at.or(self.window.last_at);
        self.keep(line);

        let decoded = String::from_utf8_lossy(line.bytes);
        let text = strip_terminal_sequences(&decoded);
        let fields = Fields::of(&text);
        let verdict = self
            .is_candidate(line.bytes)
            .then(|| classify(line.bytes, self.context))
            .flatten();
        self.notices.add(line.bytes, &text, || shown(line));
        let is_export_error = verdict.is_some_and(|verdict| verdict.outcome != Outcome::Recovered);
        self.fatal
            .add(&text, fields.as_ref(), is_export_error, || shown(line));
        match verdict {
            Some(verdict) => self
                .errors
                .add(verdict, || shown(line), self.run.started_at),
            None if is_continuation(&text) => {}
            None => self.errors.close(self.run.started_at),
        }
        match self.scope {
            Scope::Service => self.read_of_service(line, &text, fields.as_ref()),
            Scope::Receiver => self.read_of_receiver(line, &text),
        }
    }

    /// Takes a line that is older than the window: it is shown as the log's end and tells nothing else.
    pub(crate) fn keep(&mut self, line: RawLine<'_>) {
        // The place of the oldest line is used again, so that a long log costs no memory management.
        let mut bytes = match self.tail.len() {
            TAIL => self
                .tail
                .pop_front()
                .map(|kept| kept.bytes)
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        bytes.clear();
        bytes.extend_from_slice(line.bytes);
        self.tail.push_back(Kept { at: line.at, bytes });
    }

    fn is_candidate(&self, bytes: &[u8]) -> bool {
        is_candidate(bytes) || {
            let names = |endpoint: &String| {
                bytes
                    .windows(endpoint.len())
                    .any(|window| window.eq_ignore_ascii_case(endpoint.as_bytes()))
            };
            // Whole lines are searched for a name only where they speak of a failure at all.
            speaks_of_failure(bytes) && self.endpoints.iter().any(names)
        }
    }

    fn read_of_service(&mut self, line: RawLine<'_>, text: &str, fields: Option<&Fields>) {
        if let Some(fields) = fields {
            correlation::count(&mut self.trace_ids, fields);
            let message = fields.any(&["msg", "message"]).unwrap_or_default();
            if message.starts_with("initializing tracer")
                && let Some(service) = fields.any(&["service"])
            {
                self.announced_service = Some(service.to_owned());
            }
        } else {
            correlation::count_text(&mut self.trace_ids, text);
        }
        if is_request(text, fields) {
            self.requests.count += 1;
            self.requests.last = Some(shown(line));
            if correlation::is_outside_spans(text, fields) {
                self.requests.outside_spans += 1;
            }
        }
    }

    fn read_of_receiver(&mut self, line: RawLine<'_>, text: &str) {
        let announces = ["Starting GRPC server", "Starting HTTP server"]
            .iter()
            .any(|start| text.contains(start));
        if !announces || !text.contains("endpoint") {
            return;
        }
        let is_of_earlier_run =
            matches!((line.at, self.run.started_at), (Some(at), Some(started)) if at < started);
        if !is_of_earlier_run {
            if self.receivers.len() == RECEIVERS {
                self.receivers.pop_front();
            }
            self.receivers.push_back(shown(line));
        }
    }

    /// What the log told.
    pub(crate) fn finish(self) -> LogFacts {
        LogFacts {
            window: self.window,
            errors: self.errors.finish(self.run.started_at),
            notices: self.notices.finish(),
            fatal: self.fatal.finish(self.run),
            receivers: self.receivers.into(),
            trace_ids: self.trace_ids,
            requests: self.requests,
            announced_service: self.announced_service,
            tail: self
                .tail
                .iter()
                .map(|kept| {
                    shown(RawLine {
                        at: kept.at,
                        bytes: &kept.bytes,
                    })
                })
                .collect(),
        }
    }
}

/// Words without which no line of any client tells of a failed connection.
fn speaks_of_failure(bytes: &[u8]) -> bool {
    use std::sync::LazyLock;

    use aho_corasick::{AhoCorasick, MatchKind};

    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build([
                "rror",
                "RROR",
                "ail",
                "FAIL",
                "efused",
                "imeout",
                "imed out",
                "TIMEDOUT",
                "eadline",
                "navailable",
                "o such host",
                "xception",
                "nreachable",
                "eset by",
                "closed",
            ])
            .ok()
    });
    WORDS.as_ref().is_none_or(|words| words.is_match(bytes))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use ptctl_diagnosis::export_errors::ErrorKind;

    use super::*;

    fn moment(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_338_000 + seconds).unwrap()
    }

    fn run(started: i64, ended: Option<i64>) -> Run {
        Run {
            started_at: Some(moment(started)),
            ended_at: ended.map(moment),
            role: Role::Service,
            has_failed: ended.is_some(),
            read_at: moment(100),
        }
    }

    fn read(scope: Scope, run: Run, lines: &[(i64, &str)]) -> LogFacts {
        let context = Context::with_endpoints(["tempo:4317"]);
        let endpoints = ["tempo:4317".to_owned()];
        let mut reader = LogReader::new(scope, run, &context, &endpoints);
        for (at, text) in lines {
            reader.read(RawLine {
                at: Some(moment(*at)),
                bytes: text.as_bytes(),
            });
        }
        reader.finish()
    }

    fn texts(lines: &[LogLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    const REFUSED: &str = r#"{"time":"t","level":"ERROR","msg":"failed to export spans","endpoint":"tempo:4317","cause":"connection refused","error":"connection refused"}"#;
    const RECOVERED: &str = r#"{"time":"t","level":"INFO","msg":"span export recovered","endpoint":"tempo:4317","spans_lost":0}"#;

    #[test]
    fn errors_are_folded_and_a_recovery_is_noted() {
        let lines = [(1, REFUSED), (11, REFUSED), (12, REFUSED), (20, RECOVERED)];
        let facts = read(Scope::Service, run(10, None), &lines);
        let [group] = &facts.errors[..] else {
            panic!("{:?}", facts.errors)
        };
        assert_eq!(
            (group.kind, group.count, group.since_start),
            (ErrorKind::BackendDown, 3, 2)
        );
        assert_eq!(
            (group.first_at, group.last_at),
            (Some(moment(1)), Some(moment(12)))
        );
        assert_eq!(group.recovered_at, Some(moment(20)));
    }

    #[test]
    fn metrics_that_go_nowhere_are_no_lost_traces() {
        let line = "2026-11-22T08:00:00Z\terror\tinternal/queue_sender.go:100\tExporting failed. Dropping data.\t{\"otelcol.component.id\": \"otlp\", \"otelcol.signal\": \"metrics\", \"error\": \"connection refused\"}";
        assert_eq!(read(Scope::Receiver, run(0, None), &[(1, line)]).errors, []);
    }

    #[test]
    fn a_rejected_configuration_is_quoted_with_its_lines() {
        let lines = [
            (
                50,
                "failed parsing config: failed to parse configFile /etc/tempo.yaml: yaml: unmarshal errors:",
            ),
            (50, "  line 14: field ingester not found in type app.Config"),
            (
                50,
                "  line 17: field compactor not found in type app.Config",
            ),
        ];
        let facts = read(Scope::Receiver, run(50, Some(51)), &lines);
        assert_eq!(texts(&facts.fatal), lines.map(|(_, text)| text));
        // Between two starts the reason stands in the run before.
        let restarted = Run {
            started_at: Some(moment(95)),
            ..run(0, Some(51))
        };
        assert_eq!(read(Scope::Receiver, restarted, &lines).fatal.len(), 3);
        let settled = Run {
            read_at: moment(95) + SignedDuration::from_secs(300),
            ..restarted
        };
        assert_eq!(read(Scope::Receiver, settled, &lines).fatal, []);
    }

    #[test]
    fn the_errors_right_before_the_end_are_its_reason_unless_they_are_of_exporting() {
        let lines = [
            (10, "level=error msg=\"long ago\""),
            (48, REFUSED),
            (
                49,
                "level=error msg=\"cannot open the database\" path=/data",
            ),
            (49, "level=info msg=\"bye\" code=1"),
        ];
        let facts = read(Scope::Service, run(0, Some(50)), &lines);
        assert_eq!(texts(&facts.fatal), [lines[2].1]);
        let runs = read(Scope::Service, run(0, None), &lines);
        assert_eq!(runs.fatal, []);
    }

    #[test]
    fn receivers_are_those_of_the_last_start() {
        let start = "ts=2026-11-22T06:30:00Z level=info msg=\"Starting GRPC server\" component=tempo endpoint=127.0.0.1:4317";
        let facts = read(Scope::Receiver, run(10, None), &[(1, start), (11, start)]);
        assert_eq!(facts.receivers.len(), 1);
        assert_eq!(facts.receivers[0].at, Some(moment(11)));
    }

    #[test]
    fn the_end_of_a_long_log_is_kept() {
        let lines: Vec<(i64, String)> = (0..50).map(|at| (at, format!("line {at}"))).collect();
        let lines: Vec<(i64, &str)> = lines
            .iter()
            .map(|(at, text)| (*at, text.as_str()))
            .collect();
        let facts = read(Scope::Service, run(0, None), &lines);
        assert_eq!((facts.window.lines, facts.tail.len()), (50, TAIL));
        assert_eq!(facts.tail[TAIL - 1].text, "line 49");
    }
}
