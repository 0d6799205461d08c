//! A bound on how often a kind of line is logged.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets a number of lines a second through.
#[derive(Debug)]
pub(crate) struct Sampler {
    per_second: u32,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    taken: u32,
}

impl Sampler {
    pub(crate) fn per_second(per_second: u32) -> Self {
        Self {
            per_second,
            window: Mutex::new(Window {
                began: Instant::now(),
                taken: 0,
            }),
        }
    }

    /// Whether a line may be written now.
    pub(crate) fn take(&self) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if now.duration_since(window.began) >= Duration::from_secs(1) {
            *window = Window {
                began: now,
                taken: 0,
            };
        }
        window.taken += 1;
        window.taken <= self.per_second
    }
}
