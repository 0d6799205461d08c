//! What a process says of itself at its start: where it receives, and under which name it sends.

use std::collections::VecDeque;

use ptctl_diagnosis::snapshot::LogLine;

use super::{framing::RawLine, line::shown, run::Run, structured::Fields};

/// So many announcements of receivers are kept.
const RECEIVERS: usize = 16;
/// What the collector and Tempo print before an address.
const STARTS: [&str; 2] = ["Starting GRPC server", "Starting HTTP server"];
/// How our own library begins to say what it will do.
const INITIALIZING: &str = "initializing tracer";

/// Texts of which every announcement holds one.
pub(super) const ANCHORS: [&str; 3] = [STARTS[0], STARTS[1], INITIALIZING];

/// The announcements of one log while it is read.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    receivers: VecDeque<LogLine>,
    service: Option<String>,
}

impl Announcements {
    /// Takes a line of a backend or collector.
    pub(super) fn add_of_receiver(&mut self, line: RawLine<'_>, text: &str, run: Run) {
        let announces = STARTS.iter().any(|start| text.contains(start));
        if !announces || !text.contains("endpoint") || run.is_earlier(line.at) {
            return;
        }
        if self.receivers.len() == RECEIVERS {
            self.receivers.pop_front();
        }
        self.receivers.push_back(shown(line));
    }

    /// Takes a line of a service.
    pub(super) fn add_of_service<'f>(
        &mut self,
        text: &str,
        fields: impl FnOnce() -> Option<&'f Fields>,
    ) {
        if text.contains(INITIALIZING)
            && let Some(fields) = fields()
            && fields
                .any(&["msg", "message"])
                .is_some_and(|message| message.starts_with(INITIALIZING))
            && let Some(service) = fields.any(&["service"])
        {
            self.service = Some(service.to_owned());
        }
    }

    /// The receivers, oldest first, and the service's name.
    pub(super) fn finish(self) -> (Vec<LogLine>, Option<String>) {
        (self.receivers.into(), self.service)
    }
}
