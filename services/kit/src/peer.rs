//! Typed JSON calls to another service, with its errors told apart: unreachable, too slow, refused, failed.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{ApiError, BaseUrl, Dependency, ErrorBody, ErrorDetail, Unavailable};

/// How long a peer's `/health` may take.
const HEALTH_PATIENCE: Duration = Duration::from_millis(1500);

/// Another service of the stack.
#[derive(Debug, Clone)]
pub struct Peer {
    name: &'static str,
    base: BaseUrl,
    patience: Duration,
    client: telemetry::HttpClient,
    verdicts: &'static [&'static str],
}

/// A call to a peer that gave no answer to work with.
#[derive(Debug, Error)]
pub enum PeerError {
    /// No connection to the peer, or it broke.
    #[error("could not reach {peer}")]
    Unreachable {
        /// The peer's name.
        peer: &'static str,
        /// What the client said.
        source: telemetry::RequestError,
    },
    /// The peer took too long.
    #[error("{peer} gave no answer within {} s", patience.as_secs_f64())]
    TooSlow {
        /// The peer's name.
        peer: &'static str,
        /// How long it had.
        patience: Duration,
    },
    /// The peer said no to what the caller asked for, or tells of a fault beyond it (502, 504).
    #[error("{peer} answered {status}: {}", detail.message)]
    Refused {
        /// The peer's name.
        peer: &'static str,
        /// The status of its answer.
        status: StatusCode,
        /// What it said.
        detail: ErrorDetail,
    },
    /// The peer said no, in the uniform shape, for a reason between it and this service.
    #[error("{peer} answered {status}: {}", detail.message)]
    Failed {
        /// The peer's name.
        peer: &'static str,
        /// The status of its answer.
        status: StatusCode,
        /// What it said.
        detail: ErrorDetail,
    },
    /// The peer answered something that is no answer of its interface.
    #[error("{peer} answered {status} with a body that cannot be read")]
    Unreadable {
        /// The peer's name.
        peer: &'static str,
        /// The status of its answer.
        status: StatusCode,
        /// Why the body cannot be read.
        source: reqwest::Error,
    },
}

impl Peer {
    /// The peer `name` at `base`, which gets `patience` for each call.
    pub fn new(
        name: &'static str,
        base: BaseUrl,
        patience: Duration,
    ) -> Result<Self, telemetry::ClientBuildError> {
        let client = telemetry::HttpClient::builder().timeout(patience).build()?;
        Ok(Self {
            name,
            base,
            patience,
            client,
            verdicts: &[],
        })
    }

    /// With `codes`, the error codes by which the peer's 403 and 422 judge what the caller asked for. Every other
    /// 4xx is about the request that this service made, and none of the caller's business.
    #[must_use]
    pub fn judging_by(mut self, codes: &'static [&'static str]) -> Self {
        self.verdicts = codes;
        self
    }

    /// Posts `body` as JSON to `path` and reads the JSON answer.
    pub async fn post<Body, Answer>(
        &self,
        path: &'static str,
        body: &Body,
    ) -> Result<Answer, PeerError>
    where
        Body: Serialize + Sync,
        Answer: DeserializeOwned,
    {
        let request = self.client.post(self.base.at(path)).route(path).json(body);
        let response = request
            .send()
            .await
            .map_err(|source| self.no_answer(source))?;
        let status = response.status();
        let unreadable = |source: reqwest::Error| {
            if source.is_timeout() {
                PeerError::TooSlow {
                    peer: self.name,
                    patience: self.patience,
                }
            } else {
                PeerError::Unreadable {
                    peer: self.name,
                    status,
                    source,
                }
            }
        };
        if status.is_success() {
            return response.json().await.map_err(unreadable);
        }
        let body: ErrorBody = response.json().await.map_err(unreadable)?;
        Err(self.refusal(status, body.error))
    }

    /// This peer as a dependency: available when its `/health` answers.
    pub fn dependency(&self) -> Dependency {
        let peer = self.clone();
        Dependency::new(self.name, move || {
            let peer = peer.clone();
            async move { peer.health().await }
        })
    }

    async fn health(&self) -> Result<(), Unavailable> {
        let url = self.base.at("/health");
        match self
            .client
            .get(url.clone())
            .timeout(HEALTH_PATIENCE)
            .send()
            .await
        {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(Unavailable(format!("{url} answered {}", response.status()))),
            Err(cause) => Err(Unavailable(telemetry::cause_chain(&cause))),
        }
    }

    fn refusal(&self, status: StatusCode, detail: ErrorDetail) -> PeerError {
        let peer = self.name;
        let is_for_the_caller = match status {
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => true,
            StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
                self.verdicts.contains(&detail.code.as_str())
            }
            _ => false,
        };
        if is_for_the_caller {
            PeerError::Refused {
                peer,
                status,
                detail,
            }
        } else {
            PeerError::Failed {
                peer,
                status,
                detail,
            }
        }
    }

    fn no_answer(&self, source: telemetry::RequestError) -> PeerError {
        if source.is_timeout() {
            PeerError::TooSlow {
                peer: self.name,
                patience: self.patience,
            }
        } else {
            PeerError::Unreachable {
                peer: self.name,
                source,
            }
        }
    }
}

impl From<PeerError> for ApiError {
    /// What the peer says about what the caller asked for, or about what lies beyond it (502, 504), is passed on as
    /// it is; everything else is a fault between the services and becomes 502, 503 or 504 in the peer's name.
    fn from(error: PeerError) -> Self {
        let message = error.to_string();
        match &error {
            PeerError::Refused { status, detail, .. } => {
                Self::new(*status, detail.code.clone(), detail.message.clone()).caused_by(error)
            }
            PeerError::Failed { peer, .. } | PeerError::Unreadable { peer, .. } => {
                Self::new(StatusCode::BAD_GATEWAY, format!("{peer}_failed"), message)
                    .caused_by(error)
            }
            PeerError::Unreachable { peer, .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("{peer}_unavailable"),
                message,
            )
            .caused_by(error),
            PeerError::TooSlow { peer, .. } => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                format!("{peer}_timeout"),
                message,
            )
            .caused_by(error),
        }
    }
}
