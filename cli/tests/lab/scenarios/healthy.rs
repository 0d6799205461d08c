//! Stacks that differ from the usual and are in order: nothing may be found.

use serde_json::json;

use super::ANALYZER;
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::name_server::{Answer, NameServer};
use crate::scenario::{Demo, Scenario, Stage};
use crate::standin;
use crate::trial::Trial;

/// Every traced service of the stack.
const ALL: [&str; 4] = ["controller", "scraper", "textanalyzer", "scheduler"];

pub(super) const STAGE: Stage = Stage {
    name: "healthy",
    file: file!(),
    demo: Demo::Lacks,
    services: &[
        "controller",
        "scraper",
        "textanalyzer",
        "scheduler",
        "tempo",
    ],
    furnish: with_a_page,
    scenarios: &[
        Scenario::healthy("one-request-through-all", |trial| {
            Box::pin(one_request(trial))
        }),
        Scenario::healthy("database-without-tracing", |trial| {
            Box::pin(database(trial))
        }),
        Scenario::healthy("exporter-over-http", |trial| {
            Box::pin(variant(trial, |project| {
                project.unset(ANALYZER, "TEMPO_ENDPOINT");
                project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
                project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
            }))
        }),
        Scenario::healthy("endpoint-unset", |trial| {
            Box::pin(variant(trial, |project| {
                project.unset(ANALYZER, "TEMPO_ENDPOINT");
            }))
        }),
        Scenario::healthy("tty-logs", |trial| {
            Box::pin(variant(trial, |project| {
                project
                    .service(ANALYZER)
                    .insert("tty".to_owned(), json!(true));
            }))
        }),
        Scenario::healthy("tempo-ports-published", |trial| {
            Box::pin(variant(trial, |project| {
                let ports = ["127.0.0.1::3200", "127.0.0.1::4317", "127.0.0.1::4318"];
                project
                    .service("tempo")
                    .insert("ports".to_owned(), json!(ports));
            }))
        }),
        // Nothing outside can be had here: that its name is nobody's is all that may be said of it.
        Scenario::fault("endpoint-outside", "PT0428", ANALYZER, |trial| {
            Box::pin(endpoint_outside(trial))
        })
        .with_stand_in(),
    ],
};

/// A page for the scraper, which is let in by name as in the demo.
fn with_a_page(project: &mut Blueprint, lab: &Lab) {
    let html = "<html lang=en><title>A page</title><p>The lab has this page scraped.</p></html>\n";
    let page = ["answer", "8080", "200 OK", "text/html; charset=utf-8", html];
    project.add(
        "page",
        standin::service(&lab.standin, "docutag-demo-page:dev", &page),
    );
    project.set("scraper", "SCRAPER_ALLOW_HOSTS", "page");
}

async fn one_request(trial: &mut Trial) -> Result<(), Failure> {
    for service in ALL {
        trial.stack.until_traced(service).await?;
    }
    trial.stack.scrape_a_page().await?;
    for service in ALL {
        trial.stack.until_traced(service).await?;
    }
    let report = trial.judge().await?;
    report.must_have_no_gaps()
}

async fn database(trial: &mut Trial) -> Result<(), Failure> {
    let program = trial.stack.lab.standin.clone();
    let change = trial.stack.reshape(|project| {
        let mut database = standin::service(&program, "docutag-demo-page:dev", &["hold"]);
        database["environment"] = json!({"POSTGRES_USER": "shop", "POSTGRES_DB": "shop"});
        project.add("database", database);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// A change after which spans arrive as before.
async fn variant(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// No request is sent to the service, so that nothing is ever sent to the endpoint.
async fn endpoint_outside(trial: &mut Trial) -> Result<(), Failure> {
    let names = NameServer::start(trial, Answer::NoSuchName).await?;
    let change = trial.stack.reshape(|project| {
        names.serve(project, ANALYZER);
        project.unset(ANALYZER, "TEMPO_ENDPOINT");
        project.set(
            ANALYZER,
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "https://otlp.shop.invalid",
        );
    });
    change.await?;
    trial.stack.until_healthy(ANALYZER).await?;
    trial.judge().await?;
    trial.stack.restore().await
}
