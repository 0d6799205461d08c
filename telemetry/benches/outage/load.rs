//! Steady requests to one URL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::service::client;

/// Requests a second.
const RATE: u32 = 300;
/// Connections that share them.
const CALLERS: u32 = 4;

pub(crate) struct Load {
    callers: JoinSet<()>,
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    began: Instant,
}

/// What a load was.
pub(crate) struct Done {
    /// Requests that were answered.
    pub(crate) answered: u64,
    took: Duration,
}

impl Load {
    pub(crate) fn start(url: &str) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicU64::new(0));
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            callers.spawn(call(
                url.to_owned(),
                Arc::clone(&is_over),
                Arc::clone(&answered),
            ));
        }
        Self {
            callers,
            is_over,
            answered,
            began: Instant::now(),
        }
    }

    pub(crate) async fn stop(self) -> Done {
        let took = self.began.elapsed();
        self.is_over.store(true, Ordering::Release);
        self.callers.join_all().await;
        Done {
            answered: self.answered.load(Ordering::Acquire),
            took,
        }
    }
}

impl Done {
    pub(crate) fn per_second(&self) -> f64 {
        let answered = u32::try_from(self.answered).unwrap_or(u32::MAX);
        f64::from(answered) / self.took.as_secs_f64()
    }
}

async fn call(url: String, is_over: Arc<AtomicBool>, answered: Arc<AtomicU64>) {
    let client = client().expect("a client");
    let mut turn = interval(Duration::from_secs(1) * CALLERS / RATE);
    turn.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while !is_over.load(Ordering::Acquire) {
        turn.tick().await;
        let answer = client.get(&url).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.expect("a body");
        answered.fetch_add(1, Ordering::AcqRel);
    }
}
