//! Endpoints of a Python service that lead nowhere.

use serde_json::json;

use super::{ORDERS, astray, over_http, set, with_orders};
use crate::blueprint::Blueprint;
use crate::scenario::{Demo, Scenario, Stage};

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "python-endpoints",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("python-host-mistyped", "PT0303", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                endpoint(project, "http://tmepo:4317");
            }))
        }),
        Scenario::fault("python-localhost", "PT0302", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                endpoint(project, "http://localhost:4317");
            }))
        }),
        Scenario::fault("python-endpoint-unset", "PT0302", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                project.unset(ORDERS, "OTEL_EXPORTER_OTLP_ENDPOINT");
            }))
        }),
        Scenario::fault("python-query-port", "PT0313", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                endpoint(project, "http://tempo:3200");
            }))
        }),
        Scenario::fault("python-grpc-to-http-port", "PT0336", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                endpoint(project, "http://tempo:4318");
            }))
        }),
        Scenario::fault("python-http-to-grpc-port", "PT0306", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "http://tempo:4317");
            }))
        }),
        Scenario::fault("python-https-to-plaintext", "PT0311", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "https://tempo:4318");
            }))
        }),
        Scenario::fault("python-path-doubled", "PT0308", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "http://tempo:4318/v1/traces");
            }))
        }),
        Scenario::fault("python-traces-path-missing", "PT0309", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "http://tempo:4318");
                set(
                    project,
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                    "http://tempo:4318",
                );
            }))
        }),
        Scenario::fault(
            "python-scheme-missing-over-grpc",
            "PT0310",
            ORDERS,
            |trial| Box::pin(astray(trial, |project| endpoint(project, "tempo:4317"))),
        ),
        Scenario::fault(
            "python-scheme-missing-over-http",
            "PT0310",
            ORDERS,
            |trial| Box::pin(astray(trial, |project| over_http(project, "tempo:4318"))),
        ),
        Scenario::fault("python-endpoint-in-quotes", "PT0301", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                endpoint(project, "\"http://tempo:4317\"");
            }))
        }),
        Scenario::fault("python-on-another-network", "PT0304", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                project.network("elsewhere");
                let networks = json!(["elsewhere"]);
                project
                    .service(ORDERS)
                    .insert("networks".to_owned(), networks);
            }))
        }),
        Scenario::fault("python-on-the-default-bridge", "PT0304", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                let service = project.service(ORDERS);
                service.insert("network_mode".to_owned(), json!("bridge"));
            }))
        }),
        Scenario::fault(
            "python-proxy-without-exception",
            "PT0317",
            ORDERS,
            |trial| {
                Box::pin(astray(trial, |project| {
                    over_http(project, "http://tempo:4318");
                    set(project, "HTTP_PROXY", "http://proxy.shop.invalid:3128");
                }))
            },
        ),
    ],
};

fn endpoint(project: &mut Blueprint, endpoint: &str) {
    set(project, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
}
