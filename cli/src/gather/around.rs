//! The programs between the services and Tempo, and around it: all looked at at the same time.

use futures_util::future::join_all;
use ptctl_diagnosis::snapshot::{Collector, Container, Grafana, Loki, Prometheus, Role, Snapshot};

use super::backends::name_among;
use crate::{
    clients::http::HttpClient,
    probe::{self, Look},
};

/// What was found.
#[derive(Debug)]
pub(super) struct Around {
    collectors: Vec<Collector>,
    grafanas: Vec<Grafana>,
    lokis: Vec<Loki>,
    prometheuses: Vec<Prometheus>,
}

/// Looks at all of them.
pub(super) async fn of(look: &Look<'_>, http: &HttpClient, containers: &[Container]) -> Around {
    let of_role = |role| {
        containers
            .iter()
            .filter(move |container| container.role == role)
            .map(|container| (container, name_among(container, containers)))
    };
    let (collectors, grafanas, lokis, prometheuses) = tokio::join!(
        join_all(
            of_role(Role::Collector).map(|(container, name)| async move {
                probe::collector::of(look, http, container, &name).await
            })
        ),
        join_all(of_role(Role::Grafana).map(|(container, name)| async move {
            probe::grafana::of(look, http, container, &name).await
        })),
        join_all(of_role(Role::Loki).map(|(container, name)| async move {
            probe::loki::of(look, http, container, &name).await
        })),
        join_all(
            of_role(Role::Prometheus).map(|(container, name)| async move {
                probe::prometheus::of(look, http, container, &name).await
            })
        ),
    );
    Around {
        collectors,
        grafanas,
        lokis,
        prometheuses,
    }
}

impl Around {
    /// Hands everything over.
    pub(super) fn into_snapshot(self, snapshot: &mut Snapshot) {
        snapshot.collectors = self.collectors;
        snapshot.grafanas = self.grafanas;
        snapshot.lokis = self.lokis;
        snapshot.prometheuses = self.prometheuses;
    }
}
