//! What the files say and what runs have parted.

use super::{ANALYZER, recover};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::tool::docker;
use crate::trial::Trial;
use serde_json::json;

pub(super) const STAGE: Stage = Stage {
    name: "drift",
    file: file!(),
    demo: Demo::Lacks,
    services: &["scraper", "textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault(
            "file-changed-and-not-applied",
            "PT0141",
            ANALYZER,
            |trial| Box::pin(not_applied(trial)),
        ),
        Scenario::fault(
            "file-changed-and-only-restarted",
            "PT0141",
            ANALYZER,
            |trial| Box::pin(only_restarted(trial)),
        ),
        Scenario::fault("image-rebuilt", "PT0142", ANALYZER, |trial| {
            Box::pin(image_rebuilt(trial))
        }),
        Scenario::fault("service-never-started", "PT0143", "stack", |trial| {
            Box::pin(never_started(trial))
        }),
        Scenario::fault("service-renamed", "PT0144", ANALYZER, |trial| {
            Box::pin(renamed(trial))
        }),
        Scenario::fault("tempo-behind-a-profile", "PT0101", "stack", |trial| {
            Box::pin(behind_a_profile(trial))
        }),
    ],
};

async fn not_applied(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.write_down(|project| {
        project.set(ANALYZER, "OTEL_TRACES_SAMPLER", "always_on");
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A restart keeps the environment that the container was created with.
async fn only_restarted(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.write_down(|project| {
        project.set(ANALYZER, "OTEL_SERVICE_NAME", "analyzer");
    });
    change.await?;
    trial.stack.docker(&["restart"], ANALYZER).await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A name for the analyzer's image that means another by now.
async fn image_rebuilt(trial: &mut Trial) -> Result<(), Failure> {
    let name = format!("{}-built:dev", trial.stack.project);
    docker(&["tag", "docutag-textanalyzer:dev", &name]).await?;
    let change = trial.stack.reshape(|project| {
        let service = project.service(ANALYZER);
        service.insert("image".to_owned(), json!(name));
    });
    let changed = change.await;
    docker(&["tag", "docutag-scraper:dev", &name]).await?;
    let judged = match changed {
        Ok(()) => {
            trial.stack.until_traced(ANALYZER).await?;
            trial.judge().await.map(|_| ())
        }
        Err(failure) => Err(failure),
    };
    trial.stack.restore().await?;
    docker(&["image", "rm", &name]).await?;
    judged?;
    recover(trial).await
}

/// The file has a service more, and nobody started it.
async fn never_started(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.write_down(|project| {
        let controller = json!({
            "image": "docutag-controller:dev",
            "environment": {"TEMPO_ENDPOINT": "tempo:4317"},
        });
        project.add("controller", controller);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// The file has the service under another name, and the container of the old one still runs.
async fn renamed(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.write_down(|project| project.remove(ANALYZER));
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Tempo has a profile, and the project was started without it.
async fn behind_a_profile(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["rm", "--force"], "tempo").await?;
    let change = trial.stack.reshape(|project| {
        let tempo = project.service("tempo");
        tempo.insert("profiles".to_owned(), json!(["tracing"]));
        // Other projects of the engine have a `tempo` as well, where one that is missing here would be looked for.
        let names = json!({"default": {"aliases": ["profiled-store"]}});
        tempo.insert("networks".to_owned(), names);
        for service in ["scraper", ANALYZER] {
            project.service(service).remove("depends_on");
            project.set(service, "TEMPO_ENDPOINT", "profiled-store:4317");
        }
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}
