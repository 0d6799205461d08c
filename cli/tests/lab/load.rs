//! A steady load of requests with known trace ids, and how many of the answered ones are found as whole traces.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use crate::failure::Failure;
use crate::http;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The port of every service.
const PORT: u16 = 8080;
/// The port of Tempo's API.
const TEMPO: u16 = 3200;
/// Time between two requests.
const EVERY: Duration = Duration::from_millis(20);
/// Spans of one request: its own, that of the analysis, and those of its five parts. Nothing is stored.
pub(crate) const SPANS_A_REQUEST: usize = 7;
/// Until when the last spans must be found. What waited for a backend that was away follows at a measured pace.
const PATIENCE: Duration = Duration::from_secs(90);

/// What came of the requests so far.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// The trace ids of the requests that were answered with success.
    pub(crate) answered: Vec<String>,
    /// How many were not.
    pub(crate) failed: u64,
}

/// Sends requests to a service for as long as it is polled; `run` is unique to this load.
pub(crate) async fn steady(stack: &Stack, service: &str, run: u64, load: &Rc<RefCell<Load>>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut address: Option<SocketAddr> = None;
    for number in 1_u64.. {
        ticks.tick().await;
        let to = match address {
            Some(address) => address,
            None => match stack.address(service, PORT).await {
                Ok(found) => found,
                Err(_) => continue,
            },
        };
        let trace = format!("{run:016x}{number:016x}");
        let parent = format!("traceparent: 00-{trace}-{number:016x}-01");
        let head = ["Content-Type: application/json", &parent];
        let body = br#"{"text":"The lab restarts a stack under load. No span is lost."}"#;
        let answer = http::post(to, "/api/analyze", &head, body).await;
        let mut load = load.borrow_mut();
        match answer {
            Ok(answer) if answer.status < 300 => {
                load.answered.push(trace);
                address = Some(to);
            }
            // A container that comes back may have another address.
            Ok(_) | Err(_) => {
                load.failed += 1;
                address = None;
            }
        }
    }
}

/// Sends requests for so long, and says what came of them.
pub(crate) async fn steady_for(stack: &Stack, service: &str, run: u64, length: Duration) -> Load {
    let load = Rc::new(RefCell::new(Load::default()));
    tokio::select! {
        () = steady(stack, service, run, &load) => {}
        () = tokio::time::sleep(length) => {}
    }
    load.take()
}

/// Waits until every trace is found with all of its spans; fails with how many are not.
pub(crate) async fn all_found(stack: &Stack, traces: &[String]) -> Result<(), Failure> {
    let address = stack.address("tempo", TEMPO).await?;
    let mut left: Vec<&String> = traces.iter().collect();
    until("every answered request's trace", PATIENCE, async || {
        let mut missing = Vec::new();
        for trace in std::mem::take(&mut left) {
            let found = http::get(address, &format!("/api/traces/{trace}")).await;
            let spans = found.map_or(0, |answer| spans_in(&answer));
            if spans < SPANS_A_REQUEST {
                missing.push(trace);
            }
        }
        left = missing;
        Ok(match left.len() {
            0 => Seen::Yes(()),
            count => Seen::NotYet(format!(
                "{count} of {} are missing or not whole",
                traces.len()
            )),
        })
    })
    .await
}

/// How many spans an answer about one trace has.
fn spans_in(answer: &http::Answer) -> usize {
    let trace: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    list(&trace, "batches")
        .iter()
        .flat_map(|batch| list(batch, "scopeSpans"))
        .map(|scope| list(&scope, "spans").len())
        .sum()
}
