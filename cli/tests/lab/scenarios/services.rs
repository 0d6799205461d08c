//! Faults of the traced services themselves.

use serde_json::json;

use super::{ANALYZER, recover};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "services",
    file: file!(),
    demo: Demo::Shows,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("just-restarted", |trial| Box::pin(just_restarted(trial))),
        Scenario::fault("service-stopped", "PT0111", ANALYZER, |trial| {
            Box::pin(stopped(trial))
        }),
        Scenario::fault("service-paused", "PT0114", ANALYZER, |trial| {
            Box::pin(paused(trial))
        }),
        Scenario::fault("service-crash-loop", "PT0112", ANALYZER, |trial| {
            Box::pin(crash_loop(trial))
        }),
        Scenario::fault("service-crashed-for-good", "PT0111", ANALYZER, |trial| {
            Box::pin(crashed_for_good(trial))
        }),
        Scenario::fault("service-oom-killed", "PT0115", ANALYZER, |trial| {
            Box::pin(oom_killed(trial))
        }),
        Scenario::fault(
            "health-check-without-its-tool",
            "PT0121",
            ANALYZER,
            |trial| Box::pin(without_tool(trial)),
        ),
        Scenario::fault("service-frozen", "PT0113", ANALYZER, |trial| {
            Box::pin(frozen(trial))
        }),
        Scenario::fault("sdk-disabled", "PT0318", ANALYZER, |trial| {
            Box::pin(untraced(trial, "OTEL_SDK_DISABLED", "true"))
        }),
        Scenario::fault("sampler-off", "PT0322", ANALYZER, |trial| {
            Box::pin(untraced(trial, "OTEL_TRACES_SAMPLER", "always_off"))
        }),
        Scenario::fault("exporter-none", "PT0319", ANALYZER, |trial| {
            Box::pin(untraced(trial, "OTEL_TRACES_EXPORTER", "none"))
        }),
    ],
};

async fn just_restarted(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.docker(&["restart"], ANALYZER).await?;
    trial.judge().await?;
    trial.heals(&[ANALYZER]).await
}

async fn stopped(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], ANALYZER).await?;
    trial.judge().await?;
    trial.stack.docker(&["start"], ANALYZER).await?;
    trial.heals(&[ANALYZER]).await
}

async fn paused(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["pause"], ANALYZER).await?;
    trial.judge().await?;
    trial.stack.docker(&["unpause"], ANALYZER).await?;
    trial.heals(&[ANALYZER]).await
}

async fn crash_loop(trial: &mut Trial) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| project.set(ANALYZER, "LISTEN_ADDR", "port 8080"))
        .await?;
    trial.stack.until_restarted(ANALYZER, 3).await?;
    trial.judge().await?;
    recover(trial).await
}

async fn crashed_for_good(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.set(ANALYZER, "LISTEN_ADDR", "port 8080");
        project
            .service(ANALYZER)
            .insert("restart".to_owned(), json!("no"));
    });
    change.await?;
    trial
        .stack
        .until_inspect(ANALYZER, "{{.State.Status}}", |status| status == "exited")
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// A limit that it can start with, and a text that it cannot hold.
async fn oom_killed(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let service = project.service(ANALYZER);
        service.insert("mem_limit".to_owned(), json!("8m"));
        service.insert("memswap_limit".to_owned(), json!("8m"));
    });
    change.await?;
    trial.stack.exhaust_memory(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// The image has no shell, and no curl either.
async fn without_tool(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let check = json!({
            "test": ["CMD-SHELL", "curl --fail http://localhost:8080/health"],
            "interval": "1s", "timeout": "1s", "retries": 2,
        });
        project
            .service(ANALYZER)
            .insert("healthcheck".to_owned(), check);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.until_health(ANALYZER, "unhealthy").await?;
    trial.judge().await?;
    recover(trial).await
}

/// Its process no longer gets any time; the engine learns it from the health check alone.
async fn frozen(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let check = json!({"test": ["CMD", "/docutag-textanalyzer", "health"], "interval": "1s", "timeout": "1s", "retries": 2});
        project.service(ANALYZER).insert("healthcheck".to_owned(), check);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial
        .stack
        .docker(&["kill", "--signal", "STOP"], ANALYZER)
        .await?;
    trial.stack.until_health(ANALYZER, "unhealthy").await?;
    trial.judge().await?;
    trial
        .stack
        .docker(&["kill", "--signal", "CONT"], ANALYZER)
        .await?;
    trial.stack.until_health(ANALYZER, "healthy").await?;
    trial.heals(&[ANALYZER]).await?;
    trial.stack.restore().await
}

/// It serves requests, and a variable keeps it from tracing them.
async fn untraced(trial: &mut Trial, variable: &str, value: &str) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| project.set(ANALYZER, variable, value))
        .await?;
    trial.stack.until_served(ANALYZER, 10).await?;
    trial.judge().await?;
    recover(trial).await
}
