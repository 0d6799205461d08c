//! Whether everybody is ready and what each has counted: no log is read, and no trace is searched for.

use futures_util::future::join_all;
use ptctl_diagnosis::snapshot::{Role, Snapshot};

use super::{
    Clients, TempoAccess,
    backends::{name_among, tempos_in_brief},
};
use crate::probe::{self, Look};

/// Looks at the backends, the collectors and the services' counters.
pub(super) async fn look_briefly(
    look: &Look<'_>,
    clients: &Clients,
    access: &TempoAccess,
    snapshot: &mut Snapshot,
) {
    let containers = &snapshot.containers;
    let collectors = containers
        .iter()
        .filter(|container| container.role == Role::Collector)
        .map(|container| async move {
            let name = name_among(container, containers);
            probe::collector::of(look, &clients.services, container, &name).await
        });
    let counters = containers
        .iter()
        .map(|container| probe::service_metrics::of(look, &clients.services, container));
    let (tempos, collectors, counters) = tokio::join!(
        tempos_in_brief(look, &clients.tempo, access, containers),
        join_all(collectors),
        join_all(counters),
    );
    snapshot.tempos = tempos;
    snapshot.collectors = collectors;
    for (container, metrics) in snapshot.containers.iter_mut().zip(counters) {
        container.metrics = metrics;
    }
}
