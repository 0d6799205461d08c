//! How long a container may take to stop: long enough for a service to send what it still holds.

use std::time::Duration;

use ptctl_diagnosis::{
    export::{
        Language, Runtime,
        variables::{Setting, TIMEOUT},
    },
    snapshot::Container,
};
use serde::{Serialize, Serializer};

/// What the engine gives where nothing is set.
const ENGINE_DEFAULT: Duration = Duration::from_secs(10);
/// A flush that takes longer than this is not waited for.
const LONGEST: Duration = Duration::from_mins(1);
/// The delay of a batch, by OpenTelemetry's specification
/// (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).
const BATCH_DELAY: (&str, Duration) = ("OTEL_BSP_SCHEDULE_DELAY", Duration::from_secs(5));
/// The time that a batch may take, likewise.
const BATCH_TIMEOUT: (&str, Duration) = ("OTEL_BSP_EXPORT_TIMEOUT", Duration::from_secs(30));
/// The time that one export may take, likewise.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// The grace of one stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StopGrace {
    /// How long the container is given.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub given: Duration,
    /// What it has of its own.
    #[serde(rename = "own_seconds", serialize_with = "seconds")]
    pub own: Duration,
}

impl StopGrace {
    /// The container's own grace.
    pub fn own(container: &Container) -> Self {
        let own = container
            .stop_grace
            .and_then(|grace| Duration::try_from(grace).ok())
            .unwrap_or(ENGINE_DEFAULT);
        Self { given: own, own }
    }

    /// That of a service that makes spans: its own, or the time that its last batch may take, whichever is longer.
    pub fn for_a_flush(container: &Container) -> Self {
        let Self { own, .. } = Self::own(container);
        let flush = flush(container).min(LONGEST);
        let whole_seconds = Duration::from_secs(
            flush
                .as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX),
        );
        Self {
            given: own.max(whole_seconds),
            own,
        }
    }

    /// That of a collector: its own, or what the engine gives by default, whichever is longer. Within that a collector
    /// with its defaults sends what it holds: a batch of 200 ms, and one export of 5 s.
    pub fn for_a_collector(container: &Container) -> Self {
        let Self { own, .. } = Self::own(container);
        Self {
            given: own.max(ENGINE_DEFAULT),
            own,
        }
    }

    /// Whether more is given than the container has of its own.
    pub fn is_raised(&self) -> bool {
        self.given > self.own
    }
}

/// The delay of a batch and the time that its export may take, by the service's own variables.
fn flush(container: &Container) -> Duration {
    let of = |(name, default): (&'static str, Duration)| {
        Setting::of(container, name)
            .and_then(milliseconds)
            .unwrap_or(default)
    };
    // Python's SDK takes this one for seconds, unlike the specification.
    let unit = match Runtime::of(container).language {
        Some(Language::Python) => 1000,
        Some(_) | None => 1,
    };
    let export = Setting::first(container, &TIMEOUT)
        .and_then(milliseconds)
        .map_or(EXPORT_TIMEOUT, |length| length.saturating_mul(unit));
    of(BATCH_DELAY).saturating_add(export.min(of(BATCH_TIMEOUT)))
}

/// A variable's milliseconds; 0 means "no limit" to some SDKs, and a value that nobody understands nothing.
fn milliseconds(setting: Setting<'_>) -> Option<Duration> {
    let number: u64 = setting.bare().parse().ok()?;
    (number > 0).then(|| Duration::from_millis(number))
}

fn seconds<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(length.as_secs())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use ptctl_diagnosis::fixtures;

    use super::*;

    fn grace(variables: &[(&str, &str)], own: Option<i64>) -> (u64, bool) {
        let mut snapshot = fixtures::healthy();
        for (name, value) in variables {
            snapshot.set_variable("scraper", name, value);
        }
        let container = snapshot.service_mut("scraper");
        container.stop_grace = own.map(SignedDuration::from_secs);
        let grace = StopGrace::for_a_flush(container);
        (grace.given.as_secs(), grace.is_raised())
    }

    #[test]
    fn a_service_is_given_the_time_of_its_last_batch() {
        assert_eq!(grace(&[], None), (15, true));
        assert_eq!(grace(&[], Some(20)), (20, false));
        let short = [
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ];
        assert_eq!(grace(&short, None), (10, false));
        assert_eq!(grace(&short, Some(1)), (3, true));
    }

    #[test]
    fn the_shorter_of_both_timeouts_ends_an_export_and_nobody_is_given_more_than_a_minute() {
        let both = [
            ("OTEL_BSP_EXPORT_TIMEOUT", "3000"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "40000"),
        ];
        assert_eq!(grace(&both, Some(1)), (8, true));
        assert_eq!(
            grace(&[("OTEL_BSP_SCHEDULE_DELAY", "3600000")], None),
            (60, true)
        );
        assert_eq!(
            grace(&[("OTEL_BSP_SCHEDULE_DELAY", "5s")], None),
            (15, true)
        );
    }

    #[test]
    fn pythons_timeout_counts_seconds() {
        let mut snapshot = fixtures::healthy();
        snapshot.set_variable("scraper", "OTEL_EXPORTER_OTLP_TIMEOUT", "7");
        let container = snapshot.service_mut("scraper");
        container.labels.clear();
        container.stop_grace = None;
        assert_eq!(StopGrace::for_a_flush(container).given.as_secs(), 10);
        snapshot.set_variable("scraper", "PYTHON_VERSION", "3.13");
        let container = snapshot.service_mut("scraper");
        assert_eq!(StopGrace::for_a_flush(container).given.as_secs(), 12);
    }

    #[test]
    fn a_collector_is_given_what_the_engine_gives() {
        let mut snapshot = fixtures::healthy();
        let container = snapshot.service_mut("scraper");
        container.stop_grace = Some(SignedDuration::from_secs(2));
        let grace = StopGrace::for_a_collector(container);
        assert_eq!((grace.given.as_secs(), grace.is_raised()), (10, true));
    }
}
