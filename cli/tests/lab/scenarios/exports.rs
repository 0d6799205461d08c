//! Exports that fail although the endpoint looks right: only the service's own log tells.
//!
//! Where no Tempo is to blame, a stand-in plays a collector: `ptctl` knows no more of it than of any other container.

use serde_json::json;

use super::{ANALYZER, astray, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::name_server::{Answer, NameServer};
use crate::scenario::{Demo, Scenario, Stage};
use crate::standin;
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "exports",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_a_gateway,
    scenarios: &[
        Scenario::fault("collector-does-not-listen", "PT0431", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "gateway:4317");
            }))
        })
        .with_stand_in(),
        Scenario::fault("name-outside-not-found", "PT0428", ANALYZER, |trial| {
            Box::pin(name_outside_not_found(trial))
        })
        .with_stand_in(),
        Scenario::fault("collector-does-not-answer", "PT0443", ANALYZER, |trial| {
            Box::pin(silent_gateway(
                trial,
                &["kill", "--signal", "STOP"],
                &["kill", "--signal", "CONT"],
            ))
        })
        .with_stand_in(),
        Scenario::fault("collector-paused", "PT0307", ANALYZER, |trial| {
            Box::pin(silent_gateway(trial, &["pause"], &["unpause"]))
        })
        .with_stand_in(),
        Scenario::fault("path-missing", "PT0309", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "http://tempo:4318");
            }))
        }),
        Scenario::fault(
            "web-page-instead-of-collector",
            "PT0437",
            ANALYZER,
            |trial| {
                Box::pin(astray(trial, |project| {
                    over_http(project, "http://gateway:8080/v1/traces");
                }))
            },
        )
        .with_stand_in(),
        Scenario::fault("tls-to-plaintext-grpc", "PT0311", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.unset(ANALYZER, "TEMPO_ENDPOINT");
                project.set(
                    ANALYZER,
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "https://tempo:4317",
                );
            }))
        }),
        Scenario::fault("tls-to-plaintext-http", "PT0311", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "https://tempo:4318/v1/traces");
            }))
        }),
        Scenario::fault("collector-wants-credentials", "PT0440", ANALYZER, |trial| {
            Box::pin(answered(
                trial,
                "401 Unauthorized",
                "missing or invalid credentials\n",
            ))
        })
        .with_stand_in(),
        Scenario::fault("proxy-without-backend", "PT0516", ANALYZER, |trial| {
            Box::pin(answered(
                trial,
                "502 Bad Gateway",
                "<html><h1>502 Bad Gateway</h1></html>\n",
            ))
        })
        .with_stand_in(),
    ],
};

/// A container beside the stack that serves a web page, and no OTLP.
fn with_a_gateway(project: &mut Blueprint, lab: &Lab) {
    let page = [
        "answer",
        "8080",
        "200 OK",
        "text/html",
        "<html><h1>It works!</h1></html>\n",
    ];
    project.add(
        "gateway",
        standin::service(&lab.standin, "docutag-demo-page:dev", &page),
    );
}

/// A name outside the stack that nobody has.
async fn name_outside_not_found(trial: &mut Trial) -> Result<(), Failure> {
    let names = NameServer::start(trial, Answer::NoSuchName).await?;
    astray(trial, |project| {
        names.serve(project, ANALYZER);
        project.set(ANALYZER, "TEMPO_ENDPOINT", "tempo.shop.invalid:4317");
    })
    .await
}

/// A gateway that is silenced by one command of docker's and speaks again after the other.
async fn silent_gateway(
    trial: &mut Trial,
    silence: &[&str],
    speak: &[&str],
) -> Result<(), Failure> {
    trial.stack.docker(silence, "gateway").await?;
    trial
        .stack
        .reshape(|project| project.set(ANALYZER, "TEMPO_ENDPOINT", "gateway:8080"))
        .await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    trial.stack.docker(speak, "gateway").await?;
    recover(trial).await
}

/// A gateway that answers every request in this way.
async fn answered(trial: &mut Trial, status: &str, body: &str) -> Result<(), Failure> {
    astray(trial, |project| {
        let answer = ["answer", "8080", status, "text/html", body];
        project
            .service("gateway")
            .insert("command".to_owned(), json!(answer));
        over_http(project, "http://gateway:8080/v1/traces");
    })
    .await
}

/// Names the endpoint for traces, which is taken as it is.
fn over_http(project: &mut Blueprint, endpoint: &str) {
    project.unset(ANALYZER, "TEMPO_ENDPOINT");
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint);
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
}
