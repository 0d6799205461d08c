//! The batch span processor's settings: `OTEL_BSP_*`, with the specification's defaults.

use std::time::Duration;

use super::variable::{Lookup, MalformedValue};

const QUEUE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
const BATCH: &str = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
const DELAY: &str = "OTEL_BSP_SCHEDULE_DELAY";
const EXPORT_TIMEOUT: &str = "OTEL_BSP_EXPORT_TIMEOUT";

const DEFAULT_QUEUE: usize = 2048;
const DEFAULT_BATCH: usize = 512;
const DEFAULT_DELAY: Duration = Duration::from_secs(5);
const DEFAULT_EXPORT_TIMEOUT: Duration = Duration::from_secs(30);

/// How spans are gathered into batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchSettings {
    /// How many spans wait at most; one more drops the oldest.
    pub(crate) queue: usize,
    /// How many spans are sent at once, and make the processor send at once.
    pub(crate) batch: usize,
    /// How long a span waits at most for others.
    pub(crate) delay: Duration,
    /// How long one attempt to send a batch may take, where that is less than the exporter's own
    /// limit.
    pub(crate) export_timeout: Duration,
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self {
            queue: DEFAULT_QUEUE,
            batch: DEFAULT_BATCH,
            delay: DEFAULT_DELAY,
            export_timeout: DEFAULT_EXPORT_TIMEOUT,
        }
    }
}

impl BatchSettings {
    /// Reads the settings.
    pub(crate) fn read(lookup: &Lookup<'_>) -> Result<Self, MalformedValue> {
        let queue = lookup.count(QUEUE, DEFAULT_QUEUE)?;
        // A queue smaller than the default batch is valid by itself: the batch follows it.
        let batch = lookup.count(BATCH, DEFAULT_BATCH.min(queue))?;
        if batch > queue {
            return Err(MalformedValue::new(
                BATCH,
                &batch.to_string(),
                format!("no more than {QUEUE}, which is {queue}"),
            ));
        }
        Ok(Self {
            queue,
            batch,
            delay: lookup.milliseconds(&[DELAY], DEFAULT_DELAY)?,
            export_timeout: lookup.milliseconds(&[EXPORT_TIMEOUT], DEFAULT_EXPORT_TIMEOUT)?,
        })
    }
}
