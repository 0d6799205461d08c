//! A log that is written to while it is followed.

use std::collections::VecDeque;

use axum::{
    body::{Body, Bytes},
    http::Uri,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use tokio::sync::watch;

/// What a container has written, and how often it has ended.
#[derive(Debug)]
pub(crate) struct PlayedLog {
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    frames: Vec<(Timestamp, Bytes)>,
    ends: usize,
}

impl PlayedLog {
    pub(crate) fn new() -> Self {
        Self {
            state: watch::Sender::new(State::default()),
        }
    }

    /// The container writes a line.
    pub(crate) fn write(&self, stream: u8, time: &str, line: &str) {
        let at = time.parse().unwrap();
        let frame = frame(stream, time, line.as_bytes());
        self.state
            .send_modify(|state| state.frames.push((at, frame.into())));
    }

    /// The container ends, and with it whatever follows its log.
    pub(crate) fn end(&self) {
        self.state.send_modify(|state| state.ends += 1);
    }

    /// How many follow it now.
    pub(crate) fn followers(&self) -> usize {
        self.state.receiver_count()
    }

    /// What is asked for with this query; the engine gives what is not older than `since`.
    pub(super) fn answer(&self, uri: &Uri) -> Response {
        let query = uri.query().unwrap_or_default();
        let parameter = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let since = parameter("since").map_or(Timestamp::UNIX_EPOCH, moment);
        if parameter("follow") != Some("true") {
            let frames = self.state.borrow();
            let kept = frames.frames.iter().filter(|(at, _)| *at >= since);
            let kept: Vec<Bytes> = kept.map(|(_, frame)| frame.clone()).collect();
            return kept.concat().into_response();
        }
        let mut receiver = self.state.subscribe();
        let ends = receiver.borrow_and_update().ends;
        let read = (receiver, 0, VecDeque::new());
        let frames = futures_util::stream::unfold(read, move |mut read| async move {
            let (receiver, taken, waiting) = &mut read;
            loop {
                let has_ended = {
                    let state = receiver.borrow_and_update();
                    let new = state.frames[*taken..].iter();
                    waiting.extend(new.filter(|(at, _)| *at >= since).cloned());
                    *taken = state.frames.len();
                    state.ends > ends
                };
                if let Some((_, frame)) = waiting.pop_front() {
                    return Some((Ok::<_, std::io::Error>(frame), read));
                }
                if has_ended || receiver.changed().await.is_err() {
                    return None;
                }
            }
        });
        Body::from_stream(frames).into_response()
    }
}

/// A line with its time as the engine sends it.
pub(super) fn frame(stream: u8, time: &str, line: &[u8]) -> Vec<u8> {
    let payload = [time.as_bytes(), b" ", line, b"\n"].concat();
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[stream, 0, 0, 0], &length[..], &payload].concat()
}

/// Seconds and nanoseconds, as a query has them.
fn moment(text: &str) -> Timestamp {
    let (seconds, nanoseconds) = text.split_once('.').unwrap_or((text, "0"));
    Timestamp::new(seconds.parse().unwrap(), nanoseconds.parse().unwrap()).unwrap()
}
