//! The only calls that change something: they serve `ptctl restart` alone.

use bollard::query_parameters::RestartContainerOptions;
use ptctl_diagnosis::snapshot::ContainerId;

use super::{Engine, EngineError};
use crate::clients::deadline::Deadline;

impl Engine {
    /// Stops a container with its own grace period, where that still runs, and starts it. Returns once it is started.
    pub async fn restart(&self, id: &ContainerId, deadline: Deadline) -> Result<(), EngineError> {
        self.call(
            format!("restart the container {}", id.short()),
            deadline,
            self.bollard
                .restart_container(&id.0, None::<RestartContainerOptions>),
        )
        .await
    }
}
