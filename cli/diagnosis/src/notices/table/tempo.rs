//! Tempo's lines, 2.x and 3.x.
//!
//! What an idle or a stopping Tempo says at level `error` (`no jobs found`, `queue is stopped`, `context canceled`) is
//! none of them: a failed write counts only with the error of the file system that it names.

use super::NoticeKind as Kind;
use crate::{
    notices::{By, Row},
    snapshot::Role,
};

pub(super) static ROWS: &[Row] = &[
    write(&["failed to cut", "no space left on device"]),
    write(&["failed to cut", "permission denied"]),
    write(&["failed to cut", "read-only file system"]),
    write(&["failed to cut", "input/output error"]),
    write(&["failed to cut", "disk quota exceeded"]),
    write(&["failed to cut", "too many open files"]),
    write(&["failed to cut", "no such file or directory"]),
    write(&["failed to flush complete block", "no space left on device"]),
    write(&["failed to flush complete block", "permission denied"]),
    write(&["failed to flush complete block", "read-only file system"]),
    write(&["failed to flush complete block", "input/output error"]),
    write(&["failed to flush work cache", "no space left on device"]),
    write(&[
        "error performing op in flushQueue",
        "no space left on device",
    ]),
    write(&["error performing op in flushQueue", "permission denied"]),
    write(&["error performing op in flushQueue", "read-only file system"]),
    tempo(&["failed to replay block"], Kind::TempoWalReplayFailed),
    tempo(
        &["warning while replaying block"],
        Kind::TempoWalReplayFailed,
    ),
    tempo(&["POSSIBLE DATA LOSS"], Kind::TempoBlockLost),
    tempo(&["TRACE_TOO_LARGE"], Kind::TempoTraceTooLarge),
    tempo(&["LIVE_TRACES_EXCEEDED"], Kind::TempoLiveTracesExceeded),
    tempo(&["RATE_LIMITED"], Kind::TempoRateLimited),
    tempo(&["failed to extract org id"], Kind::TempoTenantMissing),
    tempo(&["attributes truncated"], Kind::TempoAttributesTruncated),
    tempo(
        &["received message larger than max"],
        Kind::TempoMessageTooLarge,
    ),
    tempo(
        &["received message after decompression larger than max"],
        Kind::TempoMessageTooLarge,
    ),
    tempo(
        &["metrics-generator is not configured"],
        Kind::TempoGeneratorNotConfigured,
    ),
    tempo(
        &["remote write receiver needs to be enabled"],
        Kind::TempoRemoteWriteRefused,
    ),
    tempo(
        &["server returned HTTP status 404", "remote"],
        Kind::TempoRemoteWriteRefused,
    ),
    tempo(&["failed to write to kafka"], Kind::TempoKafkaFailed),
    tempo(&["kafka broker not ready"], Kind::TempoKafkaFailed),
    tempo(&["IngesterCount <= 0"], Kind::TempoRingEmpty),
    tempo(&["InstancesCount <= 0"], Kind::TempoRingEmpty),
    tempo(
        &["The specified bucket does not exist"],
        Kind::TempoStorageUnreachable,
    ),
    tempo(
        &["exiting polling loop early because too many errors"],
        Kind::TempoStorageUnreachable,
    ),
    tempo(
        &["-- CONFIGURATION WARNINGS --"],
        Kind::TempoConfigurationWarning,
    ),
    tempo(
        &["Inline, unscoped overrides are deprecated"],
        Kind::TempoLegacyOverrides,
    ),
    tempo(
        &["DEPRECATED: legacy overrides config format"],
        Kind::TempoLegacyOverrides,
    ),
    tempo(
        &["unknown/unsupported block version"],
        Kind::TempoBlockVersionUnknown,
    ),
    tempo(
        &["cannot guarantee complete results"],
        Kind::TempoIncompleteResults,
    ),
];

const fn write(parts: &'static [&'static str]) -> Row {
    tempo(parts, Kind::TempoWriteFailed)
}

const fn tempo(parts: &'static [&'static str], kind: Kind) -> Row {
    Row {
        by: By::Role(Role::Tempo),
        parts,
        kind,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::notices::{is_candidate, notice};

    fn kinds(log: &str) -> BTreeSet<Kind> {
        log.lines()
            .filter(|line| is_candidate(line.as_bytes()))
            .filter_map(|line| notice(Role::Tempo, line))
            .collect()
    }

    #[test]
    fn what_an_idle_a_queried_and_a_stopping_tempo_says_is_no_notice() {
        for log in [
            include_str!("../../../tests/fixtures/tempo-2.10/run.log"),
            include_str!("../../../tests/fixtures/tempo-3.0/run.log"),
        ] {
            assert!(log.lines().count() > 50);
            assert_eq!(
                kinds(log),
                BTreeSet::from([Kind::TempoGeneratorNotConfigured])
            );
        }
    }

    #[test]
    fn the_lines_of_recorded_faults_are_told() {
        for (log, kind) in [
            (
                include_str!("../../../tests/fixtures/tempo-2.10/faults.log"),
                Kind::TempoWriteFailed,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-3.0/faults.log"),
                Kind::TempoWriteFailed,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-2.10/faults.log"),
                Kind::TempoTraceTooLarge,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-3.0/faults.log"),
                Kind::TempoTraceTooLarge,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-2.10/faults.log"),
                Kind::TempoRateLimited,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-3.0/faults.log"),
                Kind::TempoRateLimited,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-3.0/faults.log"),
                Kind::TempoAttributesTruncated,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-2.10/faults.log"),
                Kind::TempoTenantMissing,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-3.0/faults.log"),
                Kind::TempoTenantMissing,
            ),
            (
                include_str!("../../../tests/fixtures/tempo-2.10/faults.log"),
                Kind::TempoLegacyOverrides,
            ),
        ] {
            assert!(kinds(log).contains(&kind), "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "(failed to cut|RATE_LIMITED|no space left on device|msg=|[ -~\u{1b}µ]){0,30}") {
            let told = notice(Role::Tempo, &line);
            prop_assert!(told.is_none() || is_candidate(line.as_bytes()));
        }
    }
}
