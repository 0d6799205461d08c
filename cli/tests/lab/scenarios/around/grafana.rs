//! Grafana's data sources. Grafana is a stand-in; its provisioning files are the stack's own, and what is wrong with
//! them is really wrong.

use super::super::recover;
use super::{ANALYZER, GRAFANA, LOKI, PROMETHEUS, STARTED, stopped, until_running_for};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::grafana::{self, Access, PORT, Provisioning};
use crate::lab::Lab;
use crate::loki;
use crate::prometheus::{self, Pace, config};
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

const TEMPO_FILE: &str = "tempo.yaml";
const URL: &str = "url: http://tempo:3200";
const LINK_TO_LOGS: &str = "tracesToLogsV2:\n        datasourceUid: loki";
const STREAMING: &str = "    jsonData:\n      streamingEnabled:\n        search: true\n";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "grafana",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_all_around,
    scenarios: &[
        played_well("grafana-with-tempo-loki-and-prometheus", |trial| {
            Box::pin(healthy(trial, Provisioning::healthy(), Access::Open))
        }),
        played_well("grafana-behind-a-login", |trial| {
            Box::pin(healthy(trial, Provisioning::healthy(), Access::Login))
        }),
        played_well("grafana-streams-from-tempo", |trial| {
            Box::pin(streams(trial))
        }),
        played_well("grafana-with-a-service-map", |trial| {
            Box::pin(service_map(trial))
        }),
        played("grafana-without-tempo", "PT1001", |trial| {
            let files = Provisioning::healthy().without(TEMPO_FILE);
            Box::pin(provisioned(trial, files, Access::Open))
        })
        .folding(&[named("PT1003", GRAFANA)]),
        played("grafana-asks-itself", "PT1002", |trial| {
            let files = asking("http://localhost:3200");
            Box::pin(provisioned(trial, files, Access::Open))
        }),
        played("grafana-asks-the-port-of-spans", "PT1002", |trial| {
            let files = asking("http://tempo:4318");
            Box::pin(provisioned(trial, files, Access::Login))
        }),
        played("grafana-asks-a-path-that-is-none", "PT1002", |trial| {
            let files = asking("http://tempo:3200/tempo");
            Box::pin(provisioned(trial, files, Access::Login))
        }),
        played("grafana-asks-a-mistyped-name", "PT1002", |trial| {
            let files = asking("http://tmepo:3200");
            Box::pin(provisioned(trial, files, Access::Open))
        }),
        played("grafana-made-up-a-uid", "PT1003", |trial| {
            let files = Provisioning::healthy().with("loki.yaml", "    uid: loki\n", "");
            Box::pin(provisioned(trial, files, Access::Open))
        }),
        played("grafana-links-logs-to-a-mistyped-uid", "PT1003", |trial| {
            let edit = ("datasourceUid: tempo", "datasourceUid: Tempo");
            let files = Provisioning::healthy().with("loki.yaml", edit.0, edit.1);
            Box::pin(provisioned(trial, files, Access::Open))
        }),
        played("grafana-streams-from-a-deaf-tempo", "PT1004", |trial| {
            let files = Provisioning::healthy().with(TEMPO_FILE, "    jsonData:\n", STREAMING);
            Box::pin(provisioned(trial, files, Access::Login))
        }),
        played("grafana-links-to-logs-as-of-old", "PT1005", |trial| {
            let files =
                Provisioning::healthy().with(TEMPO_FILE, "tracesToLogsV2:", "tracesToLogs:");
            Box::pin(provisioned(trial, files, Access::Open))
        }),
        played("grafana-without-a-link-to-logs", "PT1006", |trial| {
            let files = Provisioning::healthy();
            let files = files.with(
                TEMPO_FILE,
                LINK_TO_LOGS,
                "unused:\n        datasourceUid: ''",
            );
            Box::pin(provisioned(trial, files, Access::Open))
        }),
        played("grafana-with-two-defaults", "PT1008", |trial| {
            Box::pin(two_defaults(trial))
        })
        .folding(&[named("PT1019", GRAFANA)]),
        played("grafana-with-an-empty-service-map", "PT1010", |trial| {
            Box::pin(empty_service_map(trial))
        }),
        played("grafana-names-no-tenant", "PT1016", |trial| {
            Box::pin(names_no_tenant(trial))
        }),
        played("grafana-stopped", "PT1019", |trial| {
            Box::pin(stopped(trial, GRAFANA))
        }),
        played("grafana-not-ready", "PT1014", |trial| {
            Box::pin(not_ready(trial))
        }),
    ],
};

/// A fault of which Grafana's part is played.
const fn played(name: &'static str, code: &'static str, play: crate::scenario::Play) -> Scenario {
    Scenario::fault(name, code, GRAFANA, play).with_stand_in()
}

/// A healthy variant in which Grafana is played.
const fn played_well(name: &'static str, play: crate::scenario::Play) -> Scenario {
    Scenario::healthy(name, play)
}

fn with_all_around(project: &mut Blueprint, lab: &Lab) {
    loki::add(project, lab, LOKI);
    let config = project.file("prometheus.yml", &config(Pace::Quick));
    project.add(PROMETHEUS, prometheus::service(&config, &[]));
    let files = Provisioning::healthy();
    if let Err(failure) = grafana::add(project, lab, GRAFANA, &files, Access::Open) {
        panic!("the stack's own provisioning: {}", failure.chain());
    }
}

/// The files with another URL of Tempo.
fn asking(url: &str) -> Provisioning {
    Provisioning::healthy().with(TEMPO_FILE, URL, &format!("url: {url}"))
}

/// Changes the project, gives Grafana these files, and waits until it answers.
async fn reshape(
    trial: &Trial,
    files: &Provisioning,
    access: Access,
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let mut added = Ok(());
    let reshaped = trial.stack.reshape(|project| {
        change(project);
        added = grafana::add(project, &lab, GRAFANA, files, access);
    });
    reshaped.await?;
    added?;
    let stack = &trial.stack;
    stack.until_answers(GRAFANA, PORT, "/api/health").await?;
    stack.until_traced(ANALYZER).await
}

async fn healthy(trial: &mut Trial, files: Provisioning, access: Access) -> Result<(), Failure> {
    reshape(trial, &files, access, |_| {}).await?;
    trial.stack.ship(LOKI, &[ANALYZER]).await?;
    let report = trial.judge().await?;
    for part in [GRAFANA, LOKI, PROMETHEUS] {
        report.must_have_looked_at(part)?;
    }
    trial.stack.restore().await
}

async fn streams(trial: &mut Trial) -> Result<(), Failure> {
    let files = Provisioning::healthy().with(TEMPO_FILE, "    jsonData:\n", STREAMING);
    let change = |project: &mut Blueprint| {
        project.edit_tempo_config(
            "usage_report:",
            "stream_over_http_enabled: true\n\nusage_report:",
        );
    };
    reshape(trial, &files, Access::Open, change).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

async fn service_map(trial: &mut Trial) -> Result<(), Failure> {
    reshape(trial, &Provisioning::own(), Access::Open, |_| {}).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// Tempo makes no metrics of what it gets.
async fn empty_service_map(trial: &mut Trial) -> Result<(), Failure> {
    let change = |project: &mut Blueprint| {
        project.edit_tempo_config(
            "processors: [service-graphs, span-metrics]",
            "processors: []",
        );
    };
    reshape(trial, &Provisioning::own(), Access::Open, change).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Gives Grafana these files, and everything else stays as it was.
async fn provisioned(
    trial: &mut Trial,
    files: Provisioning,
    access: Access,
) -> Result<(), Failure> {
    reshape(trial, &files, access, |_| {}).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Loki's and Tempo's data sources both want to be the default, with which Grafana does not start.
async fn two_defaults(trial: &mut Trial) -> Result<(), Failure> {
    let default = "    type: loki\n    isDefault: true\n";
    let files = Provisioning::healthy().with("loki.yaml", "    type: loki\n", default);
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        grafana::add_failing(project, &lab, GRAFANA, &files, "two-defaults.log");
    });
    change.await?;
    trial.stack.until_restarted(GRAFANA, 3).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Tempo wants a tenant, which the service names and Grafana does not.
async fn names_no_tenant(trial: &mut Trial) -> Result<(), Failure> {
    let change = |project: &mut Blueprint| {
        project.edit_tempo_config(
            "usage_report:",
            "multitenancy_enabled: true\n\nusage_report:",
        );
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_HEADERS", "x-scope-orgid=shop");
    };
    reshape(trial, &Provisioning::healthy(), Access::Open, change).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Its database goes away while it runs.
async fn not_ready(trial: &mut Trial) -> Result<(), Failure> {
    let failing = include_str!("../../recorded/grafana/health-failing.http");
    let well = include_str!("../../recorded/grafana/health.http");
    let stack = trial.stack.clone();
    until_running_for(&stack, GRAFANA, STARTED).await?;
    let health = "/api/health";
    stack.show(GRAFANA, &[(health, failing.to_owned())]).await?;
    trial.judge().await?;
    stack.show(GRAFANA, &[(health, well.to_owned())]).await?;
    trial.stays_clean().await
}
