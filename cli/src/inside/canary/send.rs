//! Writing a canary.

use std::net::{IpAddr, SocketAddr};

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{
    CanaryShape, Delivery, ExportFault, ExportOutcome, NameResult, TlsFault,
};
use serde::{Deserialize, Serialize};

use super::shape;
use crate::{
    clients::{
        deadline::Deadline,
        otlp::{Exporter, Payload, ServerTrust},
    },
    inside::{
        Answer, Image, Place, Task, Work,
        network::{Roots, UNSEEN_AUTHORITIES, addresses_of},
    },
};

/// Write a canary as a service would.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CanaryTask {
    /// How the service exports.
    exporter: Exporter,
    /// Where the canary may go.
    bounds: Bounds,
    /// What it looks like.
    shape: CanaryShape,
    /// The ids of its traces.
    trace_ids: Vec<String>,
    /// The service.
    from: String,
}

/// Where a canary may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bounds {
    /// To these addresses of the engine and to the loopback.
    Engine(Vec<IpAddr>),
    /// Anywhere.
    None,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sent {
    /// It was sent.
    Away {
        /// When, by the clock of the engine's host.
        at: Timestamp,
        /// What the receiver said.
        delivery: Delivery,
    },
    /// It was not, since the endpoint's name could not be looked up, which says nothing of the name.
    NotLookedUp {
        /// Why, as a fragment.
        reason: String,
    },
    /// It was refused by what only this side does not have, which says nothing of the service.
    NotJudged {
        /// Why, as a fragment.
        reason: String,
    },
    /// It was not, since the endpoint is none of the engine's.
    OutOfBounds {
        /// An address of the endpoint.
        address: IpAddr,
    },
}

impl From<CanaryTask> for Task {
    fn from(task: CanaryTask) -> Self {
        Self::Canary(Box::new(task))
    }
}

impl Work for CanaryTask {
    type Found = Sent;

    fn found(answer: Answer) -> Option<Sent> {
        let Answer::Canary(sent) = answer else {
            return None;
        };
        Some(sent)
    }
}

impl Bounds {
    fn contain(&self, address: IpAddr) -> bool {
        match self {
            Self::None => true,
            Self::Engine(known) => address.is_loopback() || known.contains(&address),
        }
    }
}

impl CanaryTask {
    /// A new canary for the service `from`.
    pub(crate) fn new(exporter: Exporter, bounds: Bounds, shape: CanaryShape, from: &str) -> Self {
        Self {
            exporter,
            bounds,
            shape,
            trace_ids: shape::trace_ids(shape),
            from: from.to_owned(),
        }
    }

    /// The ids of its traces, 32 digits each.
    pub(crate) fn trace_ids(&self) -> &[String] {
        &self.trace_ids
    }

    /// The text that is to come back as it was sent.
    pub(crate) fn text(&self) -> Option<&'static str> {
        shape::text(self.shape)
    }

    /// Sends it, after a look at where to.
    pub(crate) async fn perform(&self, place: &Place, deadline: Deadline) -> Sent {
        let addresses = match addresses_of(&self.exporter.host, place, deadline).await {
            Ok(addresses) => addresses,
            Err(result) if is_unknown(&result) => Vec::new(),
            Err(result) => {
                return Sent::NotLookedUp {
                    reason: result.describe(),
                };
            }
        };
        let stranger = addresses
            .iter()
            .find(|address| !self.bounds.contain(**address));
        if let Some(address) = stranger {
            return Sent::OutOfBounds { address: *address };
        }
        let peers: Vec<SocketAddr> = addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, self.exporter.port))
            .collect();
        let at = Timestamp::now();
        let started = u64::try_from(at.as_nanosecond()).unwrap_or_default();
        let batch = shape::batch(self.shape, &self.trace_ids, &self.from, started);
        let trust = self.exporter.trust();
        let exporter = match trust {
            // As the service: whom its image trusts.
            ServerTrust::Public => self.exporter.trusting(Roots::of(place, None).authorities()),
            ServerTrust::None | ServerTrust::Named => self.exporter.clone(),
        };
        let delivery = exporter
            .send(&peers, Payload::Spans(&batch), deadline)
            .await;
        if trust == ServerTrust::Public
            && place.image() == Image::Unseen
            && is_unknown_issuer(&delivery)
        {
            return Sent::NotJudged {
                reason: UNSEEN_AUTHORITIES.to_owned(),
            };
        }
        Sent::Away { at, delivery }
    }
}

fn is_unknown_issuer(delivery: &Delivery) -> bool {
    delivery.outcome
        == ExportOutcome::Broken(ExportFault::Tls {
            fault: TlsFault::UnknownIssuer,
        })
}

/// Whether it is sure that the name leads nowhere.
fn is_unknown(result: &NameResult) -> bool {
    matches!(
        result,
        NameResult::NoSuchName
            | NameResult::NoAddress
            | NameResult::NoServer
            | NameResult::NotAName
    )
}
