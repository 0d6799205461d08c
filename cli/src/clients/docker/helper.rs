//! The calls that make, run and remove the helper container and its image: nothing else creates or removes anything.

use std::{collections::BTreeMap, io};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use ptctl_diagnosis::snapshot::ContainerId;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf, WriteHalf};

use super::{Engine, EngineError, EngineFault, read};
use crate::clients::deadline::Deadline;

/// No line of a helper is longer.
const LINE_LIMIT: usize = 64 << 20;
/// So much of what a helper says on standard error is kept.
const COMPLAINT_LIMIT: usize = 4 << 10;

/// A container that is to be made; field by field as the engine's API names them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
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
    /// `source:destination:ro`.
    pub(crate) binds: Vec<String>,
    /// What it prints is not kept.
    pub(crate) log_config: LogConfig,
}

/// The log driver of a new container.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LogConfig {
    /// `none`.
    pub(crate) r#type: String,
}

/// The standard streams of a container that runs.
pub(crate) struct Attached {
    /// What it prints.
    pub(crate) lines: PrintedLines<ReadHalf<Stream>>,
    /// What it reads. When this goes, its standard input ends.
    pub(crate) input: WriteHalf<Stream>,
}

type Stream = TokioIo<hyper::upgrade::Upgraded>;

/// The lines that a container prints on standard output, taken out of the engine's frames.
pub(crate) struct PrintedLines<R> {
    frames: R,
    pending: Vec<u8>,
    complaint: Vec<u8>,
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

    /// Attaches to a container that is not started yet, and starts it.
    pub(crate) async fn start_attached(
        &self,
        id: &ContainerId,
        deadline: Deadline,
    ) -> Result<Attached, EngineError> {
        let failed = |fault| EngineError::new("start a helper container", fault);
        let start = async {
            let stream = self.attach(id, deadline).await?;
            let path = format!("/containers/{}/start", id.0);
            self.change(
                Method::POST,
                &path,
                "application/json",
                Vec::new(),
                deadline,
            )
            .await?;
            let (frames, input) = tokio::io::split(stream);
            Ok(Attached {
                lines: PrintedLines::new(frames),
                input,
            })
        };
        match deadline.cut(start).await {
            Ok(attached) => attached.map_err(failed),
            Err(passed) => Err(failed(EngineFault::no_answer(&self.endpoint, passed))),
        }
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
            Ok(_) => Ok(()),
            // Gone, or being removed by the engine at this moment.
            Err(EngineFault::Refused {
                status: 404 | 409, ..
            }) => Ok(()),
            Err(fault) => Err(EngineError::new(
                format!("remove the helper container {}", id.short()),
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

    /// Connects to the standard streams of a container that is not started yet.
    async fn attach(&self, id: &ContainerId, deadline: Deadline) -> Result<Stream, EngineFault> {
        let path = format!(
            "/v{}/containers/{}/attach?stream=true&stdin=true&stdout=true&stderr=true",
            self.api, id.0
        );
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://docker{path}"))
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "tcp")
            .body(super::empty())
            .map_err(|error| EngineFault::Answer(error.to_string()))?;
        let response = self
            .transport
            .send(request)
            .await
            .map_err(|error| EngineFault::of_transport(error, &self.endpoint))?;
        let status = response.status();
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let body = read(response, &self.endpoint, deadline).await?;
            return Err(EngineFault::refused(status, &body));
        }
        let upgraded = hyper::upgrade::on(response)
            .await
            .map_err(|error| EngineFault::BrokenOff(Box::new(error)))?;
        Ok(TokioIo::new(upgraded))
    }

    /// A request that changes something; the whole body of its answer.
    async fn change(
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

impl<R: AsyncRead + Unpin> PrintedLines<R> {
    fn new(frames: R) -> Self {
        Self {
            frames,
            pending: Vec::new(),
            complaint: Vec::new(),
        }
    }

    /// The next line; `None` when the container has ended, with what it said on standard error in
    /// [`PrintedLines::complaint`].
    pub(crate) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.pending) {
                let rest = self.pending.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.pending, rest);
                line.truncate(end);
                return Ok(Some(line));
            }
            let mut head = [0; 8];
            match self.frames.read_exact(&mut head).await {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
            let [stream, _, _, _, length @ ..] = head;
            let length = u64::from(u32::from_be_bytes(length));
            let mut payload = Vec::new();
            let mut frame = (&mut self.frames).take(length);
            frame.read_to_end(&mut payload).await?;
            match stream {
                1 if self.pending.len() + payload.len() > LINE_LIMIT => {
                    return Err(io::Error::other("it prints a line without an end"));
                }
                1 => self.pending.extend_from_slice(&payload),
                _ => {
                    payload.truncate(COMPLAINT_LIMIT.saturating_sub(self.complaint.len()));
                    self.complaint.extend_from_slice(&payload);
                }
            }
        }
    }

    /// The beginning of standard error.
    pub(crate) fn complaint(&self) -> String {
        String::from_utf8_lossy(&self.complaint).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(stream: u8, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).expect("a short text");
        [
            &[stream, 0, 0, 0][..],
            &length.to_be_bytes(),
            text.as_bytes(),
        ]
        .concat()
    }

    async fn lines(bytes: &[u8]) -> (Vec<String>, String) {
        let mut printed = PrintedLines::new(bytes);
        let mut lines = Vec::new();
        while let Some(line) = printed.next().await.expect("frames") {
            lines.push(String::from_utf8(line).expect("a text"));
        }
        (lines, printed.complaint())
    }

    #[tokio::test]
    async fn lines_in_pieces_are_put_together_and_complaints_are_kept_apart() {
        let bytes = [
            frame(2, "warning"),
            frame(1, "{\"id\""),
            frame(1, ":1}\nmo"),
            frame(2, " and error\n"),
            frame(1, "re\n"),
        ]
        .concat();
        let (lines, complaint) = lines(&bytes).await;
        assert_eq!(lines, ["{\"id\":1}", "more"]);
        assert_eq!(complaint, "warning and error");
    }

    #[tokio::test]
    async fn a_container_that_ends_in_the_middle_has_printed_no_line() {
        assert_eq!(lines(b"").await.0.len(), 0);
        assert_eq!(lines(&frame(1, "half")[..9]).await.0.len(), 0);
    }
}
