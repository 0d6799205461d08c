//! Judging each hop of one service by the verdicts on everything that its spans pass.

use std::collections::HashMap;

use super::{Hop, HopName, HopState, hop::HOPS};
use crate::{
    code::{Area, Code},
    diagnosis::{Passed, RootCause, Unchecked},
    engine::{route::Routes, tried},
    finding::{Finding, Severity},
    ladder::RungName,
    subject::Subject,
    view::{Service, Stack},
};

/// All that tells how hops are.
pub(super) struct Judge<'a> {
    stack: &'a Stack<'a>,
    routes: &'a Routes,
    causes: &'a [RootCause],
    looks: HashMap<&'a Subject, Vec<(HopName, Look)>>,
}

/// What a check that found nothing came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Passed,
    Unknown,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        stack: &'a Stack<'a>,
        routes: &'a Routes,
        causes: &'a [RootCause],
        passed: &'a [Passed],
        unchecked: &'a [Unchecked],
    ) -> Self {
        let mut looks: HashMap<&Subject, Vec<(HopName, Look)>> = HashMap::new();
        let passed = passed
            .iter()
            .map(|passed| (&passed.subject, passed.code, Look::Passed));
        // What a cause blocks is not a doubt of its own.
        let unknown = unchecked
            .iter()
            .filter(|unchecked| unchecked.blocked_by.is_none())
            .map(|unchecked| (&unchecked.subject, unchecked.code, Look::Unknown));
        for (subject, code, look) in passed.chain(unknown) {
            if let Some(hop) = HopName::of(code, subject) {
                looks.entry(subject).or_default().push((hop, look));
            }
        }
        Self {
            stack,
            routes,
            causes,
            looks,
        }
    }

    /// The hops of one service's way.
    pub(super) fn hops(&self, service: &Service<'_>) -> Vec<Hop> {
        let breaks = self.breaks(service);
        let delivered = self.delivers(service);
        let is_open = self.stack.is_way_open(service);
        let mut blocked: Option<Code> = None;
        HOPS.iter()
            .filter(|hop| self.exists(**hop, service))
            .map(|hop| {
                let worst = breaks
                    .iter()
                    .filter(|broken| broken.hop == *hop)
                    .max_by_key(|broken| broken.severity);
                let state = match (blocked, worst) {
                    (_, Some(broken)) if broken.severity == Severity::Error => {
                        blocked = blocked.or(Some(broken.by));
                        HopState::Broken { by: broken.by }
                    }
                    (Some(by), Some(_) | None) => HopState::Blocked { by },
                    (None, Some(broken)) => HopState::Degraded { by: broken.by },
                    (None, None) if delivered && *hop <= HopName::Query => HopState::Ok,
                    // A canary says nothing of the SDK and of where that sends to.
                    (None, None) if is_open && (HopName::Name..=HopName::Storage).contains(hop) => {
                        HopState::Ok
                    }
                    (None, None) => self.looked_at(*hop, service),
                };
                Hop { name: *hop, state }
            })
            .collect()
    }

    fn exists(&self, hop: HopName, service: &Service<'_>) -> bool {
        match hop {
            HopName::Collector => self
                .routes
                .of(&service.subject)
                .any(|station| matches!(station, Subject::Collector(_))),
            HopName::Grafana => !self.stack.grafanas.is_empty(),
            HopName::App
            | HopName::Configuration
            | HopName::Name
            | HopName::Connection
            | HopName::Protocol
            | HopName::Receiver
            | HopName::Storage
            | HopName::Query => true,
        }
    }

    /// Where causes break this service's way: each at the hop that its root is about, and where a symptom is worse than
    /// its root, at the symptom's.
    fn breaks(&self, service: &Service<'_>) -> Vec<Break> {
        let mut breaks: Vec<Break> = Vec::new();
        for cause in self.causes {
            let root = &cause.finding;
            let touching = std::iter::once(root)
                .chain(&cause.symptoms)
                .filter(|finding| self.touches(finding, service))
                .map(|finding| finding.severity)
                .max();
            let Some(worst) = touching.filter(|worst| *worst > Severity::Info) else {
                continue;
            };
            let by = root.code;
            // A symptom cannot make a cause worse than it says of itself.
            let severity = worst.min(root.severity.max(Severity::Warning));
            let at_root = hop_of(cause).map(|hop| Break { hop, severity, by });
            let graver = cause
                .symptoms
                .iter()
                .filter(|symptom| symptom.severity > severity && self.touches(symptom, service));
            let at_symptoms = graver.filter_map(|symptom| {
                let hop = HopName::of(symptom.code, &symptom.subject)?;
                let severity = symptom.severity;
                Some(Break { hop, severity, by })
            });
            for found in at_root.into_iter().chain(at_symptoms) {
                if !breaks
                    .iter()
                    .any(|known| known.hop == found.hop && known.severity >= found.severity)
                {
                    breaks.push(found);
                }
            }
        }
        breaks
    }

    /// Whether a finding is about something that the spans of `service` pass.
    fn touches(&self, finding: &Finding, service: &Service<'_>) -> bool {
        match &finding.subject {
            Subject::Service(_) => finding.subject == service.subject,
            Subject::Tempo(_) | Subject::Collector(_) => {
                let concerned = &finding.concerns;
                self.routes.pass(&service.subject, &finding.subject)
                    && (concerned.is_empty() || concerned.contains(&service.subject))
            }
            Subject::Grafana(_) | Subject::Loki(_) | Subject::Prometheus(_) => true,
            Subject::Stack => finding.concerns.contains(&service.subject),
            Subject::Engine | Subject::Container(_) => false,
        }
    }

    /// Whether a backend has a span that the service made since its last start.
    fn delivers(&self, service: &Service<'_>) -> bool {
        let Ok(Some(sighting)) = self.stack.sighting_of(service) else {
            return false;
        };
        sighting
            .last_at
            .is_some_and(|last| service.container.state.started_at <= Some(last))
    }

    /// Whether the way that was tried from the service's own network got past a hop.
    fn was_passed(&self, hop: HopName, service: &Service<'_>) -> bool {
        let rung = match hop {
            HopName::Name => RungName::Resolve,
            HopName::Connection => RungName::Connect,
            HopName::Protocol => RungName::Speak,
            // Behind a collector the receiver is another one.
            HopName::Receiver if self.stack.backend_of(service).is_some() => RungName::Authenticate,
            HopName::App
            | HopName::Configuration
            | HopName::Collector
            | HopName::Receiver
            | HopName::Storage
            | HopName::Query
            | HopName::Grafana => return false,
        };
        self.stack
            .path_of(service)
            .and_then(tried::reached)
            .is_some_and(|reached| reached >= rung)
    }

    fn looked_at(&self, hop: HopName, service: &Service<'_>) -> HopState {
        if self.was_passed(hop, service) {
            return HopState::Ok;
        }
        let around = self
            .stack
            .grafanas
            .iter()
            .map(|grafana| &grafana.subject)
            .filter(|_| hop == HopName::Grafana);
        let looks: Vec<Look> = self
            .routes
            .of(&service.subject)
            .chain([&service.subject])
            .chain(around)
            .filter_map(|subject| self.looks.get(subject))
            .flatten()
            .filter(|(looked, _)| *looked == hop)
            .map(|(_, look)| *look)
            .collect();
        if looks.is_empty() || looks.contains(&Look::Unknown) {
            HopState::Unknown
        } else {
            HopState::Ok
        }
    }
}

/// The hop that a cause is about: whatever it is, a Tempo that does not run breaks the connection.
fn hop_of(cause: &RootCause) -> Option<HopName> {
    let hop = HopName::of(cause.finding.code, &cause.finding.subject)?;
    let takes_it_down = cause.symptoms.iter().any(|symptom| {
        symptom.code.area() == Some(Area::Stack) && matches!(symptom.subject, Subject::Tempo(_))
    });
    Some(if takes_it_down {
        hop.min(HopName::Connection)
    } else {
        hop
    })
}

struct Break {
    hop: HopName,
    severity: Severity,
    by: Code,
}
