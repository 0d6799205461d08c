//! Faults that nothing but the way from the service's own network names: the service has sent nothing yet and says
//! nothing, and what it sends to is a program of which nobody tells what it is.

use serde_json::json;

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::standin;
use crate::trial::Trial;

/// A program beside the stack.
const GATEWAY: &str = "gateway";
/// The port at which it passes on what comes.
const PASSING: &str = "0.0.0.0:9000";

pub(super) const STAGE: Stage = Stage {
    name: "network-path",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_a_gateway,
    scenarios: &[
        Scenario::healthy("tried-through-a-gateway", |trial| {
            Box::pin(silent(trial, passing("tempo:4317"), |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "gateway:9000");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-where-nobody-listens", "PT0431", ANALYZER, |trial| {
            Box::pin(silent(trial, ["hold"], |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "gateway:4317");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-into-the-void", "PT0432", ANALYZER, |trial| {
            Box::pin(into_the_void(trial))
        }),
        Scenario::fault("tried-with-tls", "PT0434", ANALYZER, |trial| {
            Box::pin(silent(trial, passing("tempo:4317"), |project| {
                standard(project, "https://gateway:9000", "grpc");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-http-at-grpc", "PT0436", ANALYZER, |trial| {
            Box::pin(silent(trial, passing("tempo:4317"), |project| {
                standard(project, "http://gateway:9000", "http/protobuf");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-grpc-at-http", "PT0436", ANALYZER, |trial| {
            Box::pin(silent(trial, passing("tempo:4318"), |project| {
                standard(project, "http://gateway:9000", "grpc");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-at-the-query-port", "PT0437", ANALYZER, |trial| {
            Box::pin(silent(trial, passing("tempo:3200"), |project| {
                standard(project, "http://gateway:9000", "grpc");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-at-a-web-page", "PT0437", ANALYZER, |trial| {
            Box::pin(silent(trial, answering("200 OK", "<html>"), over_http))
        })
        .with_stand_in(),
        Scenario::fault("tried-at-a-wrong-path", "PT0438", ANALYZER, |trial| {
            Box::pin(silent(trial, passing("tempo:4318"), |project| {
                traces(project, "http://gateway:9000/collect/v1/traces");
            }))
        })
        .with_stand_in(),
        Scenario::fault("tried-without-credentials", "PT0440", ANALYZER, |trial| {
            let answer = answering("401 Unauthorized", "who are you?");
            Box::pin(silent(trial, answer, over_http))
        })
        .with_stand_in(),
        Scenario::fault("tried-without-a-tenant", "PT0442", ANALYZER, |trial| {
            let answer = answering("401 Unauthorized", "no org id");
            Box::pin(silent(trial, answer, over_http))
        })
        .with_stand_in(),
        Scenario::fault("tried-at-a-redirection", "PT0444", ANALYZER, |trial| {
            let answer = answering("301 Moved Permanently", "");
            Box::pin(silent(trial, answer, over_http))
        })
        .with_stand_in(),
        Scenario::fault("tried-at-a-stopped-process", "PT0443", ANALYZER, |trial| {
            Box::pin(stopped(trial))
        })
        .with_stand_in(),
        Scenario::fault("tried-at-two-containers", "PT0401", ANALYZER, |trial| {
            Box::pin(two_answer(trial))
        })
        .folding(&[named("PT0430", ANALYZER)]),
    ],
};

fn with_a_gateway(project: &mut Blueprint, lab: &Lab) {
    project.add(
        GATEWAY,
        standin::service(&lab.standin, "docutag-demo-page:dev", &["hold"]),
    );
}

/// A gateway that passes everything on to `target`.
fn passing(target: &'static str) -> [&'static str; 5] {
    ["collector", "--config=none", "forward", PASSING, target]
}

/// A gateway that answers every request in this way.
fn answering(status: &'static str, body: &'static str) -> [&'static str; 5] {
    ["answer", "9000", status, "text/html", body]
}

/// The analyzer sends through a gateway that does this; it has made no span yet, so that it has said nothing of it.
async fn silent<const WORDS: usize>(
    trial: &mut Trial,
    gateway: [&'static str; WORDS],
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| {
            project
                .service(GATEWAY)
                .insert("command".to_owned(), json!(gateway.as_slice()));
            change(project);
        })
        .await?;
    if gateway.as_slice() != ["hold"] {
        trial.stack.until_listens(GATEWAY, 9000).await?;
    }
    trial.stack.until_served(ANALYZER, 0).await?;
    trial.judge().await?;
    recover(trial).await
}

/// An address of the network that nobody has.
async fn into_the_void(trial: &mut Trial) -> Result<(), Failure> {
    let address = trial.stack.address("tempo", 4317).await?;
    let std::net::IpAddr::V4(tempo) = address.ip() else {
        return Err(Failure::Stack("tempo has no address of IPv4".to_owned()));
    };
    let [one, two, three, _] = tempo.octets();
    let nobody = format!("{one}.{two}.{three}.250:4317");
    silent(trial, ["hold"], |project| {
        project.set(ANALYZER, "TEMPO_ENDPOINT", &nobody);
    })
    .await
}

/// The kernel takes connections for a process that is stopped.
async fn stopped(trial: &mut Trial) -> Result<(), Failure> {
    let gateway = answering("200 OK", "");
    let shape = |project: &mut Blueprint| {
        project
            .service(GATEWAY)
            .insert("command".to_owned(), json!(gateway));
    };
    trial.stack.reshape(shape).await?;
    trial.stack.until_listens(GATEWAY, 9000).await?;
    trial
        .stack
        .docker(&["kill", "--signal", "STOP"], GATEWAY)
        .await?;
    trial
        .stack
        .reshape(|project| {
            shape(project);
            over_http(project);
        })
        .await?;
    trial.stack.until_served(ANALYZER, 0).await?;
    trial.judge().await?;
    trial
        .stack
        .docker(&["kill", "--signal", "CONT"], GATEWAY)
        .await?;
    recover(trial).await
}

/// The gateway answers to Tempo's name as well, and takes nothing.
async fn two_answer(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.leave_network(GATEWAY).await?;
    trial.stack.join_network_as(GATEWAY, "tempo").await?;
    trial.judge().await?;
    trial.stack.leave_network(GATEWAY).await?;
    trial.stack.join_network(GATEWAY).await?;
    recover(trial).await
}

fn over_http(project: &mut Blueprint) {
    traces(project, "http://gateway:9000/v1/traces");
}

/// Names the endpoint for traces, which is taken as it is.
fn traces(project: &mut Blueprint, endpoint: &str) {
    project.unset(ANALYZER, "TEMPO_ENDPOINT");
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint);
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
}

/// Names the endpoint by OpenTelemetry's own variables.
fn standard(project: &mut Blueprint, endpoint: &str, protocol: &str) {
    project.unset(ANALYZER, "TEMPO_ENDPOINT");
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
}
