//! More than one project on the engine, and containers of none.

use serde_json::json;

use crate::blueprint::Blueprint;
use crate::doctor::refusal;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::stack::Stack;
use crate::trial::Trial;

use super::ANALYZER;

pub(super) const STAGE: Stage = Stage {
    name: "neighbours",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("two-projects-by-name", |trial| Box::pin(by_name(trial))),
        Scenario::healthy("two-projects-without-a-name", |trial| {
            Box::pin(without_a_name(trial))
        }),
        Scenario::healthy("tempo-in-another-project", |trial| {
            Box::pin(tempo_in_another_project(trial))
        }),
        Scenario::fault(
            "tempo-in-another-project-unreachable",
            "PT0304",
            ANALYZER,
            |trial| Box::pin(tempo_not_shared(trial)),
        ),
        Scenario::healthy("started-by-docker-run", |trial| {
            Box::pin(loose_and_right(trial))
        }),
        Scenario::fault(
            "started-by-docker-run-and-mistyped",
            "PT0303",
            "{project}-loose",
            |trial| Box::pin(loose_and_mistyped(trial)),
        ),
    ],
};

async fn by_name(trial: &mut Trial) -> Result<(), Failure> {
    let other = neighbour(trial, &["textanalyzer", "tempo"]).await?;
    for stack in [&*trial.stack, &other] {
        stack.until_traced(ANALYZER).await?;
    }
    trial.judge().await?;
    other.remove().await
}

/// Both are named, and nothing is said about either.
async fn without_a_name(trial: &mut Trial) -> Result<(), Failure> {
    let other = neighbour(trial, &["textanalyzer", "tempo"]).await?;
    let said = refusal(3).await?;
    for project in [&trial.stack.project, &other.project] {
        if !said.contains(project.as_str()) {
            return Err(Failure::Diagnosis(format!(
                "`{project}` is not among the projects named: {said}"
            )));
        }
    }
    trial.refused();
    other.remove().await
}

/// The services of this project send to the Tempo of the other, over a network of the other.
async fn tempo_in_another_project(trial: &mut Trial) -> Result<(), Failure> {
    let other = neighbour(trial, &["tempo"]).await?;
    let shared = format!("{}_default", other.project);
    let change = trial.stack.reshape(|project| {
        project.remove("tempo");
        project.network("default").extend([
            ("external".to_owned(), json!(true)),
            ("name".to_owned(), json!(shared)),
        ]);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at("tempo")?;
    trial.stack.remove().await?;
    other.remove().await?;
    trial.stack.restore().await
}

/// The same without the shared network. The name is one that no further project of the engine has.
async fn tempo_not_shared(trial: &mut Trial) -> Result<(), Failure> {
    let other = neighbour(trial, &["tempo"]).await?;
    let change = other.reshape(|project| {
        let names = json!({"default": {"aliases": ["central-traces"]}});
        project
            .service("tempo")
            .insert("networks".to_owned(), names);
    });
    change.await?;
    let change = trial.stack.reshape(|project| {
        project.remove("tempo");
        project.set(ANALYZER, "TEMPO_ENDPOINT", "central-traces:4317");
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    other.remove().await?;
    trial.stack.restore().await?;
    trial.heals(&[ANALYZER]).await
}

async fn loose_and_right(trial: &mut Trial) -> Result<(), Failure> {
    let name = loose(trial, "tempo:4317").await?;
    trial.stack.until_traced(ANALYZER).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(&name)?;
    remove_loose(trial, &name).await
}

async fn loose_and_mistyped(trial: &mut Trial) -> Result<(), Failure> {
    let name = loose(trial, "tmepo:4317").await?;
    trial.judge().await?;
    remove_loose(trial, &name).await?;
    trial.heals(&[ANALYZER]).await
}

/// Another project beside the trial's own, with these services.
async fn neighbour(trial: &Trial, services: &[&str]) -> Result<Stack, Failure> {
    let lab = &trial.stack.lab;
    let blueprint = Blueprint::of(&lab.repository, services)?;
    let stack = Stack::new(lab, "neighbour", blueprint)?;
    stack.restore().await?;
    Ok(stack)
}

/// A traced container on the project's network that Compose knows nothing of.
async fn loose(trial: &Trial, endpoint: &str) -> Result<String, Failure> {
    let name = format!("{}-loose", trial.stack.project);
    let variable = format!("TEMPO_ENDPOINT={endpoint}");
    trial
        .stack
        .run_loose(&name, &["--env", &variable], &["docutag-textanalyzer:dev"])
        .await?;
    Ok(name)
}

async fn remove_loose(trial: &Trial, name: &str) -> Result<(), Failure> {
    trial.stack.docker_on(&["rm", "--force"], name).await?;
    Ok(())
}
