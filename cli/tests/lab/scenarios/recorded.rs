//! What only Tempo itself says or answers: minitempo receives and keeps the spans, and recordings of Tempo stand beside it.

use serde_json::{Value, json};

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::standin;
use crate::trial::Trial;

/// Where a recording of Tempo lies in its container.
macro_rules! recorded {
    ($name:literal) => {
        concat!("/recorded/tempo/", $name)
    };
}

/// Has it say that it is this Tempo.
const TWO: &[&str] = &[
    "page",
    "/api/status/buildinfo",
    "200 OK",
    recorded!("buildinfo-2.10.json"),
];
const THREE: &[&str] = &[
    "page",
    "/api/status/buildinfo",
    "200 OK",
    recorded!("buildinfo-3.0.json"),
];
/// Has it refuse every search.
const TOO_MANY: &[&str] = &[
    "page",
    "/api/search",
    "429 Too Many Requests",
    recorded!("too-many-requests.txt"),
];

pub(super) const STAGE: Stage = Stage {
    name: "recorded",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault(
            "keys-that-the-next-tempo-refuses",
            "PT0211",
            "tempo",
            |trial| {
                Box::pin(played(trial, TWO, |project| {
                    let removed =
                        "compactor:\n  compaction:\n    block_retention: 168h\n\nusage_report:";
                    project.edit_tempo_config("usage_report:", removed);
                }))
            },
        )
        .with_stand_in(),
        Scenario::fault(
            "writes-fail-behind-the-answer",
            "PT0220",
            "tempo",
            |trial| {
                let said = &["print", recorded!("writes-failing.log")];
                Box::pin(played(trial, said, |_| {}))
            },
        )
        .with_stand_in(),
        Scenario::fault("write-ahead-log-unreadable", "PT0221", "tempo", |trial| {
            let said = &["print", recorded!("wal-replay-failed.log")];
            Box::pin(played(trial, said, |_| {}))
        })
        .with_stand_in(),
        Scenario::fault("block-given-up", "PT0222", "tempo", |trial| {
            let said = &["print", recorded!("block-lost.log")];
            Box::pin(played(trial, said, |_| {}))
        })
        .with_stand_in(),
        Scenario::fault("newest-hidden-from-search", "PT0225", "tempo", |trial| {
            Box::pin(played(trial, THREE, |project| {
                project.edit_tempo_config("  query_end_cutoff: 0s\n", "  max_retries: 2\n");
            }))
        })
        .with_stand_in(),
        Scenario::fault("searches-refused", "PT0230", "tempo", |trial| {
            Box::pin(played(trial, TOO_MANY, |_| {}))
        })
        .with_stand_in(),
        Scenario::fault("live-store-behind", "PT0232", "tempo", |trial| {
            let said = &["print", recorded!("results-not-complete.log")];
            Box::pin(played(trial, said, |_| {}))
        })
        .with_stand_in(),
        Scenario::fault("two-tempos-on-one-volume", "PT0808", "tempo", |trial| {
            Box::pin(two_on_one_volume(trial))
        })
        .with_stand_in(),
    ],
};

/// A change of Tempo's own file, and a Tempo with these recordings beside it.
async fn played(
    trial: &mut Trial,
    actions: &[&str],
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let healthy = project.tempo_config().to_owned();
        standin::recorded_tempo(project, &lab, &healthy, actions);
        change(project);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A second Tempo was started for an upgrade, with the volume of the first. minitempo shares its data with nobody: behind
/// the second one it has a folder of its own. The configuration that both show is Tempo's, which names the folder.
async fn two_on_one_volume(trial: &mut Trial) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let shown = project.tempo_config().to_owned();
        let page = ["page", "/status/config", "200 OK", "/shown.yaml"];
        let file = project.file("shown.yaml", &shown);
        let mount = json!(format!("{file}:/shown.yaml:ro"));
        if let Some(Value::Array(mounts)) = project.service("tempo").get_mut("volumes") {
            mounts.push(mount);
        }
        let plain = project.service("tempo").clone();
        let behind = shown.replace("/var/tempo/", "/tmp/tempo/");
        standin::recorded_tempo(project, &lab, &behind, &page);
        let mut second = std::mem::replace(project.service("tempo"), plain);
        second.insert("tmpfs".to_owned(), json!(["/tmp/tempo:mode=0777"]));
        project.add("tempo-next", Value::Object(second));
        standin::recorded_tempo(project, &lab, &shown, &page);
    });
    change.await?;
    trial
        .stack
        .until_answers("tempo-next", 3200, "/ready")
        .await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}
