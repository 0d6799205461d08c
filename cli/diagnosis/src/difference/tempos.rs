//! What changed about backends, as their own API tells it.

use super::{Change, changed};
use crate::{
    snapshot::{Readiness, Snapshot, Tempo},
    subject::Subject,
};

pub(super) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    after
        .tempos
        .iter()
        .filter_map(|new| {
            let old = before.tempos.iter().find(|old| old.name == new.name)?;
            Some(between(old, new))
        })
        .flatten()
        .collect()
}

fn between(old: &Tempo, new: &Tempo) -> Vec<Change> {
    let subject = Subject::Tempo(new.name.clone());
    let ready = |tempo: &Tempo| {
        tempo.ready.known().map(|ready| match ready {
            Readiness::Ready => "ready".to_owned(),
            Readiness::NotReady { status, reason } => format!("{status}: {reason}"),
            Readiness::NoAnswer { reason } => reason.clone(),
        })
    };
    let version = |tempo: &Tempo| {
        let version = tempo.version.known()?;
        Some(version.version.clone())
    };
    let config = |tempo: &Tempo| tempo.config.known().cloned();
    let (old_config, new_config) = (config(old), config(new));
    let retention = |config: &Option<crate::snapshot::TempoConfig>| {
        let retention = config.as_ref()?.retention?;
        Some(format!("{} h", retention.as_hours()))
    };
    let receivers = |config: &Option<crate::snapshot::TempoConfig>| {
        let shown: Vec<String> = config
            .as_ref()?
            .receivers
            .iter()
            .map(|receiver| format!("{} {}", receiver.protocol.word(), receiver.endpoint))
            .collect();
        Some(shown.join(", "))
    };
    let refused = |tempo: &Tempo| {
        let metrics = tempo.metrics.known()?;
        Some(format!("{} spans", metrics.refused))
    };
    let discarded = |tempo: &Tempo| {
        let metrics = tempo.metrics.known()?;
        let shown: Vec<String> = metrics
            .discarded
            .iter()
            .map(|discarded| format!("{} {}", discarded.reason, discarded.spans))
            .collect();
        Some(shown.join(", "))
    };
    [
        changed(&subject, "readiness", ready(old), ready(new)),
        changed(&subject, "version", version(old), version(new)),
        changed(
            &subject,
            "receivers",
            receivers(&old_config),
            receivers(&new_config),
        ),
        changed(
            &subject,
            "retention",
            retention(&old_config),
            retention(&new_config),
        ),
        changed(&subject, "refused", refused(old), refused(new)),
        changed(&subject, "discarded", discarded(old), discarded(new)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
