//! Loki and the way from its lines to traces. Loki and Grafana are stand-ins; the lines are those that the services
//! really wrote, and Grafana's provisioning files are real.

use jiff::SignedDuration;

use super::super::recover;
use super::{ANALYZER, GRAFANA, LOKI, STARTED, stopped, until_running_for};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::grafana::{self, Access, PORT, Provisioning};
use crate::lab::Lab;
use crate::loki;
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

/// The service whose lines are not shipped in the end.
const SCRAPER: &str = "scraper";
/// So long after it was written every line should be in Loki, for the doctor.
const SHIPPED: SignedDuration = SignedDuration::from_secs(303);
/// What finds the id in the lines of the stack's own services.
const EXPRESSION: &str = r#"'"trace_id":"([0-9a-f]{32})"'"#;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "loki",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "scraper", "tempo"],
    furnish: with_loki,
    scenarios: &[
        Scenario::healthy("loki-leads-to-traces", |trial| {
            Box::pin(leads(trial, Provisioning::healthy()))
        }),
        Scenario::healthy("loki-leads-to-traces-by-a-label", |trial| {
            let by_label = "trace_id\n          matcherType: label";
            let files = matching(by_label);
            Box::pin(leads(trial, files))
        }),
        Scenario::healthy("loki-leads-to-traces-by-a-wide-expression", |trial| {
            let files = matching(r#"'(?:trace_?[iI][dD]|traceID)"?[=:]\s*"?(\w+)'"#);
            Box::pin(leads(trial, files))
        }),
        Scenario::fault("loki-matches-another-format", "PT1007", GRAFANA, |trial| {
            let files = matching(r"'trace_id=(\w+)'");
            Box::pin(astray(trial, files))
        })
        .with_stand_in(),
        Scenario::fault("loki-link-emptied-at-start", "PT1007", GRAFANA, |trial| {
            let files = Provisioning::healthy();
            let files = files.with("loki.yaml", "$${__value.raw}", "${__value.raw}");
            Box::pin(astray(trial, files))
        })
        .with_stand_in(),
        Scenario::fault("loki-stopped", "PT1019", LOKI, |trial| {
            Box::pin(stopped(trial, LOKI))
        })
        .with_stand_in(),
        Scenario::fault("loki-not-ready", "PT1012", LOKI, |trial| {
            Box::pin(not_ready(trial))
        })
        .with_stand_in(),
        Scenario::fault("loki-lacks-a-service", "PT0903", LOKI, |trial| {
            Box::pin(lacks_a_service(trial))
        })
        .with_stand_in(),
    ],
};

fn with_loki(project: &mut Blueprint, lab: &Lab) {
    loki::add(project, lab, LOKI);
    let files = without_prometheus();
    if let Err(failure) = grafana::add(project, lab, GRAFANA, &files, Access::Login) {
        panic!("the stack's own provisioning: {}", failure.chain());
    }
}

fn without_prometheus() -> Provisioning {
    Provisioning::healthy().without("prometheus.yaml")
}

/// The files with another expression for the id.
fn matching(expression: &str) -> Provisioning {
    Provisioning::healthy().with("loki.yaml", EXPRESSION, expression)
}

/// Gives Grafana these files, and Loki the lines of the services.
async fn furnish(trial: &Trial, files: Provisioning) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let files = files.without("prometheus.yaml");
    let mut added = Ok(());
    let reshaped = trial.stack.reshape(|project| {
        added = grafana::add(project, &lab, GRAFANA, &files, Access::Login);
    });
    reshaped.await?;
    added?;
    let stack = &trial.stack;
    stack.until_answers(GRAFANA, PORT, "/api/health").await?;
    stack.until_traced(ANALYZER).await?;
    stack.until_traced(SCRAPER).await?;
    stack.ship(LOKI, &[ANALYZER, SCRAPER]).await
}

async fn leads(trial: &mut Trial, files: Provisioning) -> Result<(), Failure> {
    furnish(trial, files).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(LOKI)?;
    trial.stack.restore().await
}

async fn astray(trial: &mut Trial, files: Provisioning) -> Result<(), Failure> {
    furnish(trial, files).await?;
    trial.judge().await?;
    recover(trial).await
}

/// It goes down and does not come to an end.
async fn not_ready(trial: &mut Trial) -> Result<(), Failure> {
    let stopping = include_str!("../../recorded/loki/stopping.http");
    let ready = include_str!("../../recorded/loki/ready.http");
    let stack = trial.stack.clone();
    until_running_for(&stack, LOKI, STARTED).await?;
    stack.show(LOKI, &[("/ready", stopping.to_owned())]).await?;
    trial.judge().await?;
    stack.show(LOKI, &[("/ready", ready.to_owned())]).await?;
    trial.stays_clean().await
}

/// Whatever ships the logs leaves one service out. It comes last, since its lines must be old.
async fn lacks_a_service(trial: &mut Trial) -> Result<(), Failure> {
    let stack = trial.stack.clone();
    until_running_for(&stack, SCRAPER, SHIPPED).await?;
    stack.until_traced(ANALYZER).await?;
    stack.ship(LOKI, &[ANALYZER]).await?;
    trial.judge().await?;
    stack.ship(LOKI, &[ANALYZER, SCRAPER]).await?;
    trial.heals(&[ANALYZER]).await
}
