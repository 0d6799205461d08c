//! The last start of a backend, where it failed, and the lines that say why.

use std::ops::ControlFlow;

use crate::{
    check::{Outcome, Report, Verdict},
    checks::stack::run_state,
    finding::{Evidence, Moment, Remedy},
    snapshot::{Container, LogLine, Readiness},
    view::{Backend, Stack},
};

/// A start that failed, with the lines that say why.
pub(super) struct Refusal<'s> {
    /// Its container.
    pub(super) container: &'s Container,
    /// The line that was looked for, and those that follow it.
    pub(super) lines: &'s [LogLine],
}

/// The last lines, of which the first fits, with which a start failed; otherwise the verdict.
pub(super) fn refusal<'s>(
    backend: &Backend<'s>,
    stack: &Stack<'_>,
    fits: impl Fn(&str) -> bool,
) -> ControlFlow<Verdict, Refusal<'s>> {
    let Some(container) = backend.container else {
        return ControlFlow::Break(Ok(Outcome::NotApplicable(
            "this Tempo is outside the engine",
        )));
    };
    // Between two ends of a restart loop it runs for a moment: only one that is ready has got past its start.
    let is_ready = backend.tempo.ready.known() == Some(&Readiness::Ready);
    if container.is_running() && is_ready && !run_state::is_looping(container, stack) {
        return ControlFlow::Break(Ok(Outcome::NotApplicable("it runs")));
    }
    let fatal: &'s [LogLine] = match container.logs.known() {
        Some(logs) => &logs.fatal,
        None => {
            return ControlFlow::Break(container.logs.get().map(|_| Outcome::Pass));
        }
    };
    match fatal.iter().rposition(|line| fits(&line.text)) {
        Some(at) => ControlFlow::Continue(Refusal {
            container,
            lines: &fatal[at..],
        }),
        None => ControlFlow::Break(Ok(Outcome::Pass)),
    }
}

impl Refusal<'_> {
    /// Tempo's own reason without its wrappings.
    pub(super) fn reason(&self) -> String {
        cause(&self.lines[0].text)
    }

    /// The report of it: its lines as proof, since the first of them.
    pub(super) fn report(&self, message: String, remedy: Remedy) -> Report {
        let (first, rest) = (&self.lines[0], &self.lines[1..]);
        let since = first.at.map(|at| Moment::new(at, "its start failed"));
        Report::new(message, Evidence::log(&self.container.name, first), remedy)
            .since(since)
            .proof(
                rest.iter()
                    .take_while(|line| line.text.starts_with([' ', '\t']))
                    .map(|line| Evidence::log(&self.container.name, line)),
            )
    }
}

/// The innermost part of what Tempo says when it gives up: `mkdir /var/tempo/blocks: permission denied`.
fn cause(line: &str) -> String {
    const WRAPPINGS: [&str; 9] = [
        "failed to init module services: ",
        "error initialising module: ",
        "failed parsing config: ",
        "failed to create store: ",
        "failed to create server: ",
        "failed to create distributor: ",
        "failed to start subservices: ",
        "error starting receiver: ",
        "decoding failed due to the following error(s):",
    ];
    let text = line.split_once(" err=").map_or(line, |(_, error)| error);
    let from = WRAPPINGS
        .iter()
        .filter_map(|wrapping| Some(text.find(wrapping)? + wrapping.len()))
        .max()
        .unwrap_or(0);
    text[from..]
        .replace("\\n", " ")
        .replace("\\\"", "\"")
        .trim_matches(['"', ']', ' '])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_innermost_cause_is_told_without_its_wrappings() {
        for (line, told) in [
            (
                r#"level=error ts=t caller=main.go:112 msg="error running Tempo" err="failed to init module services: error initialising module: store: failed to create store: mkdir /var/tempo/blocks: permission denied""#,
                "mkdir /var/tempo/blocks: permission denied",
            ),
            (
                r#"level=error msg="module failed" module=distributor err="starting module distributor: invalid service state: Failed, expected: Running, failure: failed to start subservices: not healthy, 0 terminated, 1 failed: [error starting receiver: listen tcp 0.0.0.0:4317: bind: address already in use]""#,
                "listen tcp 0.0.0.0:4317: bind: address already in use",
            ),
            (
                "flag provided but not defined: -mem-ballast-size-mbs",
                "flag provided but not defined: -mem-ballast-size-mbs",
            ),
        ] {
            assert_eq!(cause(line), told);
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "( err=|failed to create store: |[ -~µ]){0,20}") {
            drop(cause(&line));
        }
    }
}
