//! One visit to a container's network namespace: all that is to be learnt there, in one go.

use ptctl_diagnosis::{
    export::ExportSettings,
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Role, Sockets},
    subject::Subject,
};

use super::Look;
use crate::{
    gather::hands::NoHands,
    inside::{Answer, SocketsTask, Task, Work},
};

/// The ports that spans are sent to, whatever a service is configured with.
const OTLP_PORTS: [u16; 2] = [4317, 4318];

/// What a visit brought.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    /// The TCP sockets; `None` where nobody may look and nobody asked to.
    pub(crate) sockets: Option<Observed<Sockets>>,
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
pub(crate) async fn of(look: &Look<'_>, container: &Container) -> Visit {
    let sockets = SocketsTask {
        ports: ports_of(container),
    };
    let deadline = look.deadline.capped(super::HTTP_LIMIT);
    let answers = look
        .hands
        .in_network_of(container, vec![Task::from(sockets)], deadline)
        .await;
    match answers {
        Ok(answers) => {
            let mut visit = Visit::default();
            for answer in answers {
                visit.take(container, answer);
            }
            visit
        }
        Err(NoHands::NotAsked(_)) => Visit::default(),
        Err(NoHands::Failed(reason)) => Visit {
            sockets: Some(Observed::Unknown(gap(container, reason))),
        },
    }
}

impl Visit {
    fn take(&mut self, container: &Container, answer: Answer) {
        if let Some(found) = SocketsTask::found(answer) {
            self.sockets = Some(match found {
                Ok(sockets) => Observed::Known(sockets),
                Err(reason) => Observed::Unknown(gap(container, reason)),
            });
        }
    }
}

fn gap(container: &Container, reason: String) -> Gap {
    let name = container.display_name().to_owned();
    let subject = match container.role {
        Role::Tempo => Subject::Tempo(name),
        Role::Collector => Subject::Collector(name),
        Role::Grafana | Role::Loki | Role::Prometheus | Role::Service => Subject::Service(name),
    };
    Gap::new(Probe::Sockets, subject, reason)
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
