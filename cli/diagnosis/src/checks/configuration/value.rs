//! What every check of one variable's value needs: its proof, what to change, and what SDKs do with a value that they
//! cannot use.

use super::aim;
use crate::{
    check::Report,
    checks::{commands, standing},
    export::{Language, Library, Runtime, Setting},
    finding::{Deed, Evidence, EvidenceKind, Remedy, Severity},
    view::{Service, Stack},
};

/// What becomes of a service's spans, as far as anything shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Tempo has one from after the container's last start.
    Arrive,
    /// The service says that its exports fail.
    Fail,
    /// Neither.
    Unknown,
}

impl Effect {
    /// What becomes of the spans of a service.
    pub(super) fn of(service: &Service<'_>, stack: &Stack<'_>) -> Self {
        if standing::standing(service, stack).is_ok_and(|errors| !errors.is_empty()) {
            return Self::Fail;
        }
        // Spans under a name that two containers share may be those of the other.
        let shared = stack
            .services
            .iter()
            .filter(|other| other.name.is_some() && other.name == service.name)
            .count()
            > 1;
        let started = service.container.state.started_at;
        match stack.sighting_of(service) {
            Ok(Some(sighting)) if !shared && sighting.last_at > started && started.is_some() => {
                Self::Arrive
            }
            Ok(_) | Err(_) => Self::Unknown,
        }
    }

    /// The severity of a fault that keeps spans from arriving, where another holds as long as nothing shows what becomes
    /// of them.
    pub(super) fn severity(self, otherwise: Severity) -> Severity {
        match self {
            Self::Fail => Severity::Error,
            Self::Arrive => Severity::Info,
            Self::Unknown => otherwise,
        }
    }
}

/// What an SDK does with a value that it cannot use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// It does not start, and the service runs untraced or not at all.
    Refuses,
    /// It goes on with the default.
    FallsBack,
    /// That depends on the SDK, which nothing tells.
    Unknown,
}

impl Reaction {
    /// The reaction of a service's SDK, where our library and these languages refuse.
    pub(super) fn of(service: &Service<'_>, refusing: &[Language]) -> Self {
        if Library::of(service.container) == Library::Ours {
            return Self::Refuses;
        }
        match Runtime::of(service.container).language {
            Some(language) if refusing.contains(&language) => Self::Refuses,
            Some(_) => Self::FallsBack,
            None => Self::Unknown,
        }
    }

    /// How bad that is. Where spans arrive, the value has no effect at all.
    pub(super) fn severity(self, effect: Effect) -> Severity {
        match (self, effect) {
            (_, Effect::Arrive) | (Self::FallsBack, _) => Severity::Info,
            (Self::Refuses, _) => Severity::Error,
            (Self::Unknown, _) => Severity::Warning,
        }
    }

    /// What follows, as the end of a sentence.
    pub(super) fn consequence(self) -> &'static str {
        match self {
            Self::Refuses => "its SDK does not start with it",
            Self::FallsBack => "its SDK goes on with the default",
            Self::Unknown => "some SDKs do not start with it, others go on with the default",
        }
    }
}

/// The variable as it stands in the container.
pub(super) fn proof(service: &Service<'_>, setting: &Setting<'_>) -> Evidence {
    Evidence::new(
        EvidenceKind::Variable,
        &service.container.name,
        setting.shown(),
    )
}

/// Another value in the Compose file, and a new container: a restart never applies a changed environment.
pub(super) fn set(service: &Service<'_>, name: &str, value: &str) -> Remedy {
    Remedy::edit(format!(
        "set `{name}={value}` for `{}` in the Compose file, then recreate it (a restart does not apply it)",
        service.label(),
    ))
    .then(commands::recreate(service.container))
    .doing(Deed::SetVariable {
        container: service.container.id.clone(),
        variable: name.to_owned(),
        value: value.to_owned(),
    })
}

/// No such variable in the Compose file, and a new container.
pub(super) fn unset(service: &Service<'_>, name: &str) -> Remedy {
    Remedy::edit(format!(
        "take `{name}` out of the environment of `{}`, then recreate it (a restart does not apply it)",
        service.label(),
    ))
    .then(commands::recreate(service.container))
}

/// The report of a fault in one variable.
pub(super) fn report(
    service: &Service<'_>,
    setting: &Setting<'_>,
    what: &str,
    remedy: Remedy,
) -> Report {
    Report::new(
        format!("`{}` has `{}`: {what}", service.label(), setting.shown()),
        proof(service, setting),
        remedy,
    )
    .since(Some(aim::created(service)))
}
