//! Receivers that take connections and not what is sent, each played as far as no Tempo of ours does it.
//!
//! Those that speak gRPC are servers of gRPC's own package for Python; those that speak HTTP answer every request alike.

use serde_json::{Value, json};

use super::{ANALYZER, astray, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::name_server::{Answer, NameServer};
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;
use crate::{http, python, standin};

/// A receiver beside the stack.
const GATEWAY: &str = "gateway";

/// A server of gRPC that has no service for traces.
const WITHOUT_TRACES: &str = "server = grpc.server(threads)";
/// One that takes no message of more than 100 bytes, as others take none of more than 4 MiB.
const SMALL: &str =
    "server = grpc.server(threads, options=[('grpc.max_receive_message_length', 100)])
trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), server)";
pub(super) const STAGE: Stage = Stage {
    name: "receivers",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_a_gateway,
    scenarios: &[
        Scenario::fault("server-without-traces", "PT0437", ANALYZER, |trial| {
            Box::pin(over_grpc(trial, WITHOUT_TRACES))
        }),
        Scenario::fault("receiver-of-small-messages", "PT0511", ANALYZER, |trial| {
            Box::pin(over_grpc(trial, SMALL))
        })
        .with_stand_in(),
        Scenario::fault("receiver-hangs-up", "PT0443", ANALYZER, |trial| {
            Box::pin(over_http(trial, &["hang-up", "8080"]))
        })
        .with_stand_in(),
        Scenario::fault(
            "receiver-of-another-encoding",
            "PT0517",
            ANALYZER,
            |trial| {
                let body =
                    "415 unsupported media type, supported: [application/json, application/x-protobuf]";
                Box::pin(answered(trial, "415 Unsupported Media Type", body))
            },
        )
        .with_stand_in(),
        Scenario::fault("receiver-fails-by-itself", "PT0518", ANALYZER, |trial| {
            Box::pin(answered(trial, "500 Internal Server Error", ""))
        })
        .with_stand_in(),
        Scenario::fault("receiver-not-ready", "PT0523", ANALYZER, |trial| {
            Box::pin(answered(trial, "503 Service Unavailable", ""))
        })
        .with_stand_in(),
        Scenario::fault("name-server-away", "PT0429", ANALYZER, |trial| {
            Box::pin(name_server_away(trial))
        })
        .with_stand_in(),
        Scenario::fault("caller-says-not-sampled", "PT0701", ANALYZER, |trial| {
            Box::pin(not_sampled(trial))
        }),
    ],
};

fn with_a_gateway(project: &mut Blueprint, _: &Lab) {
    project.add(GATEWAY, grpc_server(WITHOUT_TRACES));
}

/// A server of gRPC in Python: these lines make it, and it serves at the port of OTLP.
fn grpc_server(lines: &str) -> Value {
    let program = format!(
        "
from concurrent import futures
import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def Export(self, request, context):
        return trace_service_pb2.ExportTraceServiceResponse()

threads = futures.ThreadPoolExecutor(4)
{lines}
server.add_insecure_port('0.0.0.0:4317')
server.start()
server.wait_for_termination()
"
    );
    json!({
        "image": python::IMAGE,
        "command": ["python3", "-c", program],
        "stop_signal": "SIGKILL",
    })
}

async fn over_grpc(trial: &mut Trial, server: &str) -> Result<(), Failure> {
    let serve = |project: &mut Blueprint| project.add(GATEWAY, grpc_server(server));
    trial.stack.reshape(serve).await?;
    trial.stack.until_listens(GATEWAY, 4317).await?;
    astray(trial, |project| {
        serve(project);
        project.set(ANALYZER, "TEMPO_ENDPOINT", "gateway:4317");
    })
    .await
}

/// A gateway that answers every request in this way.
async fn answered(trial: &mut Trial, status: &str, body: &str) -> Result<(), Failure> {
    over_http(trial, &["answer", "8080", status, "text/plain", body]).await
}

async fn over_http(trial: &mut Trial, part: &[&str]) -> Result<(), Failure> {
    let program = trial.stack.lab.standin.clone();
    astray(trial, |project| {
        project.add(
            GATEWAY,
            standin::service(&program, "docutag-demo-page:dev", part),
        );
        let endpoint = "http://gateway:8080/v1/traces";
        project.unset(ANALYZER, "TEMPO_ENDPOINT");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint);
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    })
    .await
}

/// The service's name server cannot ask on, as after a change of the machine's own.
async fn name_server_away(trial: &mut Trial) -> Result<(), Failure> {
    let names = NameServer::start(trial, Answer::Failure).await?;
    astray(trial, |project| {
        names.serve(project, ANALYZER);
        project.set(ANALYZER, "TEMPO_ENDPOINT", "tempo.shop.invalid:4317");
    })
    .await
}

/// Whoever calls the service has decided that nothing is recorded, and every call says so.
async fn not_sampled(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["rm", "--force"], ANALYZER).await?;
    trial.stack.restore().await?;
    trial.stack.until_answers(ANALYZER, 8080, "/health").await?;
    let address = trial.stack.address(ANALYZER, 8080).await?;
    let context = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    for _ in 0..10 {
        let head = ["Content-Type: application/json", context];
        http::post(address, "/api/analyze", &head, br#"{"text":"A text."}"#)
            .await
            .map_err(|source| Failure::Request {
                to: format!("{ANALYZER}:8080/api/analyze"),
                source,
            })?;
    }
    trial.judge().await?;
    recover(trial).await
}
