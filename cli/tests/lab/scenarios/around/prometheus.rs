//! A real Prometheus beside the stack.

use std::path::Path;

use jiff::SignedDuration;
use serde_json::json;
use tokio::process::Command;

use super::super::recover;
use super::{ANALYZER, PROMETHEUS, STARTED, stopped, until_running_for};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::http;
use crate::lab::Lab;
use crate::prometheus::{self, PORT, Pace, config};
use crate::scenario::{Demo, Scenario, Stage};
use crate::tool::run;
use crate::trial::Trial;

/// The analyzer's page of metrics.
const ITS_METRICS: &str = "http://textanalyzer:8080/metrics";
/// The same at a port where nothing listens.
const NO_METRICS: &str = "http://textanalyzer:8081/metrics";
/// So long after its start a service that does not answer is still starting, for the doctor.
const STARTING: SignedDuration = SignedDuration::from_secs(31);

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "prometheus",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_prometheus,
    scenarios: &[
        Scenario::healthy("prometheus-scrapes-all-that-there-is", |trial| {
            Box::pin(scrapes_all(trial))
        }),
        Scenario::healthy("prometheus-as-an-agent", |trial| Box::pin(agent(trial))),
        Scenario::healthy("prometheus-below-a-path", |trial| {
            Box::pin(below_a_path(trial))
        }),
        Scenario::healthy("prometheus-takes-generated-metrics", |trial| {
            Box::pin(takes_generated(trial))
        }),
        Scenario::healthy("prometheus-asked-before-a-restart", |trial| {
            Box::pin(asked_before_a_restart(trial))
        }),
        Scenario::fault("prometheus-receiver-off", "PT1009", PROMETHEUS, |trial| {
            Box::pin(receiver_off(trial))
        }),
        Scenario::fault(
            "prometheus-scrapes-a-wrong-port",
            "PT1015",
            PROMETHEUS,
            |trial| {
                let edit = ("textanalyzer:8080", "textanalyzer:8081");
                Box::pin(scrape_fails(trial, edit, NO_METRICS))
            },
        ),
        Scenario::fault(
            "prometheus-scrapes-a-wrong-path",
            "PT1015",
            PROMETHEUS,
            |trial| {
                let edit = (
                    "- job_name: docutag\n",
                    "- job_name: docutag\n    metrics_path: /actuator/prometheus\n",
                );
                let url = "http://textanalyzer:8080/actuator/prometheus";
                Box::pin(scrape_fails(trial, edit, url))
            },
        ),
        Scenario::fault("prometheus-stopped", "PT1019", PROMETHEUS, |trial| {
            Box::pin(stopped(trial, PROMETHEUS))
        }),
        Scenario::fault("prometheus-paused", "PT1019", PROMETHEUS, |trial| {
            Box::pin(paused(trial))
        }),
        Scenario::fault(
            "prometheus-config-mistyped",
            "PT1019",
            PROMETHEUS,
            |trial| Box::pin(config_mistyped(trial)),
        ),
        Scenario::fault("prometheus-not-ready", "PT1013", PROMETHEUS, |trial| {
            Box::pin(not_ready(trial))
        }),
    ],
};

fn with_prometheus(project: &mut Blueprint, _: &Lab) {
    add(project, &config(Pace::Quick), &[]);
}

/// Adds Prometheus with this configuration and these flags.
fn add(project: &mut Blueprint, config: &str, flags: &[&str]) {
    let config = project.file("prometheus.yml", config);
    project.add(PROMETHEUS, prometheus::service(&config, flags));
}

/// Services of the configuration that this stack does not have show as down, which is nobody's fault.
async fn scrapes_all(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let stack = &trial.stack;
    stack.until_target(PROMETHEUS, ITS_METRICS, "up").await?;
    let absent = "http://scraper:8080/metrics";
    stack.until_target(PROMETHEUS, absent, "down").await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(PROMETHEUS)
}

/// One asks, and another keeps what it sends.
async fn agent(trial: &mut Trial) -> Result<(), Failure> {
    const AGENT: &str = "metrics-agent";
    let change = trial.stack.reshape(|project| {
        add(project, &config(Pace::Quick), &[]);
        let sends = "remote_write:\n  - url: http://prometheus:9090/api/v1/write\n";
        let config = prometheus::config_of_agent(Pace::Quick);
        let config = project.file("agent.yml", &format!("{config}\n{sends}"));
        project.add(AGENT, prometheus::agent(&config));
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.until_target(AGENT, ITS_METRICS, "up").await?;
    let series = "telemetry_spans_sent_total";
    trial.stack.until_queried(PROMETHEUS, series).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(AGENT)?;
    trial.stack.restore().await
}

async fn below_a_path(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let flag = "--web.external-url=https://shop.invalid/prometheus/";
        add(project, &config(Pace::Quick), &[flag]);
    });
    change.await?;
    trial
        .stack
        .until_answers(PROMETHEUS, PORT, "/prometheus/-/ready")
        .await?;
    trial.stack.until_traced(ANALYZER).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(PROMETHEUS)?;
    report.must_have_no_gaps()?;
    trial.stack.restore().await
}

/// The backend of the lab does not write them: Prometheus scrapes them.
async fn takes_generated(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let series = "traces_spanmetrics_calls_total";
    trial.stack.until_queried(PROMETHEUS, series).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(PROMETHEUS)
}

/// What Prometheus knows of a target is as old as its last question, and the service runs again since.
async fn asked_before_a_restart(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial
        .stack
        .reshape(|project| add(project, &config(Pace::Own), &[]));
    change.await?;
    let stack = &trial.stack;
    stack.until_target(PROMETHEUS, ITS_METRICS, "up").await?;
    stack.docker(&["stop"], ANALYZER).await?;
    stack.until_target(PROMETHEUS, ITS_METRICS, "down").await?;
    stack.docker(&["start"], ANALYZER).await?;
    stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// Tempo's configuration has it write there; that Prometheus refuses is asked of it here.
async fn receiver_off(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let config = project.file("prometheus.yml", &config(Pace::Quick));
        project.add(PROMETHEUS, prometheus::without_receiver(&config));
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    let address = trial.stack.address(PROMETHEUS, PORT).await?;
    match http::post_json(address, "/api/v1/write", b"{}").await {
        Ok(answer) if answer.status == 404 => {}
        Ok(answer) => {
            let status = answer.status;
            return Err(Failure::Stack(format!("its receiver answers {status}")));
        }
        Err(source) => {
            return Err(Failure::Request {
                to: format!("{PROMETHEUS}/api/v1/write"),
                source,
            });
        }
    }
    trial.judge().await?;
    recover(trial).await
}

async fn scrape_fails(
    trial: &mut Trial,
    (part, replacement): (&str, &str),
    url: &str,
) -> Result<(), Failure> {
    let own = config(Pace::Quick);
    assert_eq!(own.matches(part).count(), 1, "`{part}`");
    let change = trial
        .stack
        .reshape(|project| add(project, &own.replace(part, replacement), &[]));
    change.await?;
    until_running_for(&trial.stack, ANALYZER, STARTING).await?;
    trial.stack.until_target(PROMETHEUS, url, "down").await?;
    trial.judge().await?;
    recover(trial).await
}

async fn paused(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["pause"], PROMETHEUS).await?;
    trial.judge().await?;
    trial.stack.docker(&["unpause"], PROMETHEUS).await?;
    trial.stays_clean().await
}

async fn config_mistyped(trial: &mut Trial) -> Result<(), Failure> {
    let mistyped = config(Pace::Quick).replace("static_configs:", "static_config:");
    let change = trial.stack.reshape(|project| add(project, &mistyped, &[]));
    change.await?;
    trial.stack.until_restarted(PROMETHEUS, 3).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Its disk does not answer: what it reads first of its data is a pipe into which nobody writes.
async fn not_ready(trial: &mut Trial) -> Result<(), Failure> {
    let data = trial.stack.folder.join("hanging");
    hanging_disk(&data).await?;
    let change = trial.stack.reshape(|project| {
        let service = project.service(PROMETHEUS);
        if let Some(mounts) = service.get_mut("volumes").and_then(|it| it.as_array_mut()) {
            mounts.push(json!(format!("{}:/prometheus", data.display())));
        }
    });
    change.await?;
    until_running_for(&trial.stack, PROMETHEUS, STARTED).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Makes a folder of Prometheus' data, in which whoever reads its log of writes waits for ever.
async fn hanging_disk(data: &Path) -> Result<(), Failure> {
    let wal = data.join("wal");
    let pipe = wal.join("00000000");
    if pipe.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&wal).map_err(|source| Failure::File {
        action: "create",
        path: wal.display().to_string(),
        source,
    })?;
    let mut mkfifo = Command::new("mkfifo");
    mkfifo.arg(&pipe);
    run(mkfifo).await?;
    // Prometheus runs as nobody.
    let mut chmod = Command::new("chmod");
    chmod.args(["--recursive", "0777"]).arg(data);
    run(chmod).await?;
    Ok(())
}
