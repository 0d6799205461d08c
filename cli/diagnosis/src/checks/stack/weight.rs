//! How much the trouble of a container means to tracing.

use crate::{finding::Severity, subject::Subject, view::Member};

/// What a container that does not work does to traces: those of a service, a backend or a collector do not arrive; what
/// looks at them is missed; anything else is worth knowing only.
pub(super) fn when_down(member: &Member<'_>) -> Severity {
    match member.subject {
        Subject::Tempo(_) | Subject::Service(_) | Subject::Collector(_) => Severity::Error,
        Subject::Grafana(_) | Subject::Loki(_) | Subject::Prometheus(_) => Severity::Warning,
        Subject::Container(_) | Subject::Stack | Subject::Engine => Severity::Info,
    }
}

/// What a container that lost something and goes on does to traces.
pub(super) fn when_hurt(member: &Member<'_>) -> Severity {
    when_down(member).min(Severity::Warning)
}

/// Whether spans pass through a container.
pub(super) fn carries_spans(member: &Member<'_>) -> bool {
    when_down(member) == Severity::Error
}
