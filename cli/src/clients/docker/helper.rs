//! The calls that make, run and remove the helper container and its image. Beside them only [`super::project`] removes
//! anything.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use ptctl_diagnosis::snapshot::ContainerId;
use serde::{Deserialize, Serialize};

use super::{Engine, EngineError, EngineFault, read};
use crate::clients::deadline::Deadline;

/// A container that is to be made; field by field as the engine's API names them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the engine's API has five switches"
)]
pub(crate) struct NewContainer {
    /// The image's name or id.
    pub(crate) image: String,
    /// What follows the entrypoint.
    pub(crate) cmd: Vec<String>,
    /// `uid:gid`.
    pub(crate) user: String,
    /// Its labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// Keep standard input open until whoever attached hangs up.
    pub(crate) open_stdin: bool,
    /// Close standard input then.
    pub(crate) stdin_once: bool,
    /// Attach to the three standard streams.
    pub(crate) attach_stdin: bool,
    pub(crate) attach_stdout: bool,
    pub(crate) attach_stderr: bool,
    /// What the host grants.
    pub(crate) host_config: NewHostConfig,
}

/// What the host grants to a new container.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewHostConfig {
    /// `container:<id>`, `none`.
    pub(crate) network_mode: String,
    /// Removed by the engine once it ends.
    pub(crate) auto_remove: bool,
    /// Nothing can be written to its own root.
    pub(crate) readonly_rootfs: bool,
    /// Capabilities taken away.
    pub(crate) cap_drop: Vec<String>,
    /// Capabilities given back.
    pub(crate) cap_add: Vec<String>,
    /// `no-new-privileges`.
    pub(crate) security_opt: Vec<String>,
    /// Bytes.
    pub(crate) memory: u64,
    /// Processes and threads.
    pub(crate) pids_limit: u32,
    /// `source:destination:ro`; a folder that is not there is made.
    pub(crate) binds: Vec<String>,
    /// Mounts of what is there; the engine refuses any other.
    pub(crate) mounts: Vec<NewMount>,
    /// What it prints is not kept.
    pub(crate) log_config: LogConfig,
}

/// A mount of a new container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewMount {
    /// `bind`.
    pub(crate) r#type: String,
    /// A folder of the engine's host.
    pub(crate) source: String,
    /// Where the container sees it.
    pub(crate) target: String,
    /// Nothing can be written to it.
    pub(crate) read_only: bool,
}

/// The log driver of a new container.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LogConfig {
    /// `none`.
    pub(crate) r#type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    id: String,
}

/// A line of the engine's while it imports.
#[derive(Deserialize)]
struct Progress {
    error: Option<String>,
}

impl Engine {
    /// Imports a tar archive as an image of one layer.
    pub(crate) async fn import_image(
        &self,
        repository: &str,
        tag: &str,
        archive: Vec<u8>,
        changes: &[String],
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let failed = |fault| EngineError::new("import the helper's image", fault);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("fromSrc", "-")
            .append_pair("repo", repository)
            .append_pair("tag", tag);
        for change in changes {
            query.append_pair("changes", change);
        }
        let path = format!("/images/create?{}", query.finish());
        let answer = self
            .change(Method::POST, &path, "application/x-tar", archive, deadline)
            .await
            .map_err(failed)?;
        // The status is sent before the work is done; what went wrong later stands in the body.
        let error = answer
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Progress>(line).ok())
            .find_map(|progress| progress.error);
        match error {
            Some(error) => Err(failed(EngineFault::Answer(error))),
            None => Ok(()),
        }
    }

    /// Makes a container and leaves it unstarted.
    pub(crate) async fn create_container(
        &self,
        container: &NewContainer,
        deadline: Deadline,
    ) -> Result<ContainerId, EngineError> {
        let failed = |fault| EngineError::new("create a helper container", fault);
        let body = serde_json::to_vec(container)
            .map_err(|error| failed(EngineFault::Answer(error.to_string())))?;
        let answer = self
            .change(
                Method::POST,
                "/containers/create",
                "application/json",
                body,
                deadline,
            )
            .await
            .map_err(failed)?;
        let made: Made = serde_json::from_slice(&answer)
            .map_err(|error| failed(EngineFault::Answer(error.to_string())))?;
        Ok(ContainerId(made.id))
    }

    /// Removes a container, running or not; one that is gone already is fine.
    pub(crate) async fn remove_container(
        &self,
        id: &ContainerId,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let path = format!("/containers/{}?force=true&v=true", id.0);
        let removed = self
            .change(
                Method::DELETE,
                &path,
                "application/json",
                Vec::new(),
                deadline,
            )
            .await;
        match removed {
            // Gone, or being removed by the engine at this moment.
            Ok(_)
            | Err(EngineFault::Refused {
                status: 404 | 409, ..
            }) => Ok(()),
            Err(fault) => Err(EngineError::new(
                format!("remove the container {}", id.short()),
                fault,
            )),
        }
    }

    /// The names of the images that carry a label.
    pub(crate) async fn images_labelled(
        &self,
        label: &str,
        deadline: Deadline,
    ) -> Result<Vec<String>, EngineError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct ImageSummary {
            id: String,
            repo_tags: Option<Vec<String>>,
        }
        let failed = |fault| EngineError::new("list the helper's images", fault);
        let filters = serde_json::json!({ "label": [label] }).to_string();
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filters", &filters)
            .finish();
        let response = self
            .get(&format!("/images/json?{query}"), deadline)
            .await
            .map_err(failed)?;
        let body = read(response, &self.endpoint, deadline)
            .await
            .map_err(failed)?;
        let images: Vec<ImageSummary> = serde_json::from_slice(&body)
            .map_err(|error| failed(EngineFault::Answer(error.to_string())))?;
        Ok(images
            .into_iter()
            .map(|image| {
                let tag = image.repo_tags.unwrap_or_default().into_iter().next();
                tag.unwrap_or(image.id)
            })
            .collect())
    }

    /// Removes an image that no container uses.
    pub(crate) async fn remove_image(
        &self,
        name: &str,
        deadline: Deadline,
    ) -> Result<(), EngineError> {
        let path = format!("/images/{name}");
        self.change(
            Method::DELETE,
            &path,
            "application/json",
            Vec::new(),
            deadline,
        )
        .await
        .map(|_| ())
        .map_err(|fault| EngineError::new(format!("remove the image {name}"), fault))
    }

    /// A request that changes something; the whole body of its answer.
    pub(super) async fn change(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
        deadline: Deadline,
    ) -> Result<Bytes, EngineFault> {
        let body = Full::new(Bytes::from(body))
            .map_err(|never| match never {})
            .boxed_unsync();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://docker/v{}{path}", self.api))
            .header(header::CONTENT_TYPE, content_type)
            .body(body)
            .map_err(|error| EngineFault::Answer(error.to_string()))?;
        let response = match deadline.cut(self.transport.send(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(EngineFault::of_transport(error, &self.endpoint)),
            Err(passed) => return Err(EngineFault::no_answer(&self.endpoint, passed)),
        };
        let status = response.status();
        let body = read(response, &self.endpoint, deadline).await?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(EngineFault::refused(status, &body))
        }
    }
}
