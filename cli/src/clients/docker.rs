//! The Docker Engine API, 1.41 (20.10) and later, and Podman's copy of it.
//!
//! Only this module knows `bollard`. That crate never sends an API version and answers renamed fields with silence, so
//! every request goes through our own transport, which pins the version agreed with the engine, and every field that a
//! fact depends on is demanded by name. What `bollard` cannot ask (`/system/df` of an older engine) or would read
//! without a bound (logs, archives) is asked directly.

mod actions;
mod archive;
mod attach;
mod disk;
mod error;
mod events;
mod helper;
mod image;
mod inspect;
mod listing;
mod logs;
mod project;
mod version;

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;

pub use self::{
    archive::ArchivedFile,
    disk::VolumeCount,
    error::{EngineError, EngineFault},
    listing::Listed,
    logs::{LogRange, LogStream},
    version::{ApiVersion, EngineHost},
};
pub(crate) use self::{
    attach::Attached,
    helper::{LogConfig, NewContainer, NewHostConfig, NewMount},
};
use super::{
    deadline::Deadline,
    transport::{Body, Transport},
};
use crate::context::EngineEndpoint;

/// The newest API version whose answers are known here.
const NEWEST: ApiVersion = ApiVersion {
    major: 1,
    minor: 53,
};

/// No answer that is read as a whole is longer than this.
const ANSWER_LIMIT: usize = 64 << 20;

/// A connected engine with an agreed API version.
#[derive(Debug, Clone)]
pub struct Engine {
    endpoint: EngineEndpoint,
    transport: Transport,
    api: ApiVersion,
    bollard: bollard::Docker,
}

impl Engine {
    /// Connects and agrees on an API version. `variables` is the environment that `ssh` is started with.
    pub async fn connect(
        endpoint: EngineEndpoint,
        variables: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> Result<Self, EngineError> {
        const WHAT: &str = "connect to the Docker engine";
        let transport = Transport::new(&endpoint, variables)
            .map_err(|source| EngineError::new(WHAT, EngineFault::Tls(source)))?;
        let api = version::agree(&transport, &endpoint, WHAT, deadline).await?;
        let bollard = typed_client(&transport, api)
            .map_err(|error| EngineError::new(WHAT, EngineFault::of_bollard(error, &endpoint)))?;
        Ok(Self {
            endpoint,
            transport,
            api,
            bollard,
        })
    }

    /// Where the engine listens.
    pub fn endpoint(&self) -> &EngineEndpoint {
        &self.endpoint
    }

    /// The version that every request is pinned to.
    pub fn api_version(&self) -> ApiVersion {
        self.api
    }

    /// Waits for an answer of `bollard` until the deadline.
    async fn call<T>(
        &self,
        what: impl Into<String>,
        deadline: Deadline,
        answer: impl Future<Output = Result<T, bollard::errors::Error>>,
    ) -> Result<T, EngineError> {
        let fault = match deadline.cut(answer).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => EngineFault::of_bollard(error, &self.endpoint),
            Err(passed) => EngineFault::no_answer(&self.endpoint, passed),
        };
        Err(EngineError::new(what, fault))
    }

    /// Asks for `path_and_query` directly and hands over the answer's head with its body still to be read.
    async fn get(
        &self,
        path_and_query: &str,
        deadline: Deadline,
    ) -> Result<Response<Incoming>, EngineFault> {
        let path = format!("/v{}{path_and_query}", self.api);
        let response = get(&self.transport, &self.endpoint, &path, deadline).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = read(response, &self.endpoint, deadline).await?;
        Err(EngineFault::refused(status, &body))
    }
}

/// A GET as it stands, whatever the status of its answer.
async fn get(
    transport: &Transport,
    endpoint: &EngineEndpoint,
    path: &str,
    deadline: Deadline,
) -> Result<Response<Incoming>, EngineFault> {
    let uri: Uri = format!("http://docker{path}")
        .parse()
        .map_err(|error: http::uri::InvalidUri| EngineFault::Answer(error.to_string()))?;
    let mut request = Request::new(empty());
    *request.uri_mut() = uri;
    match deadline.cut(transport.send(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(EngineFault::of_transport(error, endpoint)),
        Err(passed) => Err(EngineFault::no_answer(endpoint, passed)),
    }
}

/// The whole body of an answer.
async fn read(
    response: Response<Incoming>,
    endpoint: &EngineEndpoint,
    deadline: Deadline,
) -> Result<Bytes, EngineFault> {
    let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect();
    match deadline.cut(body).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(EngineFault::Answer(format!(
            "it is longer than {} MiB",
            ANSWER_LIMIT >> 20
        ))),
        Ok(Err(source)) => Err(EngineFault::BrokenOff(source)),
        Err(passed) => Err(EngineFault::no_answer(endpoint, passed)),
    }
}

fn empty() -> Body {
    Full::new(Bytes::new())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// `bollard` over our transport. Its own paths carry no version, whatever it is told; the pin is set here.
fn typed_client(
    transport: &Transport,
    api: ApiVersion,
) -> Result<bollard::Docker, bollard::errors::Error> {
    let transport = Arc::new(transport.clone());
    let send = move |request: bollard::BollardRequest| {
        let transport = Arc::clone(&transport);
        async move {
            let (mut head, body) = request.into_parts();
            let path = head
                .uri
                .path_and_query()
                .map_or("/", http::uri::PathAndQuery::as_str);
            head.uri = format!("http://docker/v{api}{path}").parse()?;
            let body = body.map_err(Into::into).boxed_unsync();
            Ok(transport.send(Request::from_parts(head, body)).await?)
        }
    };
    let version = bollard::ClientVersion {
        major_version: api.major,
        minor_version: api.minor,
    };
    // Deadlines are set call by call; this one only must not come first.
    let an_hour = 3600;
    bollard::Docker::connect_with_custom_transport(send, Some("http://docker"), an_hour, &version)
}
