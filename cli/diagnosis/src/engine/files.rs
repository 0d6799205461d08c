//! What can be judged of a stack that is only described by files.
//!
//! A check that needs something running does not apply there: it neither passes nor leaves a gap. What other projects
//! or included files may add is no fault of these files.

use crate::{
    check::{Check, Outcome, Report, Verdict},
    checks::names_nobody,
    code::Area,
    finding::{Evidence, EvidenceKind},
    observed::{Gap, Probe},
    snapshot::{ComposeNetworking, NetworkOrigin, Origin, Snapshot},
};

/// Why a check does not apply.
const NOTHING_RUNS: &str = "these are files; nothing runs";
const OTHERS: &str = "containers that these files do not describe may have that name";

/// What a verdict on a snapshot comes to, considering what the snapshot was made from.
pub(super) fn weighed(check: &Check, verdict: Verdict, snapshot: &Snapshot) -> Verdict {
    if snapshot.origin == Origin::Engine {
        return verdict;
    }
    match verdict {
        Err(gap) if is_of_files(&gap) => Err(gap),
        Err(_) => Ok(Outcome::NotApplicable(NOTHING_RUNS)),
        Ok(Outcome::Fail(_)) if names_nobody(check.code) && others_may_answer(snapshot) => {
            Ok(Outcome::NotApplicable(OTHERS))
        }
        Ok(Outcome::Fail(report)) => Ok(Outcome::Fail(of_files(report))),
        Ok(Outcome::Pass) if is_about_running(check) => Ok(Outcome::NotApplicable(NOTHING_RUNS)),
        Ok(outcome @ (Outcome::Pass | Outcome::NotApplicable(_))) => Ok(outcome),
    }
}

/// A report without what only a running stack has: times, its containers' descriptions, commands to mend it.
fn of_files(mut report: Report) -> Report {
    let is_seen = |evidence: &Evidence| evidence.kind != EvidenceKind::Container;
    if report.evidence.iter().any(is_seen) {
        report.evidence.retain(is_seen);
    }
    report.remedy.command = None;
    report.since(None)
}

/// Whether a gap is one that files are to answer.
pub(super) fn is_of_files(gap: &Gap) -> bool {
    match gap.probe {
        Probe::ComposeFiles | Probe::MountedFiles => true,
        // Where such a file is mounted and cannot be read, a gap of the mounted files says it.
        Probe::TempoConfig
        | Probe::CollectorConfig
        | Probe::GrafanaProvisioning
        | Probe::PrometheusConfig
        | Probe::Engine
        | Probe::Containers
        | Probe::Strangers
        | Probe::Networks
        | Probe::Events
        | Probe::Logs
        | Probe::ExportSettings
        | Probe::ServiceMetrics
        | Probe::TempoAddress
        | Probe::TempoReady
        | Probe::TempoVersion
        | Probe::TempoMetrics
        | Probe::TempoSearch
        | Probe::Traces
        | Probe::Volume
        | Probe::Images
        | Probe::CollectorMetrics
        | Probe::Grafana
        | Probe::Loki
        | Probe::Prometheus
        | Probe::Canary
        | Probe::Clock
        | Probe::Sockets
        | Probe::NetworkPath => false,
    }
}

/// Whether passing it says something about what runs.
fn is_about_running(check: &Check) -> bool {
    match check.code.area() {
        Some(Area::Stack | Area::ExportErrors | Area::EndToEnd) => !names_nobody(check.code),
        Some(
            Area::Tempo
            | Area::Configuration
            | Area::Network
            | Area::Quality
            | Area::Storage
            | Area::Correlation
            | Area::Surroundings,
        )
        | None => false,
    }
}

/// Whether containers may exist beside those that the files describe: included files, networks of other projects.
fn others_may_answer(snapshot: &Snapshot) -> bool {
    let Some(project) = snapshot.compose.known() else {
        return true;
    };
    let includes = project.beyond.iter().any(|beyond| beyond.service.is_none());
    let shares = project.services.iter().any(|service| {
        matches!(&service.network, ComposeNetworking::Networks(networks)
            if networks.iter().any(|network| network.origin == NetworkOrigin::External))
    });
    includes || shares
}
