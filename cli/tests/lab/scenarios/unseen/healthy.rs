//! Stacks as they are met with, in which nothing is wrong.

use serde_json::{Value, json};

use super::{CHECKOUT, ENDPOINT, INVOICES, STORE, a_shop, order, until_kept};
use crate::blueprint::{Blueprint, disk};
use crate::failure::Failure;
use crate::name_server::{Answer, NameServer};
use crate::python;
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

/// A second backend.
const ARCHIVE: &str = "spanarchive";
/// A job.
const MIGRATE: &str = "migrate";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-healthy",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::healthy("unseen-every-second-trace", |trial| {
            Box::pin(variant(trial, |project| {
                project.set(CHECKOUT, "OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
                project.set(CHECKOUT, "OTEL_TRACES_SAMPLER_ARG", "0.5");
            }))
        }),
        Scenario::healthy("unseen-job-that-is-done", |trial| Box::pin(job_done(trial))),
        // The vendor cannot be had here: that its name is nobody's is all that may be said.
        Scenario::fault("unseen-a-day-and-a-vendor", "PT0428", "invoices", |trial| {
            Box::pin(a_day_and_a_vendor(trial))
        })
        .with_stand_in(),
        Scenario::healthy("unseen-words-of-failure", |trial| {
            Box::pin(words_of_failure(trial))
        }),
        Scenario::healthy("unseen-two-backends", |trial| Box::pin(two_backends(trial))),
        Scenario::healthy("unseen-backend-came-back", |trial| {
            Box::pin(came_back(trial))
        }),
    ],
};

/// A change after which the spans of both arrive as before.
async fn variant(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.judge().await?;
    trial.stack.restore().await
}

/// A job with the environment of a service, which did its work and ended.
async fn job_done(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let mut job = python::service(MIGRATE);
        job["restart"] = json!("no");
        job["command"] = json!(["python3", "-c", "print('3 migrations applied')"]);
        project.add(MIGRATE, job);
        project.set(MIGRATE, ENDPOINT, "http://spanstore:4317");
    });
    change.await?;
    let over = |shown: &str| shown == "exited 0";
    let template = "{{.State.Status}} {{.State.ExitCode}}";
    trial.stack.until_inspect(MIGRATE, template, over).await?;
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.judge().await?;
    trial.stack.restore().await
}

/// Traces are kept for a day; one service sends its own to somebody else, and nobody has called it yet.
async fn a_day_and_a_vendor(trial: &mut Trial) -> Result<(), Failure> {
    let names = NameServer::start(trial, Answer::NoSuchName).await?;
    let change = trial.stack.reshape(|project| {
        names.serve(project, INVOICES);
        project.edit_tempo_config("block_retention: 168h", "block_retention: 24h");
        project.set(INVOICES, ENDPOINT, "https://otlp.vendor.invalid:443");
        project.set(INVOICES, "OTEL_EXPORTER_OTLP_HEADERS", "api-key=0123456789");
    });
    change.await?;
    until_kept(trial, CHECKOUT, STORE).await?;
    trial.stack.until_answers(INVOICES, 8080, "/health").await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// Requests for pages that speak of failures; a service logs their paths.
async fn words_of_failure(trial: &mut Trial) -> Result<(), Failure> {
    let paths = [
        "/errors/500",
        "/help/connection-refused",
        "/search?q=ERROR+failed+to+export+spans",
        "/search?q=UNAVAILABLE+spanstore:4317",
        "/faq/why-did-my-export-time-out",
    ];
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
        for path in paths {
            order(trial, service, path).await?;
        }
    }
    trial.judge().await?;
    trial.stack.restore().await
}

/// Each service has a backend of its own.
async fn two_backends(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let mut archive = project.service(STORE).clone();
        let config = archive["volumes"][0].clone();
        archive.insert(
            "volumes".to_owned(),
            json!([config, "archive-data:/var/tempo"]),
        );
        project.volume("archive-data").extend(disk("256m"));
        project.add(ARCHIVE, Value::Object(archive));
        project.set(INVOICES, ENDPOINT, "http://spanarchive:4317");
    });
    change.await?;
    until_kept(trial, CHECKOUT, STORE).await?;
    until_kept(trial, INVOICES, ARCHIVE).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// The backend was away for a while, which both services logged, and traces of both have arrived since.
async fn came_back(trial: &mut Trial) -> Result<(), Failure> {
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.stack.docker(&["stop"], STORE).await?;
    for service in [CHECKOUT, INVOICES] {
        trial
            .stack
            .until_order_export_fails(service, trial.began)
            .await?;
    }
    trial.stack.docker(&["start"], STORE).await?;
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.judge().await?;
    trial.stack.restore().await
}
