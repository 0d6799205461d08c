//! The calls that remove a Compose project: they serve `ptctl smoke --down` alone.

use http::Method;
use ptctl_diagnosis::snapshot::ContainerId;
use serde::Deserialize;

use super::{Engine, EngineError, EngineFault, read};
use crate::clients::deadline::Deadline;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

impl Engine {
    /// The names of the networks with a label, given as `key=value`.
    pub(crate) async fn networks_labelled(
        &self,
        label: &str,
        deadline: Deadline,
    ) -> Result<Vec<String>, EngineError> {
        let failed = |fault| EngineError::new("list networks", fault);
        let filters = serde_json::json!({"label": [label]}).to_string();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filters", &filters)
            .finish();
        let response = self
            .get(&format!("/networks?{query}"), deadline)
            .await
            .map_err(failed)?;
        let body = read(response, &self.endpoint, deadline)
            .await
            .map_err(failed)?;
        let networks: Vec<Named> = serde_json::from_slice(&body)
            .map_err(|error| failed(EngineFault::Answer(error.to_string())))?;
        Ok(networks.into_iter().map(|network| network.name).collect())
    }

    /// Stops a container with its own grace; one that is stopped or gone is fine.
    pub(crate) async fn stop(
        &self,
        id: &ContainerId,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let what = format!("stop the container {}", id.short());
        self.end(
            Method::POST,
            &format!("/containers/{}/stop", id.0),
            what,
            deadline,
        )
        .await
    }

    /// Removes a network; one that is gone is fine.
    pub(crate) async fn remove_network(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let what = format!("remove the network {name}");
        self.end(Method::DELETE, &format!("/networks/{name}"), what, deadline)
            .await
    }

    /// Removes a volume with all that is in it; one that is gone is fine.
    pub(crate) async fn remove_volume(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let what = format!("remove the volume {name}");
        self.end(Method::DELETE, &format!("/volumes/{name}"), what, deadline)
            .await
    }

    async fn end(
        &self,
        method: Method,
        path: &str,
        what: String,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let done = self.change(method, path, "application/json", Vec::new(), deadline);
        match done.await {
            // 304: it is so already.
            Ok(_)
            | Err(EngineFault::Refused {
                status: 304 | 404, ..
            }) => Ok(()),
            Err(fault) => Err(EngineError::new(what, fault)),
        }
    }
}
