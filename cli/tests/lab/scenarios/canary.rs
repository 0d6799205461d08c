//! Canaries on a real engine: found from each service, refused with the receiver's own words, acknowledged and gone.

use std::time::Duration;

use serde_json::Value;

use super::{ANALYZER, recover};
use crate::doctor::ptctl;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::standin;
use crate::tool::finish;
use crate::trial::Trial;

/// Every traced service of the stack.
const ALL: [&str; 4] = ["controller", "scraper", "textanalyzer", "scheduler"];
/// Until when a canary of a healthy service is there by its id.
const BY_ID: Duration = Duration::from_secs(1);
/// What makes Tempo want a tenant, in place of the line before which it stands.
const MULTITENANCY: &str = "multitenancy_enabled: true\n\nusage_report:";
/// A token that nobody may see.
const TOKEN: &str = "t0k3n-0f-the-l4b";
/// What asks for canaries and creates nothing.
const CANARY: [&str; 2] = ["--probe=direct", "--canary"];

pub(super) const STAGE: Stage = Stage {
    name: "canary",
    file: file!(),
    demo: Demo::Lacks,
    services: &[
        "controller",
        "scraper",
        "textanalyzer",
        "scheduler",
        "tempo",
    ],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("canary-of-each-service", |trial| {
            Box::pin(of_each_service(trial))
        }),
        Scenario::healthy("canary-of-every-shape", |trial| {
            Box::pin(of_every_shape(trial))
        }),
        Scenario::healthy("canary-with-tenant-and-token", |trial| {
            Box::pin(with_headers(trial))
        }),
        Scenario::fault("canary-without-a-tenant", "PT0213", "tempo", |trial| {
            Box::pin(limited(
                trial,
                "usage_report:",
                MULTITENANCY,
            ))
        })
        .folding(&[named("PT0605", ANALYZER)]),
        Scenario::fault("canary-over-the-rate", "PT0216", "tempo", |trial| {
            Box::pin(limited(
                trial,
                "  defaults:\n",
                "  defaults:\n    ingestion:\n      rate_limit_bytes: 10\n      burst_size_bytes: 10\n",
            ))
        })
        .folding(&[named("PT0605", ANALYZER)]),
        Scenario::fault("canary-acknowledged-and-gone", "PT0214", "tempo", |trial| {
            Box::pin(dropped(trial))
        })
        .folding(&[named("PT0606", "tempo")]),
        Scenario::fault("canary-taken-and-kept-by-nobody", "PT0606", "tempo", |trial| {
            Box::pin(swallowed(trial))
        })
        .with_stand_in(),
    ],
};

/// One look: each service's canary is there by its id within a second, and no other view knows of it.
async fn of_each_service(trial: &mut Trial) -> Result<(), Failure> {
    for service in ALL {
        trial.stack.until_healthy(service).await?;
    }
    trial.stack.until_traced(ANALYZER).await?;
    let project = trial.stack.project.clone();
    let report = trial.judge_with(Some(&project), &CANARY).await?;
    report.must_have_no_gaps()?;
    let saved = trial
        .stack
        .folder
        .join("canary-of-each-service/judged.json");
    let look = read(&saved)?;
    for service in ALL {
        let after = found_after(&look, service).ok_or_else(|| {
            Failure::Diagnosis(format!("the canary of `{service}` was not found by its id"))
        })?;
        if after > BY_ID {
            return Err(Failure::Diagnosis(format!(
                "the canary of `{service}` was found after {} ms",
                after.as_millis()
            )));
        }
    }
    // The second look sees whatever the first one wrote.
    trial.judge_with(Some(&project), &CANARY).await?;
    let look = read(&saved)?;
    let known = |tempo: &Value| {
        let names = [&tempo["services"], &tempo["sightings"]];
        names
            .iter()
            .any(|fact| fact.to_string().contains("ptctl-canary"))
    };
    if look["tempos"]
        .as_array()
        .is_none_or(|tempos| tempos.iter().any(known))
    {
        return Err(Failure::Diagnosis(
            "a canary is taken for a service".to_owned(),
        ));
    }
    Ok(())
}

/// A person's command, with each shape, found in every way.
async fn of_every_shape(trial: &mut Trial) -> Result<(), Failure> {
    let project = trial.stack.project.clone();
    for shape in ["plain", "leading-zero-id", "large", "non-ascii", "hundred"] {
        let arguments = [
            "canary",
            ANALYZER,
            "--project",
            &project,
            "--shape",
            shape,
            "--within",
            "20s",
        ];
        let output = finish(ptctl(&arguments, &trial.stack.folder)).await?;
        if !output.status.success() {
            return Err(Failure::Diagnosis(format!(
                "a canary of the shape `{shape}`: {}, {}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            )));
        }
    }
    trial.judge().await?;
    Ok(())
}

/// What a service sends along goes with its canary, and into nothing that is kept or shown.
async fn with_headers(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("usage_report:", MULTITENANCY);
        let headers = format!("X-Scope-OrgID=team-a,authorization=Bearer%20{TOKEN}");
        for service in ALL {
            project.set(service, "OTEL_EXPORTER_OTLP_HEADERS", &headers);
        }
    });
    change.await?;
    for service in ALL {
        trial.stack.until_healthy(service).await?;
    }
    let project = trial.stack.project.clone();
    let arguments = ["canary", "--project", &project, "--output", "json"];
    let output = finish(ptctl(&arguments, &trial.stack.folder)).await?;
    let said = [output.stdout, output.stderr].concat();
    if !output.status.success() || String::from_utf8_lossy(&said).contains(TOKEN) {
        return Err(Failure::Diagnosis(format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&said)
        )));
    }
    let tenant = [CANARY[0], CANARY[1], "--tenant", "team-a"];
    trial.judge_with(Some(&project), &tenant).await?;
    let saved = trial
        .stack
        .folder
        .join("canary-with-tenant-and-token/judged.json");
    if read(&saved)?.to_string().contains(TOKEN) {
        return Err(Failure::Diagnosis(
            "the saved look holds a token".to_owned(),
        ));
    }
    recover(trial).await
}

/// Tempo takes no more, and says so.
async fn limited(trial: &mut Trial, part: &str, replacement: &str) -> Result<(), Failure> {
    let change = trial
        .stack
        .reshape(|project| project.edit_tempo_config(part, replacement));
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    judge(trial).await
}

/// Tempo takes everything, and drops it afterwards.
async fn dropped(trial: &mut Trial) -> Result<(), Failure> {
    let limit = "  defaults:\n    global:\n      max_bytes_per_trace: 20\n";
    let change = trial
        .stack
        .reshape(|project| project.edit_tempo_config("  defaults:\n", limit));
    change.await?;
    trial
        .stack
        .until_discarded("trace_too_large", ANALYZER)
        .await?;
    judge(trial).await
}

/// At the port that one service sends to stands something that acknowledges everything and stores nothing.
async fn swallowed(trial: &mut Trial) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let shown = project.tempo_config().to_owned();
        let behind = shown.replace("0.0.0.0:4318", "0.0.0.0:14318");
        let page = ["page", "/status/config", "200 OK", "/etc/tempo.yaml"];
        let actions = [&page[..], &["swallow", "4318"]].concat();
        standin::recorded_tempo(project, &lab, &behind, &actions);
        project.unset(ANALYZER, "TEMPO_ENDPOINT");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
    });
    change.await?;
    for service in ALL {
        trial.stack.until_healthy(service).await?;
    }
    judge(trial).await
}

async fn judge(trial: &mut Trial) -> Result<(), Failure> {
    let project = trial.stack.project.clone();
    trial.judge_with(Some(&project), &CANARY).await?;
    recover(trial).await
}

fn read(saved: &std::path::Path) -> Result<Value, Failure> {
    let text = std::fs::read(saved).map_err(|source| Failure::File {
        action: "read",
        path: saved.display().to_string(),
        source,
    })?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::Diagnosis(format!("the saved look: {error}")))
}

/// When the canary of a service was found by its id.
fn found_after(look: &Value, service: &str) -> Option<Duration> {
    let containers = look["containers"].as_array()?;
    let container = containers
        .iter()
        .find(|container| container["service"] == service)?;
    let canaries = look["canaries"].as_array()?;
    let canary = canaries
        .iter()
        .find(|canary| canary["from"] == container["id"])?;
    let sight = &canary["flight"]["known"]["landing"]["known"]["by_id"];
    let after: jiff::SignedDuration = sight["after"].as_str()?.parse().ok()?;
    Duration::try_from(after).ok()
}
