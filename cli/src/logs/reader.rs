//! Reads the lines of one log and keeps what they tell.

use std::cell::LazyCell;

use jiff::Timestamp;
use ptctl_diagnosis::{
    export_errors::{Outcome, classify, destination, is_continuation, strip_terminal_sequences},
    snapshot::{LogFacts, LogWindow, RequestLines, TraceIdCoverage},
};

use super::{
    announcements::Announcements,
    candidate::is_candidate,
    correlation,
    endpoints::Endpoints,
    errors::Errors,
    fatal::Fatal,
    files::Passed,
    framing::RawLine,
    line::shown,
    logged_traces::LoggedTraces,
    notices::Notices,
    requests::is_request,
    run::{Run, Scope},
    structured::Fields,
    tail::Tail,
};

/// How much is read out of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// Everything.
    Everything,
    /// What an anchor tells; nothing is counted, nor is the line kept as one of the log's end.
    Anchors,
}

/// The facts of one log while it is read.
#[derive(Debug)]
pub(crate) struct LogReader {
    run: Run,
    endpoints: Endpoints,
    window: LogWindow,
    errors: Errors,
    notices: Notices,
    fatal: Fatal,
    announcements: Announcements,
    trace_ids: TraceIdCoverage,
    traces: LoggedTraces,
    requests: RequestLines,
    tail: Tail,
    /// How many lines were looked at with [`Care::Everything`].
    counted: u64,
}

impl LogReader {
    /// A reader of a container's log in a stack with these endpoints.
    pub(crate) fn new(run: Run, endpoints: Endpoints) -> Self {
        Self {
            run,
            endpoints,
            window: LogWindow {
                lines: 0,
                bytes: 0,
                first_at: None,
                last_at: None,
                begins_late: None,
                cut: None,
                counted: None,
            },
            errors: Errors::default(),
            notices: Notices::new(run.role, run.started_at),
            fatal: Fatal::default(),
            announcements: Announcements::default(),
            trace_ids: TraceIdCoverage::default(),
            traces: LoggedTraces::default(),
            requests: RequestLines::default(),
            tail: Tail::default(),
            counted: 0,
        }
    }

    /// The process whose log it is.
    pub(crate) fn run(&self) -> Run {
        self.run
    }

    /// The endpoints of its stack.
    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
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

    /// Of a rotated log nothing is left from before this moment, though what is read begins earlier.
    pub(crate) fn begins_late(&mut self, first_at: Timestamp) {
        let known = self.window.begins_late.get_or_insert(first_at);
        *known = first_at.max(*known);
    }

    /// Lines of the window were passed over, since they hold no anchor.
    pub(crate) fn passed_over(&mut self, passed: Passed) {
        let window = &mut self.window;
        window.lines += passed.lines;
        window.bytes += passed.bytes;
        window.first_at = [window.first_at, passed.first_at]
            .into_iter()
            .flatten()
            .min();
        window.last_at = window.last_at.max(passed.last_at);
    }

    /// Whether the next line may belong to what the last one told, so that it has to be read too.
    pub(crate) fn wants_next(&self) -> bool {
        self.errors.is_open() || self.fatal.is_open()
    }

    /// Takes a line of the window.
    pub(crate) fn read(&mut self, line: RawLine<'_>, care: Care) {
        self.window.lines += 1;
        self.window.bytes += line.bytes.len() as u64;
        self.window.first_at = self.window.first_at.or(line.at);
        self.window.last_at = line.at.or(self.window.last_at);

        let decoded = String::from_utf8_lossy(line.bytes);
        let text = strip_terminal_sequences(&decoded);
        let fields = LazyCell::new(|| Fields::of(&text));
        let verdict = is_candidate(line.bytes, &self.endpoints)
            .then(|| classify(line.bytes, self.endpoints.context()))
            .flatten();
        self.notices.add(line.bytes, &text, || shown(line));
        let is_export_error = verdict.is_some_and(|verdict| verdict.outcome != Outcome::Recovered);
        if self.run.has_failed || Fatal::may_tell(line.bytes) || self.fatal.is_open() {
            self.fatal
                .add(&text, || fields.as_ref(), is_export_error, || shown(line));
        }
        match verdict {
            Some(verdict) => {
                let context = self.endpoints.context();
                let receiver = || destination(line.bytes, context);
                let started_at = self.run.started_at;
                self.errors
                    .add(verdict, receiver, || shown(line), started_at);
            }
            None if is_continuation(&text) => {}
            None => self.errors.close(self.run.started_at),
        }
        match self.run.scope() {
            Scope::Service => self.announcements.add_of_service(&text, || fields.as_ref()),
            Scope::Receiver => self.announcements.add_of_receiver(line, &text, self.run),
        }
        match care {
            Care::Anchors => {}
            Care::Everything => {
                self.counted += 1;
                self.keep(line);
                if self.run.scope() == Scope::Service {
                    self.count(line, &text, fields.as_ref());
                }
            }
        }
    }

    /// Takes a line that is older than the window: it is shown as the log's end and tells nothing else.
    pub(crate) fn keep(&mut self, line: RawLine<'_>) {
        self.tail.push(line);
    }

    fn count(&mut self, line: RawLine<'_>, text: &str, fields: Option<&Fields>) {
        match fields {
            Some(fields) => correlation::count(&mut self.trace_ids, fields),
            None => correlation::count_text(&mut self.trace_ids, text),
        }
        self.traces.add(line.at, text, fields);
        if is_request(text, fields) {
            self.requests.count += 1;
            self.requests.last = Some(shown(line));
            if correlation::is_outside_spans(text, fields) {
                self.requests.outside_spans += 1;
            }
        }
    }

    /// What the log told.
    pub(crate) fn finish(self) -> LogFacts {
        let (receivers, announced_service) = self.announcements.finish();
        let is_sampled = self.run.scope() == Scope::Service && self.counted < self.window.lines;
        LogFacts {
            window: LogWindow {
                counted: is_sampled.then_some(self.counted),
                ..self.window
            },
            errors: self.errors.finish(self.run.started_at),
            notices: self.notices.finish(),
            fatal: self.fatal.finish(self.run),
            receivers,
            trace_ids: self.trace_ids,
            traces: self.traces.finish(),
            requests: self.requests,
            announced_service,
            tail: self.tail.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use ptctl_diagnosis::{
        export_errors::ErrorKind,
        snapshot::{LogLine, Role},
    };

    use super::*;
    use crate::logs::tail::TAIL;

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

    fn read(role: Role, run: Run, lines: &[(i64, &str)]) -> LogFacts {
        let endpoints = Endpoints::named(["tempo:4317".to_owned()]);
        let mut reader = LogReader::new(Run { role, ..run }, endpoints);
        for (at, text) in lines {
            let line = RawLine {
                at: Some(moment(*at)),
                bytes: text.as_bytes(),
            };
            reader.read(line, Care::Everything);
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
        let facts = read(Role::Service, run(10, None), &lines);
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
    fn failures_on_the_way_to_two_receivers_are_two_groups_and_recover_one_by_one() {
        let other = REFUSED.replace("tempo:4317", "backup:4317");
        let lines = [(11, REFUSED), (12, &other), (13, REFUSED), (20, RECOVERED)];
        let facts = read(Role::Service, run(10, None), &lines);
        let told: Vec<_> = facts
            .errors
            .iter()
            .map(|group| (group.endpoint.as_deref(), group.count, group.recovered_at))
            .collect();
        assert_eq!(
            told,
            [
                (Some("tempo:4317"), 2, Some(moment(20))),
                (Some("backup:4317"), 1, None)
            ]
        );
    }

    #[test]
    fn however_many_receivers_and_long_lines_a_log_names_little_is_kept() {
        let long = "x".repeat(5000);
        let lines: Vec<(i64, String)> = (0..100)
            .map(|at| {
                (
                    at,
                    format!("{} {long}", REFUSED.replace("tempo", &format!("t{at}"))),
                )
            })
            .collect();
        let lines: Vec<(i64, &str)> = lines
            .iter()
            .map(|(at, text)| (*at, text.as_str()))
            .collect();
        let facts = read(Role::Service, run(0, Some(100)), &lines);
        let counted: u64 = facts.errors.iter().map(|group| group.count).sum();
        assert_eq!(counted, 100);
        assert!(facts.errors.len() < 40, "{}", facts.errors.len());
        let sent = serde_json::to_string(&facts).unwrap();
        assert!(sent.len() < 256 << 10, "{} bytes", sent.len());
    }

    #[test]
    fn metrics_that_go_nowhere_are_no_lost_traces() {
        let line = "2026-11-22T08:00:00Z\terror\tinternal/queue_sender.go:100\tExporting failed. Dropping data.\t{\"otelcol.component.id\": \"otlp\", \"otelcol.signal\": \"metrics\", \"error\": \"connection refused\"}";
        assert_eq!(read(Role::Tempo, run(0, None), &[(1, line)]).errors, []);
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
        let facts = read(Role::Tempo, run(50, Some(51)), &lines);
        assert_eq!(texts(&facts.fatal), lines.map(|(_, text)| text));
        // Between two starts the reason stands in the run before.
        let restarted = Run {
            started_at: Some(moment(95)),
            ..run(0, Some(51))
        };
        assert_eq!(read(Role::Tempo, restarted, &lines).fatal.len(), 3);
        let settled = Run {
            read_at: moment(95) + SignedDuration::from_secs(300),
            ..restarted
        };
        assert_eq!(read(Role::Tempo, settled, &lines).fatal, []);
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
        let facts = read(Role::Service, run(0, Some(50)), &lines);
        assert_eq!(texts(&facts.fatal), [lines[2].1]);
        let runs = read(Role::Service, run(0, None), &lines);
        assert_eq!(runs.fatal, []);
    }

    #[test]
    fn receivers_are_those_of_the_last_start() {
        let start = "ts=2026-11-22T06:30:00Z level=info msg=\"Starting GRPC server\" component=tempo endpoint=127.0.0.1:4317";
        let facts = read(Role::Tempo, run(10, None), &[(1, start), (11, start)]);
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
        let facts = read(Role::Service, run(0, None), &lines);
        assert_eq!((facts.window.lines, facts.tail.len()), (50, TAIL));
        assert_eq!(facts.tail[TAIL - 1].text, "line 49");
    }
}
