//! Spans that the lab sends to Tempo itself, as OTLP in JSON over HTTP.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The port of OTLP over HTTP.
const PORT: u16 = 4318;
/// Until when the memory must be used up.
const PATIENCE: Duration = Duration::from_secs(30);

/// One span of the service `backfill` that began at a moment and carries a text of so many bytes.
pub(crate) fn span(began: Timestamp, trace: u64, bytes: usize) -> Value {
    let began = began.as_nanosecond();
    json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "backfill"}}]},
        "scopeSpans": [{"scope": {"name": "lab"}, "spans": [{
            "traceId": format!("{trace:032x}"),
            "spanId": format!("{trace:016x}"),
            "name": "backfilled",
            "kind": 1,
            "startTimeUnixNano": began.to_string(),
            "endTimeUnixNano": (began + 1_000_000).to_string(),
            "attributes": [{"key": "padding", "value": {"stringValue": "x".repeat(bytes)}}],
        }]}],
    }]})
}

/// Sends a batch to the Tempo of a stack and returns the HTTP status of the answer.
pub(crate) async fn send(stack: &Stack, batch: &Value) -> Result<u16, Failure> {
    let address = stack.address("tempo", PORT).await?;
    let answer = http::post_json(address, "/v1/traces", batch.to_string().as_bytes()).await;
    answer
        .map(|answer| answer.status)
        .map_err(|source| Failure::Request {
            to: format!("tempo:{PORT}/v1/traces"),
            source,
        })
}

/// Sends batches that a Tempo with little memory cannot hold, until the kernel kills it.
pub(crate) async fn exhaust_memory(stack: &Stack) -> Result<(), Failure> {
    let mut trace = 1;
    until("Tempo running out of memory", PATIENCE, async || {
        if stack.ran_out_of_memory("tempo").await? {
            return Ok(Seen::Yes(()));
        }
        trace += 1;
        let batch = span(Timestamp::now(), trace, 3_000_000);
        Ok(match send(stack, &batch).await {
            Ok(status) => Seen::NotYet(format!("it answers {status}")),
            Err(failure) => Seen::NotYet(failure.to_string()),
        })
    })
    .await
}

/// Sends batches until Tempo says in its log that it could not write one.
pub(crate) async fn fill(stack: &Stack) -> Result<(), Failure> {
    let began = Timestamp::now();
    let mut trace = 1;
    until("Tempo's disk being full", PATIENCE, async || {
        trace += 1;
        let mut batch = span(Timestamp::now(), trace, 10);
        let attributes = (0..200).map(|number| {
            let text = noise(trace * 1000 + number);
            json!({"key": format!("padding{number}"), "value": {"stringValue": text}})
        });
        batch["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"] = attributes.collect();
        let sent = send(stack, &batch).await;
        let said = stack.logs_since("tempo", began).await?;
        let last = said.lines().last().unwrap_or_default();
        Ok(match sent {
            _ if said.contains("o space left on device") => Seen::Yes(()),
            Ok(status) => Seen::NotYet(format!("it answers {status} and says `{last}`")),
            Err(failure) => Seen::NotYet(failure.to_string()),
        })
    })
    .await
}

/// A text that cannot be compressed much, and is short enough to be kept whole.
fn noise(seed: u64) -> String {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        )
    };
    std::iter::successors(Some(seed), next)
        .skip(8)
        .take(1800)
        .filter_map(|state| char::from_digit(u32::try_from((state >> 40) % 36).ok()?, 36))
        .collect()
}
