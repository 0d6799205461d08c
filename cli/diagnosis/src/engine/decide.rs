//! The one look that would decide where no cause is proven: what to do next, and nothing else.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    checks::silent_sdk,
    code::Code,
    diagnosis::RootCause,
    export::Target,
    finding::Confidence,
    observed::{Gap, Probe},
    subject::Subject,
    view::{Service, Stack},
};

/// One more look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// What to do: one imperative fragment, in Markdown.
    pub action: String,
    /// What it decides, as a fragment.
    pub decides: String,
    /// A command for it that can be pasted, where one does it.
    pub command: Option<String>,
}

impl Look {
    fn new(action: impl Into<String>, decides: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            decides: decides.into(),
            command: None,
        }
    }

    fn by(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }
}

const TEMPO_MISSING: Code = Code::new(101);
const CONNECTION_REFUSED: Code = Code::new(501);
const NAME_NOT_FOUND: Code = Code::new(502);
const TIMED_OUT: Code = Code::new(503);
const FAILED: Code = Code::new(507);
const CONNECTION_CUT: Code = Code::new(515);
const DNS_TEMPORARY_FAILURE: Code = Code::new(524);
const STARTED_BEFORE_TEMPO: Code = Code::new(510);
const SENT_BUT_NOT_RECEIVED: Code = Code::new(604);
const SENDS_NOTHING: Code = Code::new(701);

/// Findings that prove that something is wrong and not why, when nothing explains them.
const SYMPTOMS: [Code; 8] = [
    SENT_BUT_NOT_RECEIVED,
    CONNECTION_REFUSED,
    CONNECTION_CUT,
    NAME_NOT_FOUND,
    DNS_TEMPORARY_FAILURE,
    TIMED_OUT,
    FAILED,
    SENDS_NOTHING,
];

/// A gap that a helper container would fill names this flag.
const PROBE_FLAG: &str = "`--probe`";

/// The look that would decide; `None` where a cause is proven, or where nothing is in doubt.
pub(super) fn deciding_look(causes: &[RootCause], gaps: &[Gap], stack: &Stack<'_>) -> Option<Look> {
    let worst = causes.iter().map(|cause| cause.finding.severity).max();
    let foremost = || {
        causes
            .iter()
            .filter(move |cause| Some(cause.finding.severity) == worst)
    };
    if foremost().any(is_proven) {
        return None;
    }
    match foremost().next() {
        Some(cause) => Some(for_cause(cause, stack)),
        None => {
            let essential = || gaps.iter().filter(|gap| gap.probe.is_essential());
            let gap = essential()
                .find(|gap| is_denied(gap))
                .or_else(|| essential().next());
            gap.map(|gap| for_gap(gap, stack))
        }
    }
}

fn is_proven(cause: &RootCause) -> bool {
    let finding = &cause.finding;
    finding.confidence == Confidence::Proven && !SYMPTOMS.contains(&finding.code)
}

fn for_cause(cause: &RootCause, stack: &Stack<'_>) -> Look {
    let finding = &cause.finding;
    let service = stack
        .services
        .iter()
        .find(|service| service.subject == finding.subject);
    match (finding.code, service) {
        (TEMPO_MISSING, _) => Look::new(
            "name the Tempo that the services mean",
            "whether it runs elsewhere or not at all",
        )
        .by("ptctl doctor --tempo-url http://HOST:3200"),
        (STARTED_BEFORE_TEMPO, Some(service)) => Look::new(
            format!("restart `{}`", service.label()),
            "exports that still fail afterwards have another cause",
        )
        .by(format!("ptctl restart {}", service.label())),
        (SENDS_NOTHING, Some(service)) => look_back(service, stack)
            .or_else(|| canary(service, stack))
            .unwrap_or_else(|| own_log(service, "what its tracer does with its spans")),
        (NAME_NOT_FOUND | DNS_TEMPORARY_FAILURE, Some(service)) => names(service),
        (
            CONNECTION_REFUSED | CONNECTION_CUT | TIMED_OUT | SENT_BUT_NOT_RECEIVED,
            Some(service),
        ) => other_side(service),
        (_, Some(service)) => own_log(service, "why its exports fail"),
        (_, None) => Look::new(
            format!("look at the proof of {} by hand", finding.code),
            "whether its cause is the likely one",
        )
        .by(format!("ptctl explain {}", finding.code)),
    }
}

/// A tracer says at its start why it does not work: a window that begins later cannot show it.
fn look_back(service: &Service<'_>, stack: &Stack<'_>) -> Option<Look> {
    let started = service.container.state.started_at?;
    if started >= stack.snapshot.since {
        return None;
    }
    let age = stack.snapshot.taken_at.duration_since(started);
    let hours = (age + SignedDuration::from_mins(59)).as_hours().max(1);
    Some(
        Look::new(
            format!("read the log back to the start of `{}`", service.label()),
            "what its tracer said when it started",
        )
        .by(format!("ptctl doctor --since {hours}h")),
    )
}

/// Whether the way to Tempo is open, where no canary has been sent yet.
fn canary(service: &Service<'_>, stack: &Stack<'_>) -> Option<Look> {
    let has_flown = !matches!(stack.flight_of(service), Ok(None));
    (!has_flown && service.target != Some(Target::Outside)).then(|| {
        Look::new(
            format!(
                "write a span with the settings of `{}` and look for it",
                service.label()
            ),
            "whether its way to Tempo is open, so that its SDK is the cause",
        )
        .by(format!("ptctl canary {}", service.label()))
    })
}

/// The SDK's own log.
fn own_log(service: &Service<'_>, decides: &str) -> Look {
    Look::new(
        format!(
            "turn on the SDK's own log: {} for `{}` and recreate it",
            silent_sdk::own_log(service.container),
            service.label()
        ),
        decides,
    )
}

/// Who answers to names on the service's networks.
fn names(service: &Service<'_>) -> Look {
    let look = Look::new(
        format!("see who is on the networks of `{}`", service.label()),
        "whether the name was there when it was asked for",
    );
    match service.container.attachments.first() {
        Some(own) => look.by(format!("docker network inspect {}", own.network)),
        None => look,
    }
}

/// What the receiver at the other end says.
fn other_side(service: &Service<'_>) -> Look {
    match &service.target {
        Some(Target::Container { container, .. }) => Look::new(
            format!("read the log of `{}`", container.display_name()),
            "whether it listened there, and was too busy to answer",
        )
        .by(format!("docker logs --tail 50 {}", container.name)),
        Some(
            Target::OwnLoopback
            | Target::HostPort
            | Target::NotShared { .. }
            | Target::Nobody
            | Target::Outside,
        )
        | None => own_log(service, "which address it tries"),
    }
}

/// One permission opens more than any other look.
fn is_denied(gap: &Gap) -> bool {
    gap.reason.contains("permission denied")
}

fn for_gap(gap: &Gap, stack: &Stack<'_>) -> Look {
    let denied = is_denied(gap);
    if gap.reason.contains(PROBE_FLAG) {
        return Look::new(
            "look from inside the stack, by a helper container that is removed again",
            format!("what {} says", gap.probe.describe()),
        )
        .by("ptctl doctor --probe");
    }
    match gap.probe {
        Probe::TempoAddress | Probe::TempoReady if !denied => Look::new(
            "publish port 3200 of Tempo, or say where it answers",
            "whether Tempo is ready",
        )
        .by("ptctl doctor --tempo-url http://HOST:3200"),
        Probe::Containers if stack.services.is_empty() && !denied => Look::new(
            "label a container that should be traced with `dev.ptctl.traced=true` and recreate it",
            "which service is to send spans",
        ),
        Probe::ExportSettings if !denied => {
            let name = match &gap.subject {
                Subject::Stack | Subject::Engine => "the service".to_owned(),
                subject => format!("`{}`", subject.name()),
            };
            Look::new(
                format!("send {name} one request, then look again"),
                "whether a span of it arrives",
            )
            .by("ptctl doctor")
        }
        _ => Look::new(
            "give ptctl access to the engine's socket: run it as root or as a member of `docker`",
            format!("what {} says", gap.probe.describe()),
        )
        .by("sudo ptctl doctor"),
    }
}

#[cfg(test)]
mod tests;
