//! The only calls that change containers of the stack: they serve `ptctl restart` and `ptctl doctor --fix` alone.

use std::time::Duration;

use bollard::query_parameters::RestartContainerOptions;
use http::Method;
use ptctl_diagnosis::snapshot::ContainerId;

use super::{Engine, EngineError, EngineFault};
use crate::clients::deadline::Deadline;

impl Engine {
    /// Stops a container with this grace, where it still runs, and starts it. Returns once it is started; the engine
    /// carries it to its end even where nobody waits for it any more.
    pub async fn restart(
        &self,
        id: &ContainerId,
        grace: Duration,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let options = RestartContainerOptions {
            t: Some(i32::try_from(grace.as_secs()).unwrap_or(i32::MAX)),
            ..RestartContainerOptions::default()
        };
        self.call(
            format!("restart the container {}", id.short()),
            deadline,
            self.bollard.restart_container(&id.0, Some(options)),
        )
        .await
    }

    /// Starts a container; one that runs already is fine.
    pub async fn start(&self, id: &ContainerId, deadline: Deadline) -> Result<(), EngineError> {
        self.act("start", id, deadline).await
    }

    /// Thaws a paused container.
    pub async fn unpause(&self, id: &ContainerId, deadline: Deadline) -> Result<(), EngineError> {
        self.act("unpause", id, deadline).await
    }

    async fn act(
        &self,
        verb: &str,
        id: &ContainerId,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let path = format!("/containers/{}/{verb}", id.0);
        let nothing = Vec::new();
        let answer = self.change(Method::POST, &path, "application/json", nothing, deadline);
        match answer.await {
            // 304: it is so already.
            Ok(_) | Err(EngineFault::Refused { status: 304, .. }) => Ok(()),
            Err(fault) => {
                let what = format!("{verb} the container {}", id.short());
                Err(EngineError::new(what, fault))
            }
        }
    }
}
