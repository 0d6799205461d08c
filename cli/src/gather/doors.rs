//! The ways to ask the backends of a stack for traces: as much of a look as that takes.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use ptctl_diagnosis::{
    snapshot::{Container, Grafana, Reached, Role},
    trace::TraceId,
};
use url::Url;

use super::{
    Clients, GatherError, GatherRequest, LogShelf,
    backends::{candidates, name_among},
    hands::{Hands, ProbeLabel},
    shelf::{Described, described},
};
use crate::{
    clients::{
        deadline::Deadline,
        http::HttpFault,
        tempo::{StoredTrace, TempoClient},
    },
    probe::{self, Look},
};

/// How long a backend's configuration and release are waited for; without them it is asked as any takes it.
const TERMS: Duration = Duration::from_secs(2);

/// What is wanted besides the backends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing: an address that was given is asked without an engine.
    Nothing,
    /// The stack's containers and its Grafanas, where there is an engine.
    Stack,
}

/// A backend that can be asked.
#[derive(Debug)]
pub(crate) struct Door {
    /// The name of its service, or the host of its address.
    pub(crate) name: String,
    /// How it is reached.
    pub(crate) reached: Reached,
    /// Asks it.
    pub(crate) client: TempoClient,
}

/// Where a stack's traces can be asked for.
#[derive(Debug)]
pub(crate) struct Doors {
    /// The backends that answer.
    pub(crate) open: Vec<Door>,
    /// Those that do not, each with the reason.
    pub(crate) closed: Vec<(String, String)>,
    /// The stack; why it could not be looked at where only an address was given; nothing where it was not wanted.
    pub(crate) stack: Option<Result<Around, GatherError>>,
    hands: Option<Hands>,
}

/// What the backends have of one trace.
#[derive(Debug)]
pub(crate) struct TraceParts<'d> {
    /// Those that have something of it.
    pub(crate) found: Vec<(&'d Door, StoredTrace)>,
    /// Those that gave no answer.
    pub(crate) faults: Vec<(&'d Door, HttpFault)>,
}

/// What stands around the backends.
#[derive(Debug)]
pub(crate) struct Around {
    /// The containers and their logs.
    pub(crate) shelf: LogShelf,
    /// The Grafanas.
    pub(crate) grafanas: Vec<Grafana>,
}

impl Doors {
    /// A trace from all backends that can be asked: its spans may be in several.
    pub(crate) async fn stored_trace(&self, id: TraceId, deadline: Deadline) -> TraceParts<'_> {
        let answers = join_all(self.open.iter().map(|door| async move {
            let answer = door.client.stored_trace(id, deadline).await;
            (door, answer)
        }))
        .await;
        let mut parts = TraceParts {
            found: Vec::new(),
            faults: Vec::new(),
        };
        for (door, answer) in answers {
            match answer {
                Ok(Some(stored)) => parts.found.push((door, stored)),
                Ok(None) => {}
                Err(fault) => parts.faults.push((door, fault)),
            }
        }
        parts
    }

    /// What all backends are called, those that cannot be asked included.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let open = self.open.iter().map(|door| door.name.as_str());
        open.chain(self.closed.iter().map(|(name, _)| name.as_str()))
    }

    /// The backends that cannot be asked, each with the reason.
    pub(crate) fn unasked(&self) -> impl Iterator<Item = String> {
        let closed = self.closed.iter();
        closed.map(|(name, why)| format!("Tempo `{name}` was not asked: {why}"))
    }

    /// Why no backend can be asked, where none can.
    pub(crate) fn all_closed(&self) -> Option<String> {
        if !self.open.is_empty() {
            return None;
        }
        let reasons: Vec<String> = self
            .closed
            .iter()
            .map(|(name, why)| format!("`{name}`: {why}"))
            .collect();
        Some(match reasons[..] {
            [] => "the stack has none".to_owned(),
            _ => reasons.join("; "),
        })
    }

    /// Ends what was begun on the engine; what was done there, for a person.
    pub(crate) async fn close(&self) -> Vec<String> {
        match &self.hands {
            Some(hands) => hands.finish().await,
            None => Vec::new(),
        }
    }
}

/// Finds the backends: the one whose address is given, else those of the stack.
pub(crate) async fn doors(request: &GatherRequest, beside: Beside) -> Result<Doors, GatherError> {
    let deadline = Deadline::after(request.timeout);
    let clients = Clients::new(&request.tempo)?;
    let given = match &request.tempo.url {
        Some(url) => Some(given(url, &clients).await),
        None => None,
    };
    if beside == Beside::Nothing
        && let Some(door) = given
    {
        return Ok(Doors {
            open: vec![door],
            closed: Vec::new(),
            stack: None,
            hands: None,
        });
    }
    let found = Box::pin(described(request, deadline)).await;
    let described = match (found, given) {
        (Ok(described), None) => described,
        (Ok(described), Some(door)) => {
            return Ok(beside_given(door, described, request, &clients, deadline).await);
        }
        (Err(error), Some(door)) => {
            return Ok(Doors {
                open: vec![door],
                closed: Vec::new(),
                stack: Some(Err(error)),
                hands: None,
            });
        }
        (Err(error), None) => return Err(error),
    };
    let (hands, described) = with_hands(request, described);
    let (opened, grafanas) = {
        let look = look(&described, &hands, deadline);
        let containers = &described.shelf.containers;
        let candidates = candidates(None, containers);
        let opening = join_all(candidates.into_iter().map(|candidate| async {
            let opened = match probe::tempo::open(&look, &clients.tempo, &candidate).await {
                Ok((reached, client)) => Ok((reached, as_it_asks(client).await)),
                Err(why) => Err(why),
            };
            (candidate.name, opened)
        }));
        tokio::join!(opening, grafanas(&look, &clients, containers, beside))
    };
    let mut open = Vec::new();
    let mut closed = Vec::new();
    for (name, opened) in opened {
        match opened {
            Ok((reached, client)) => open.push(Door {
                name,
                reached,
                client,
            }),
            Err(why) => closed.push((name, why)),
        }
    }
    Ok(Doors {
        open,
        closed,
        stack: Some(Ok(Around {
            shelf: described.shelf,
            grafanas,
        })),
        hands: Some(hands),
    })
}

/// The backend at an address.
async fn given(url: &Url, clients: &Clients) -> Door {
    let client = TempoClient::new(clients.tempo.clone(), url.clone());
    Door {
        name: url.host_str().unwrap_or("tempo").to_owned(),
        reached: Reached::Given(probe::tempo::without_credentials(url)),
        client: as_it_asks(client).await,
    }
}

async fn as_it_asks(client: TempoClient) -> TempoClient {
    client.as_it_asks(Deadline::after(TERMS)).await
}

async fn beside_given(
    door: Door,
    described: Described,
    request: &GatherRequest,
    clients: &Clients,
    deadline: Deadline,
) -> Doors {
    let (hands, described) = with_hands(request, described);
    let grafanas = {
        let look = look(&described, &hands, deadline);
        grafanas(&look, clients, &described.shelf.containers, Beside::Stack).await
    };
    Doors {
        open: vec![door],
        closed: Vec::new(),
        stack: Some(Ok(Around {
            shelf: described.shelf,
            grafanas,
        })),
        hands: Some(hands),
    }
}

fn with_hands(request: &GatherRequest, described: Described) -> (Hands, Described) {
    let label = ProbeLabel::of(&described.shelf.containers, described.project.as_ref());
    let hands = Hands::new(
        &request.deeper,
        &described.shelf.engine,
        &described.platform,
        described.host.disks,
        label,
    );
    (hands, described)
}

fn look<'l>(described: &'l Described, hands: &'l Hands, deadline: Deadline) -> Look<'l> {
    let now = Timestamp::now();
    Look {
        engine: &described.shelf.engine,
        hands,
        addresses: described.host.addresses,
        disks: described.host.disks,
        data_root: described.host.data_root.as_deref(),
        deadline,
        since: now,
        taken_at: now,
    }
}

async fn grafanas(
    look: &Look<'_>,
    clients: &Clients,
    containers: &[Container],
    beside: Beside,
) -> Vec<Grafana> {
    if beside == Beside::Nothing {
        return Vec::new();
    }
    let all = containers
        .iter()
        .filter(|container| container.role == Role::Grafana);
    join_all(all.map(|container| async move {
        let name = name_among(container, containers);
        probe::grafana::of(look, &clients.services, container, &name).await
    }))
    .await
}
