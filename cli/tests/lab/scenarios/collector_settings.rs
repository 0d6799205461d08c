//! Settings of a collector that leave it without a part, without its Tempo, or with a part of the traces only.

use serde_json::json;

use super::collector::{
    ACCEPT, COLLECTOR, CONFIG, FORWARD, STARTED, edited, over_http, play_collector, refused,
    with_a_collector,
};
use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

/// Has it refuse its configuration, as one does that names a part which nothing configures.
const UNDEFINED: &[&str] = &[
    "print",
    "/recorded/collector-component-undefined.log",
    "end",
    "1",
];
/// The same of a part that its version no longer has.
const REMOVED: &[&str] = &[
    "print",
    "/recorded/collector-config-rejected.log",
    "end",
    "1",
];
/// The processors of the pipeline.
const PROCESSORS: &str = "processors:\n  batch: {}\n";

pub(super) const STAGE: Stage = Stage {
    name: "collector-settings",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_a_collector,
    scenarios: &[
        Scenario::fault("collector-part-undefined", "PT0415", COLLECTOR, |trial| {
            let edit = (
                "exporters: [otlp/tempo]",
                "exporters: [otlp/tmepo]",
            );
            Box::pin(refused(trial, UNDEFINED, edit))
        })
        .folding(&[named("PT0412", COLLECTOR)])
        .with_stand_in(),
        Scenario::fault("collector-part-removed", "PT0416", COLLECTOR, |trial| {
            Box::pin(removed(trial))
        })
        .folding(&[named("PT0412", COLLECTOR)])
        .with_stand_in(),
        Scenario::fault(
            "collector-and-tempo-on-two-networks",
            "PT0418",
            COLLECTOR,
            |trial| Box::pin(two_networks(trial)),
        )
        .with_stand_in(),
        Scenario::fault("collector-samples", "PT0422", COLLECTOR, |trial| {
            let sampler = "processors:\n  probabilistic_sampler:\n    sampling_percentage: 10\n";
            let config = edited((PROCESSORS, sampler))
                .replace("[batch]", "[probabilistic_sampler]");
            Box::pin(passes_on(trial, config, &[]))
        })
        .with_stand_in(),
        Scenario::fault("collector-says-it-is-unwell", "PT0425", COLLECTOR, |trial| {
            let health = "extensions:\n  health_check:\n    endpoint: 0.0.0.0:13133\nservice:\n  extensions: [health_check]\n";
            let unwell = &["refuse", "0.0.0.0:13133", "503 Service Unavailable"];
            Box::pin(passes_on(trial, edited(("service:\n", health)), unwell))
        })
        .with_stand_in(),
    ],
};

/// A collector that passes on what it gets, with another configuration.
async fn passes_on(trial: &mut Trial, config: String, more: &[&str]) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let actions = [FORWARD, more].concat();
        play_collector(project, &lab, &config, &actions);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// The image is newer than the configuration, as its label says.
async fn removed(trial: &mut Trial) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let exporters = "exporters:\n  otlp/tempo:";
    let config = edited((exporters, "exporters:\n  logging: {}\n  otlp/tempo:"))
        .replace("[otlp/tempo]", "[otlp/tempo, logging]");
    let change = trial.stack.reshape(|project| {
        play_collector(project, &lab, &config, REMOVED);
        project.service(COLLECTOR)["labels"]["org.opencontainers.image.version"] = json!("0.128.0");
    });
    change.await?;
    trial.stack.until_restarted(COLLECTOR, 3).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// Tempo is on a network of its own, which somebody forgot to give to the collector.
async fn two_networks(trial: &mut Trial) -> Result<(), Failure> {
    let apart = |project: &mut Blueprint| {
        project.network("storage");
        let networks = json!(["storage"]);
        project
            .service("tempo")
            .insert("networks".to_owned(), networks);
    };
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let actions = [STARTED, ACCEPT].concat();
        play_collector(project, &lab, CONFIG, &actions);
        over_http(project);
        apart(project);
    });
    change.await?;
    trial.stack.until_served(ANALYZER, 10).await?;
    trial.judge().await?;
    recover(trial).await
}
