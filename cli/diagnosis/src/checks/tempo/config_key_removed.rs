//! Keys of a configuration that Tempo 3 refuses.

use super::{config_rejected, proof};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    document::{Document, Key},
    finding::{Evidence, Remedy, Severity},
    policy::Policy,
    release::Release,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(211),
    name: "config-key-removed",
    severity: Severity::Warning,
    summary: "Tempo's configuration has keys that Tempo 3 refuses",
    why: "Tempo refuses a file with one key that it does not know: with these, 2.x starts and 3.x does not.",
    causes: &[
        "The file was written for 2.x: 3.0 removed `ingester`, `compactor` and others.",
        "An image without a fixed version moved from 2.x to 3.x.",
    ],
    remedy: "Remove the keys, set retention at `overrides.defaults.compaction.block_retention` (both majors read it there), and pin the image.",
    verify: "`tempo -config.verify=true -config.file=tempo.yaml` of the new version ends with 0.",
    masked_by: &[&[Cause::same_subject(config_rejected::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

/// Measured on 3.0.3: each of them ends the start. The last word is the key.
const REMOVED: &[&[&str]] = &[
    &["ingester"],
    &["ingester_client"],
    &["compactor"],
    &["partition_ring_live_store"],
    &["ingest", "enabled"],
    &["querier", "query_live_store"],
    &["query_frontend", "search", "query_ingesters_until"],
    &["metrics_generator", "processor", "local_blocks"],
    &["metrics_generator", "traces_storage"],
];

/// The first release that refuses them.
const REFUSING: Release = Release::new(3, 0, 0);

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let document = backend.tempo.file.get()?;
    let found: Vec<(String, &Key)> = REMOVED
        .iter()
        .filter_map(|path| Some((path.join("."), key(document, path)?)))
        .collect();
    if found.is_empty() {
        return Ok(Outcome::Pass);
    }
    let names: Vec<String> = found.iter().map(|(path, _)| format!("`{path}`")).collect();
    let names = names.join(", ");
    let label = backend.label();
    let (severity, message) = match proof::release(backend) {
        Some(release) if release >= REFUSING => (
            Severity::Error,
            format!(
                "Tempo `{label}` is {release} and does not start with its file: it has {names}, which 3.0 removed"
            ),
        ),
        Some(release) => (
            Severity::Info,
            format!(
                "Tempo `{label}` is {release}; its file has {names}, with which 3.x does not start"
            ),
        ),
        // A build of somebody's own, or minitempo, which refuses what it does not know by itself.
        None if backend.tempo.version.known().is_some() => {
            return Ok(Outcome::NotApplicable(
                "its release is not one of Tempo's numbered ones",
            ));
        }
        None => (
            Severity::Warning,
            format!(
                "the file of Tempo `{label}` has {names}, with which 3.x does not start, and nothing fixes its version"
            ),
        ),
    };
    let mut places = found
        .iter()
        .map(|(path, key)| Evidence::setting(document.key_location(key), path));
    let Some(first) = places.next() else {
        return Ok(Outcome::Pass);
    };
    let remedy = Remedy::edit(
        "remove them and set retention at `overrides.defaults.compaction.block_retention`, which 2.x and 3.x both read; `curl <tempo>/flush` before an upgrade, since 3.x does not read the write-ahead log of 2.x",
    );
    fail(
        Report::new(message, first, remedy)
            .severity(severity)
            .proof(places),
    )
}

fn key<'d>(document: &'d Document, path: &[&str]) -> Option<&'d Key> {
    let (name, section) = path.split_last()?;
    document.at(section)?.entry(name).map(|(key, _)| key)
}
