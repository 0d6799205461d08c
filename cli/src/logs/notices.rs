//! Folding of notices: lines that tell the same thing of note become one group.

use jiff::Timestamp;
use ptctl_diagnosis::{
    notices::{is_candidate, notice},
    snapshot::{LogLine, NoticeGroup, Role},
};

/// The groups of one log while it is read.
#[derive(Debug)]
pub(super) struct Notices {
    role: Role,
    started_at: Option<Timestamp>,
    groups: Vec<NoticeGroup>,
}

impl Notices {
    /// No notice yet, of a container of this role that started then.
    pub(super) fn new(role: Role, started_at: Option<Timestamp>) -> Self {
        Self {
            role,
            started_at,
            groups: Vec::new(),
        }
    }

    /// Takes a line, as its bytes and as its text.
    pub(super) fn add(&mut self, bytes: &[u8], text: &str, line: impl FnOnce() -> LogLine) {
        if !is_candidate(bytes) {
            return;
        }
        let Some(kind) = notice(self.role, text) else {
            return;
        };
        let line = line();
        let since_start = match (line.at, self.started_at) {
            (Some(at), Some(started)) if at < started => 0,
            (Some(_) | None, _) => 1,
        };
        match self.groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => {
                group.count += 1;
                group.since_start += since_start;
                group.last_at = line.at.or(group.last_at);
                group.sample = line;
            }
            None => self.groups.push(NoticeGroup {
                kind,
                count: 1,
                first_at: line.at,
                last_at: line.at,
                since_start,
                sample: line,
            }),
        }
    }

    /// What was read, oldest first.
    pub(super) fn finish(self) -> Vec<NoticeGroup> {
        self.groups
    }
}
