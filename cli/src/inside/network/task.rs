//! Climbing a ladder: what is asked for, and the order of the rungs.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures_util::future::join_all;
use ptctl_diagnosis::snapshot::{
    ConnectOutcome, Destination, Ladder, LadderDepth, Rung, Way, WayPlace,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    clock::{micros, timed},
    connect::connect,
    door::Door,
    export::export,
    resolve::resolve,
    speak::speak,
    trust::Roots,
    untold::Untold,
};
use crate::{
    clients::{
        deadline::Deadline,
        otlp::{Exporter, Security},
    },
    inside::{Answer, Place, Task, Work},
};

/// A name is waited for no longer: a little more than the five seconds that resolvers give a server by default.
const RESOLVING: Duration = Duration::from_millis(5500);
/// A ladder is climbed no longer, whatever happens on it.
const WHOLE: Duration = Duration::from_secs(11);
/// The answer has to be back in time.
const ANSWERING: Duration = Duration::from_millis(250);
/// A name with more addresses is tried no further.
const ADDRESSES: usize = 16;
/// Of so many addresses that take a connection it is found out what they speak.
const SPOKEN_TO: usize = 4;

/// One way to try.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NetworkTask {
    /// Where it leads, and how the service sends there.
    pub(crate) destination: Destination,
    /// How far to climb.
    pub(crate) depth: LadderDepth,
    /// Addresses that belong to the engine, besides the loopback.
    pub(crate) engine_addresses: Vec<IpAddr>,
    /// How far to climb at other addresses.
    pub(crate) beyond: LadderDepth,
    /// How the service exports, in full, or what keeps anybody else from doing the same.
    pub(crate) exporter: Result<Exporter, String>,
}

impl From<NetworkTask> for Task {
    fn from(task: NetworkTask) -> Self {
        Self::Network(Box::new(task))
    }
}

impl Work for NetworkTask {
    type Found = Ladder;

    fn found(answer: Answer) -> Option<Self::Found> {
        match answer {
            Answer::Network(ladder) => Some(*ladder),
            _ => None,
        }
    }
}

impl NetworkTask {
    /// Climbs the ladder as far as it goes.
    pub(crate) async fn perform(&self, place: &Place, deadline: Deadline) -> Ladder {
        let begun = Instant::now();
        let deadline = Deadline::after(deadline.left().saturating_sub(ANSWERING)).capped(WHOLE);
        let mut unfinished = None;
        let host = self.destination.host.as_str();
        let resolved = resolve(host, place, deadline.capped(RESOLVING)).await;
        let attempts = resolved
            .addresses
            .iter()
            .take(ADDRESSES)
            .map(|address| self.try_address(*address, deadline));
        let tried: Result<Vec<Way>, Untold> = join_all(attempts).await.into_iter().collect();
        // Where one address was not tried to the end, nobody can say what the others mean for the whole.
        let mut ways = tried.unwrap_or_else(|Untold(reason)| {
            unfinished = Some(reason);
            Vec::new()
        });
        let wanted: Vec<&mut Way> = ways
            .iter_mut()
            .filter(|way| {
                way.connection.found == ConnectOutcome::Open
                    && self.depth_at(way.place) == LadderDepth::Full
            })
            .take(SPOKEN_TO)
            .collect();
        if !wanted.is_empty() {
            let roots = Roots::of(place, self.authorities());
            let climbs = wanted
                .into_iter()
                .map(|way| self.climb(way, &roots, deadline));
            for climbed in join_all(climbs).await {
                if let Err(Untold(reason)) = climbed {
                    unfinished.get_or_insert(reason);
                }
            }
        }
        Ladder {
            depth: self.depth,
            resolution: resolved.resolution,
            ways,
            took_us: micros(begun),
            unfinished,
        }
    }

    async fn try_address(&self, address: IpAddr, deadline: Deadline) -> Result<Way, Untold> {
        let socket = SocketAddr::new(address, self.destination.port);
        Ok(Way {
            address,
            owner: None,
            place: self.place_of(address),
            connection: timed(connect(socket, deadline)).await?,
            speech: None,
            export: None,
        })
    }

    async fn climb(&self, way: &mut Way, roots: &Roots, deadline: Deadline) -> Result<(), Untold> {
        let door = Door {
            address: SocketAddr::new(way.address, self.destination.port),
            host: &self.destination.host,
        };
        let speaking = speak(&door, &self.destination, roots, deadline);
        let speech = way.speech.insert(timed(Box::pin(speaking)).await?);
        let begun = Instant::now();
        let attempt = Box::pin(export(self, &door, &speech.found, roots, deadline)).await?;
        way.export = attempt.map(|found| Rung {
            took_us: micros(begun),
            found,
        });
        Ok(())
    }

    /// The certificates that the service was told to trust.
    fn authorities(&self) -> Option<&str> {
        match &self.exporter.as_ref().ok()?.security {
            Security::Plain => None,
            Security::Tls(settings) => settings.authorities.as_deref(),
        }
    }

    fn place_of(&self, address: IpAddr) -> WayPlace {
        if address.is_loopback() || self.engine_addresses.contains(&address) {
            WayPlace::Engine
        } else {
            WayPlace::Outside
        }
    }

    fn depth_at(&self, place: WayPlace) -> LadderDepth {
        match (self.depth, place) {
            (LadderDepth::Connect, _) => LadderDepth::Connect,
            (LadderDepth::Full, WayPlace::Engine) => LadderDepth::Full,
            (LadderDepth::Full, WayPlace::Outside) => self.beyond,
        }
    }
}
