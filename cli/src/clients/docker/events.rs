//! What the engine remembers of the recent past.
//!
//! An engine keeps its last 256 events only, those of health checks included: the absence of an event proves nothing.

use std::collections::HashMap;

use bollard::{models::EventMessage, query_parameters::EventsOptions};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{ContainerId, EngineEvent, EngineEventKind};

use super::{Engine, EngineError};
use crate::clients::deadline::Deadline;

/// The engine's words for the events that explain missing traces.
const ACTIONS: [&str; 8] = [
    "start",
    "die",
    "oom",
    "pause",
    "unpause",
    "kill",
    "connect",
    "disconnect",
];

impl Engine {
    /// What happened to containers and their networks between two moments, oldest first.
    pub async fn events(
        &self,
        since: Timestamp,
        until: Timestamp,
        deadline: Deadline,
    ) -> Result<Vec<EngineEvent>, EngineError> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let options = EventsOptions {
            since: Some(moment(since)),
            until: Some(moment(until)),
            filters: Some(HashMap::from([
                ("type".to_owned(), words(&["container", "network"])),
                ("event".to_owned(), words(&ACTIONS)),
            ])),
        };
        let messages: Vec<EventMessage> = self
            .call(
                "read the engine's events",
                deadline,
                self.bollard.events(Some(options)).try_collect(),
            )
            .await?;
        Ok(messages.into_iter().filter_map(event).collect())
    }
}

/// A time as the API takes it: seconds and nanoseconds.
pub(super) fn moment(time: Timestamp) -> String {
    format!("{}.{:09}", time.as_second(), time.subsec_nanosecond())
}

fn event(message: EventMessage) -> Option<EngineEvent> {
    let actor = message.actor?;
    let attributes = actor.attributes.unwrap_or_default();
    let number = |key: &str| attributes.get(key).and_then(|text| text.parse().ok());
    let own = actor.id?;
    let (container, kind) = match message.action?.as_str() {
        "start" => (own, EngineEventKind::Start),
        "die" => {
            let exit_code = number("exitCode")?;
            (own, EngineEventKind::Die { exit_code })
        }
        "oom" => (own, EngineEventKind::Oom),
        "pause" => (own, EngineEventKind::Pause),
        "unpause" => (own, EngineEventKind::Unpause),
        "kill" => {
            let signal = number("signal")?;
            (own, EngineEventKind::Kill { signal })
        }
        // The actor of these is the network.
        "connect" => (
            attributes.get("container")?.clone(),
            EngineEventKind::Connect,
        ),
        "disconnect" => (
            attributes.get("container")?.clone(),
            EngineEventKind::Disconnect,
        ),
        _ => return None,
    };
    Some(EngineEvent {
        at: Timestamp::from_nanosecond(i128::from(message.time_nano?)).ok()?,
        container: ContainerId(container),
        kind,
    })
}
