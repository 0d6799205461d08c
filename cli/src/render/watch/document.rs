//! Changes as JSON lines, whose shape `docs/schema/watch.schema.json` promises.

use jiff::Timestamp;
use ptctl_diagnosis::{
    catalogue,
    code::Code,
    diagnosis::Reference,
    finding::{Finding, Severity},
    policy::Fingerprint,
    subject::Subject,
    watch::{Change, Event, Resolved, Standing},
};
use serde::Serialize;

use super::verdict::Verdict;

/// The version of the document's shape; it grows when a reader of the old shape would misread the new one.
pub const WATCH_VERSION: u32 = 1;

/// One change.
#[derive(Debug, Serialize)]
struct ChangeDocument<'a> {
    schema_version: u32,
    ptctl_version: &'static str,
    at: Timestamp,
    #[serde(flatten)]
    event: EventDocument<'a>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum EventDocument<'a> {
    New {
        finding: FindingDocument<'a>,
    },
    Changed {
        finding: FindingDocument<'a>,
        before: Severity,
    },
    Resolved {
        finding: FindingDocument<'a>,
    },
    Unseen {
        finding: FindingDocument<'a>,
    },
    Seen {
        finding: FindingDocument<'a>,
        since: Timestamp,
    },
    Lost {
        reason: &'a str,
    },
    Back {
        since: Timestamp,
    },
    Verdict {
        verdict: String,
        exit_code: u8,
        project: Option<&'a str>,
        causes: usize,
        findings: usize,
        gaps: usize,
    },
}

/// A finding as far as a change is about it; a report has the rest.
#[derive(Debug, Serialize)]
struct FindingDocument<'a> {
    code: Code,
    check: &'static str,
    severity: Severity,
    subject: &'a Subject,
    message: &'a str,
    remedy: RemedyDocument<'a>,
    beneath: Option<&'a Reference>,
    first_seen: Timestamp,
    last_seen: Timestamp,
    docs: String,
    fingerprint: Fingerprint,
}

#[derive(Debug, Serialize)]
struct RemedyDocument<'a> {
    action: &'a str,
    command: Option<&'a str>,
}

/// A line for each change, and one for a verdict where there is another.
pub fn change_documents(
    at: Timestamp,
    changes: &[Change],
    verdict: Option<&Verdict>,
) -> Result<String, serde_json::Error> {
    let told = changes.iter().map(|change| (change.at, event(change)));
    let judged = verdict.map(|verdict| (at, judged(verdict)));
    let mut lines = String::new();
    for (at, event) in told.chain(judged) {
        let document = ChangeDocument {
            schema_version: WATCH_VERSION,
            ptctl_version: env!("CARGO_PKG_VERSION"),
            at,
            event,
        };
        lines.push_str(&serde_json::to_string(&document)?);
        lines.push('\n');
    }
    Ok(lines)
}

fn event(change: &Change) -> EventDocument<'_> {
    match &change.event {
        Event::New(standing) => EventDocument::New {
            finding: standing.into(),
        },
        Event::Changed { standing, before } => EventDocument::Changed {
            finding: standing.into(),
            before: *before,
        },
        Event::Resolved(resolved) => EventDocument::Resolved {
            finding: resolved.into(),
        },
        Event::Unseen(standing) => EventDocument::Unseen {
            finding: standing.into(),
        },
        Event::Seen { standing, since } => EventDocument::Seen {
            finding: standing.into(),
            since: *since,
        },
        Event::Lost { reason } => EventDocument::Lost { reason },
        Event::Back { since } => EventDocument::Back { since: *since },
    }
}

fn judged(verdict: &Verdict) -> EventDocument<'_> {
    EventDocument::Verdict {
        verdict: verdict.word.to_lowercase(),
        exit_code: verdict.exit.code(),
        project: verdict.project.as_deref(),
        causes: verdict.causes,
        findings: verdict.findings,
        gaps: verdict.gaps,
    }
}

impl<'a> FindingDocument<'a> {
    fn new(
        finding: &'a Finding,
        beneath: Option<&'a Reference>,
        first_seen: Timestamp,
        last_seen: Timestamp,
    ) -> Self {
        Self {
            code: finding.code,
            check: catalogue::by_code(finding.code).map_or("", |check| check.name),
            severity: finding.severity,
            subject: &finding.subject,
            message: &finding.message,
            remedy: RemedyDocument {
                action: &finding.remedy.action,
                command: finding.remedy.command.as_deref(),
            },
            beneath,
            first_seen,
            last_seen,
            docs: finding.code.page(),
            fingerprint: Fingerprint::of(finding),
        }
    }
}

impl<'a> From<&'a Standing> for FindingDocument<'a> {
    fn from(standing: &'a Standing) -> Self {
        let beneath = standing.beneath.as_ref();
        let Standing {
            finding,
            first_seen,
            last_seen,
            ..
        } = standing;
        Self::new(finding, beneath, *first_seen, *last_seen)
    }
}

impl<'a> From<&'a Resolved> for FindingDocument<'a> {
    fn from(resolved: &'a Resolved) -> Self {
        let Resolved {
            finding,
            first_seen,
            last_seen,
            ..
        } = resolved;
        Self::new(finding, None, *first_seen, *last_seen)
    }
}
