//! What lies on the engine's disks: the backends, the project's volumes, its containers' logs.

use ptctl_diagnosis::snapshot::{ProjectFiles, Snapshot};

use super::{Clients, TempoAccess};
use crate::probe::{
    self, Look,
    tempo::{Names, Sampling},
};

/// Looks at the disks, and asks nobody but the backends.
pub(super) async fn look_at_disks(
    look: &Look<'_>,
    clients: &Clients,
    access: &TempoAccess,
    snapshot: &mut Snapshot,
) {
    let containers = &snapshot.containers;
    let names = Names::of(containers);
    let project = snapshot.stack.project.as_deref();
    let (tempos, logs, volumes) = tokio::join!(
        super::tempos(
            look,
            &clients.tempo,
            access,
            containers,
            &names,
            Sampling::None
        ),
        probe::log_files::of(look, containers),
        probe::project_volumes::of(look, project, containers),
    );
    snapshot.tempos = tempos.into_iter().map(|(tempo, _)| tempo).collect();
    snapshot.files = ProjectFiles {
        logs,
        volumes: Some(volumes),
    };
}
