//! One visit to a container's network namespace: all that is to be learnt there, in one go.

use std::time::Duration;

use ptctl_diagnosis::{
    export::ExportSettings,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Destination, NetworkPath, Role, Sockets},
    subject::Subject,
};

use super::{
    Look,
    network_path::{self, Owners, ServiceWay},
};
use crate::{
    gather::hands::NoHands,
    inside::{Answer, SocketsTask, Task, Work},
};

/// The ports that spans are sent to, whatever a service is configured with.
const OTLP_PORTS: [u16; 2] = [4317, 4318];

/// No visit takes longer: each of its tasks has limits of its own.
const LIMIT: Duration = Duration::from_secs(12);

/// Why nothing is said of a way that was not tried to its end.
const TOO_LATE: &str = "the time of the look was over before its way was tried to the end";

/// What a visit brought.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    /// The TCP sockets; `None` where nobody may look and nobody asked to.
    pub(crate) sockets: Option<Observed<Sockets>>,
    /// The way to its endpoint; `None` where it has none that can be tried, or nobody may look and nobody asked to.
    pub(crate) path: Option<NetworkPath>,
}

/// Whether a container is visited: whoever sends spans, takes them or passes them on.
pub(crate) fn is_visited(container: &Container) -> bool {
    container.is_running()
        && match container.role {
            Role::Tempo | Role::Collector => true,
            Role::Service => !ptctl_diagnosis::export::tracing_signs(container).is_empty(),
            Role::Grafana | Role::Loki | Role::Prometheus => false,
        }
}

/// Visits one container.
pub(crate) async fn of(look: &Look<'_>, container: &Container, owners: &Owners) -> Visit {
    let sockets = SocketsTask {
        ports: ports_of(container),
    };
    let (way, untrodden) = match network_path::way_of(look, container, owners).await {
        Some(ServiceWay::ToTry(task)) => (Some(*task), None),
        Some(ServiceWay::Untrodden {
            destination,
            reason,
        }) => (None, Some(untried(container, destination, reason))),
        None => (None, None),
    };
    let destination = way.as_ref().map(|way| way.destination.clone());
    let tasks: Vec<Task> = std::iter::once(Task::from(sockets))
        .chain(way.map(Task::from))
        .collect();
    let deadline = look.deadline.capped(LIMIT);
    match look.hands.in_network_of(container, tasks, deadline).await {
        Ok(answers) => {
            let mut visit = Visit {
                path: untrodden,
                ..Visit::default()
            };
            for answer in answers {
                match answer {
                    Answer::Network(ladder) => {
                        visit.path = destination.clone().map(|destination| {
                            // Whoever runs out of time hears silence everywhere.
                            if deadline.has_passed() {
                                untried(container, destination, TOO_LATE.to_owned())
                            } else {
                                owners.path(container, destination, *ladder)
                            }
                        });
                    }
                    other => visit.take(container, other),
                }
            }
            visit
        }
        Err(NoHands::NotAsked(_)) => Visit::default(),
        Err(NoHands::Failed(reason)) => Visit {
            path: destination.map(|destination| untried(container, destination, reason.clone())),
            sockets: Some(Observed::Unknown(gap(Probe::Sockets, container, reason))),
        },
    }
}

impl Visit {
    fn take(&mut self, container: &Container, answer: Answer) {
        if let Some(found) = SocketsTask::found(answer) {
            self.sockets = Some(match found {
                Ok(sockets) => Observed::Known(sockets),
                Err(reason) => Observed::Unknown(gap(Probe::Sockets, container, reason)),
            });
        }
    }
}

fn untried(container: &Container, destination: Destination, reason: String) -> NetworkPath {
    NetworkPath {
        from: container.id.clone(),
        destination,
        ladder: Observed::Unknown(gap(Probe::NetworkPath, container, reason)),
    }
}

fn gap(probe: Probe, container: &Container, reason: String) -> Gap {
    let name = container.display_name().to_owned();
    let subject = match container.role {
        Role::Tempo => Subject::Tempo(name),
        Role::Collector => Subject::Collector(name),
        Role::Grafana | Role::Loki | Role::Prometheus | Role::Service => Subject::Service(name),
    };
    Gap::new(probe, subject, reason)
}

/// The ports whose connections are of interest.
fn ports_of(container: &Container) -> Vec<u16> {
    let configured = ExportSettings::of(container)
        .known()
        .and_then(ExportSettings::port);
    let mut ports: Vec<u16> = OTLP_PORTS.into_iter().chain(configured).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}
