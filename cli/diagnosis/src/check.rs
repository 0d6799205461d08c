//! What a check is.

use crate::{
    code::Code,
    finding::{Confidence, Evidence, Finding, Moment, Remedy, Severity},
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::{Grafana, Loki, Prometheus},
    subject::Subject,
    view::{Backend, Member, Neighbour, Relay, Service, Stack},
};

/// One check: its permanent identity, its text, and its logic.
#[derive(Debug)]
pub struct Check {
    /// Its permanent code.
    pub code: Code,
    /// Its name, equal to the name of its file with hyphens.
    pub name: &'static str,
    /// How bad its findings are, unless a finding says otherwise.
    pub severity: Severity,
    /// The failing state in one sentence without a full stop.
    pub summary: &'static str,
    /// Why it matters, in Markdown.
    pub why: &'static str,
    /// Common causes, in Markdown, one each.
    pub causes: &'static [&'static str],
    /// What to do, in Markdown, with commands that can be pasted.
    pub remedy: &'static str,
    /// How to see that it is mended, in Markdown.
    pub verify: &'static str,
    /// The checks that explain this one's finding, in groups, most telling first.
    pub masked_by: &'static [&'static [Cause]],
    /// The looks that fail where this check's finding stands, on the same subject.
    pub explains: &'static [Probe],
    /// Its logic.
    pub examine: Examine,
}

impl Check {
    /// The checks that explain this one's finding, most telling first.
    pub fn explained_by(&self) -> impl Iterator<Item = Cause> {
        self.masked_by.iter().copied().flatten().copied()
    }
}

/// Another check whose finding explains this one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The code of the explaining check.
    pub code: Code,
    /// How far its finding reaches.
    pub reach: Reach,
}

/// How far a finding explains others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything in the stack.
    Anywhere,
    /// Findings about the same subject.
    SameSubject,
    /// Findings about services and collectors that export to its subject, directly or through collectors.
    ExportTarget,
    /// Findings about containers that wait for its subject before they start, or about the stack that concern such.
    Awaited,
    /// Findings that concern its subject, whatever they are about themselves.
    Concerned,
    /// Findings about the same subject whose evidence shows the same environment variable.
    SameVariable,
}

impl Cause {
    /// A cause that explains everything in the stack.
    pub const fn anywhere(code: Code) -> Self {
        Self {
            code,
            reach: Reach::Anywhere,
        }
    }

    /// A cause that explains findings about its own subject.
    pub const fn same_subject(code: Code) -> Self {
        Self {
            code,
            reach: Reach::SameSubject,
        }
    }

    /// A cause that explains findings about its own subject that show a variable which it shows as well.
    pub const fn same_variable(code: Code) -> Self {
        Self {
            code,
            reach: Reach::SameVariable,
        }
    }

    /// A cause that explains findings about the containers that wait for its subject.
    pub const fn awaited(code: Code) -> Self {
        Self {
            code,
            reach: Reach::Awaited,
        }
    }

    /// A cause that explains findings that concern its subject.
    pub const fn concerned(code: Code) -> Self {
        Self {
            code,
            reach: Reach::Concerned,
        }
    }

    /// A cause that explains findings about the services and collectors that export to its subject.
    pub const fn export_target(code: Code) -> Self {
        Self {
            code,
            reach: Reach::ExportTarget,
        }
    }
}

/// A check's logic. The engine owns the loop.
#[derive(Debug, Clone, Copy)]
pub enum Examine {
    /// Once for the stack.
    Stack(fn(&Stack<'_>, &Policy) -> Verdict),
    /// Once for each traced service.
    EachService(fn(&Service<'_>, &Stack<'_>, &Policy) -> Verdict),
    /// Once for each trace backend.
    EachBackend(fn(&Backend<'_>, &Stack<'_>, &Policy) -> Verdict),
    /// Once for each collector.
    EachCollector(fn(&Relay<'_>, &Stack<'_>, &Policy) -> Verdict),
    /// Once for each Grafana.
    EachGrafana(fn(&Neighbour<'_, Grafana>, &Stack<'_>, &Policy) -> Verdict),
    /// Once for each Loki.
    EachLoki(fn(&Neighbour<'_, Loki>, &Stack<'_>, &Policy) -> Verdict),
    /// Once for each Prometheus.
    EachPrometheus(fn(&Neighbour<'_, Prometheus>, &Stack<'_>, &Policy) -> Verdict),
    /// Once for each container of the stack, whatever it is to tracing.
    EachContainer(fn(&Member<'_>, &Stack<'_>, &Policy) -> Verdict),
}

/// What an examination yields; a missing fact makes it unknown.
pub type Verdict = Result<Outcome, Gap>;

/// What an examination that could look came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The failing state is not there.
    Pass,
    /// The question does not arise, and why.
    NotApplicable(&'static str),
    /// The failing state is there.
    Fail(Report),
}

/// A finding before the engine adds the check's code and the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// See [`Finding::severity`]; the check's own where `None`.
    pub severity: Option<Severity>,
    /// See [`Finding::confidence`].
    pub confidence: Confidence,
    /// See [`Finding::concerns`].
    pub concerns: Vec<Subject>,
    /// See [`Finding::message`].
    pub message: String,
    /// See [`Finding::since`].
    pub since: Option<Moment>,
    /// See [`Finding::evidence`].
    pub evidence: Vec<Evidence>,
    /// See [`Finding::remedy`].
    pub remedy: Remedy,
}

impl Report {
    /// A report with its one indispensable proof.
    pub fn new(message: impl Into<String>, proof: Evidence, remedy: Remedy) -> Self {
        Self {
            severity: None,
            confidence: Confidence::Proven,
            concerns: Vec::new(),
            message: message.into(),
            since: None,
            evidence: vec![proof],
            remedy,
        }
    }

    /// The same report, since a moment.
    #[must_use]
    pub fn since(mut self, since: Option<Moment>) -> Self {
        self.since = since;
        self
    }

    /// The same report with one more proof.
    #[must_use]
    pub fn proof(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// The same report at another severity than the check's.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The same report as an inference: another cause would look the same.
    #[must_use]
    pub fn likely(mut self) -> Self {
        self.confidence = Confidence::Likely;
        self
    }

    /// The same report of the stack or of what receives traces, which concerns these services and no other.
    #[must_use]
    pub fn concerning(mut self, services: impl IntoIterator<Item = Subject>) -> Self {
        self.concerns.extend(services);
        self
    }

    /// The finding of `check` about `subject`.
    pub(crate) fn into_finding(self, check: &Check, subject: Subject) -> Finding {
        Finding {
            code: check.code,
            severity: self.severity.unwrap_or(check.severity),
            confidence: self.confidence,
            subject,
            concerns: self.concerns,
            message: self.message,
            since: self.since,
            evidence: self.evidence,
            remedy: self.remedy,
        }
    }
}

/// A failing outcome.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends an examination, whose other ways out are gaps"
)]
pub(crate) fn fail(report: Report) -> Verdict {
    Ok(Outcome::Fail(report))
}
