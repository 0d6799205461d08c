//! A collector between a service and Tempo. The collector is a stand-in: its configuration is real, what it prints is
//! recorded, and what it does is told by the scenario.

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::scenario::{Demo, Scenario, Stage};
use crate::standin;
use crate::trial::Trial;

/// The collector.
pub(super) const COLLECTOR: &str = "collector";
/// Has the collector pass on what it gets, as its configuration says.
pub(super) const FORWARD: &[&str] = &[
    "print",
    "/recorded/collector-started.log",
    "forward",
    "0.0.0.0:4317",
    "tempo:4317",
];
/// Has it take what comes over HTTP, and nothing become of it.
pub(super) const ACCEPT: &[&str] = &["accept", "0.0.0.0:4318"];
/// Has it say what one says at its start.
pub(super) const STARTED: &[&str] = &["print", "/recorded/collector-started.log"];
/// A configuration in which nothing is wrong.
pub(super) const CONFIG: &str = include_str!("../recorded/collector.yaml");

pub(super) const STAGE: Stage = Stage {
    name: "collector",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_a_collector,
    scenarios: &[
        Scenario::healthy("collector-passes-traces-on", |trial| {
            Box::pin(healthy(trial))
        }),
        Scenario::fault("collector-stopped", "PT0411", COLLECTOR, |trial| {
            Box::pin(stopped(trial))
        })
        .with_stand_in(),
        Scenario::fault("collector-config-rejected", "PT0412", COLLECTOR, |trial| {
            Box::pin(config_rejected(trial))
        })
        .with_stand_in(),
        Scenario::fault("collector-on-loopback", "PT0413", COLLECTOR, |trial| {
            let actions = &[
                "print",
                "/recorded/collector-started-on-loopback.log",
                "forward",
                "127.0.0.1:4317",
                "tempo:4317",
            ];
            let edit = (
                "      grpc:\n        endpoint: 0.0.0.0:4317\n",
                "      grpc: {}\n",
            );
            Box::pin(refused(trial, actions, edit))
        })
        .with_stand_in(),
        Scenario::fault(
            "collector-without-traces-pipeline",
            "PT0414",
            COLLECTOR,
            |trial| Box::pin(refused(trial, &[], ("    traces:\n", "    metrics:\n"))),
        )
        .with_stand_in(),
        Scenario::fault(
            "collector-exporter-host-mistyped",
            "PT0417",
            COLLECTOR,
            |trial| {
                Box::pin(swallowed(
                    trial,
                    ("endpoint: tempo:4317", "endpoint: tmepo:4317"),
                ))
            },
        )
        .with_stand_in(),
        Scenario::fault(
            "collector-exports-to-query-port",
            "PT0419",
            COLLECTOR,
            |trial| {
                Box::pin(swallowed(
                    trial,
                    ("endpoint: tempo:4317", "endpoint: tempo:3200"),
                ))
            },
        )
        .with_stand_in(),
        Scenario::fault(
            "collector-speaks-tls-to-tempo",
            "PT0420",
            COLLECTOR,
            |trial| Box::pin(swallowed(trial, ("    tls:\n      insecure: true\n", ""))),
        )
        .with_stand_in(),
        Scenario::fault("collector-sends-to-itself", "PT0421", COLLECTOR, |trial| {
            Box::pin(swallowed(
                trial,
                ("endpoint: tempo:4317", "endpoint: localhost:4317"),
            ))
        })
        .with_stand_in(),
        Scenario::fault(
            "collector-only-prints-traces",
            "PT0426",
            COLLECTOR,
            |trial| {
                Box::pin(swallowed_by(
                    trial,
                    exporting_by("debug", "debug: {}"),
                    ACCEPT,
                ))
            },
        )
        .with_stand_in(),
        Scenario::fault(
            "collector-lacks-the-protocol",
            "PT0427",
            COLLECTOR,
            |trial| Box::pin(other_protocol(trial)),
        )
        .with_stand_in(),
        Scenario::fault("collector-doubles-the-path", "PT0423", COLLECTOR, |trial| {
            let exporter = "otlphttp/tempo:\n    endpoint: http://tempo:4318/v1/traces";
            let config = exporting_by("otlphttp/tempo", exporter);
            let drops = &["drop", "0.0.0.0:4318", "/recorded/collector-drops.log"];
            Box::pin(swallowed_by(trial, config, drops))
        })
        .with_stand_in(),
        Scenario::fault("collector-out-of-memory", "PT0424", COLLECTOR, |trial| {
            Box::pin(logged(trial, "/recorded/collector-memory.log"))
        })
        .with_stand_in(),
    ],
};

/// Puts the collector between the service and Tempo.
pub(super) fn with_a_collector(project: &mut Blueprint, lab: &Lab) {
    play_collector(project, lab, CONFIG, FORWARD);
    project.unset(ANALYZER, "TEMPO_ENDPOINT");
    let endpoint = "http://collector:4317";
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
}

/// Makes the collector anew, with this configuration.
pub(super) fn play_collector(project: &mut Blueprint, lab: &Lab, config: &str, actions: &[&str]) {
    let config = project.file("collector.yaml", config);
    project.add(COLLECTOR, standin::collector(lab, &config, actions));
}

/// The configuration with one part replaced, which must be there once.
pub(super) fn edited((part, replacement): (&str, &str)) -> String {
    assert_eq!(
        CONFIG.matches(part).count(),
        1,
        "`{part}` in the collector's configuration"
    );
    CONFIG.replace(part, replacement)
}

/// The configuration with another exporter.
fn exporting_by(name: &str, exporter: &str) -> String {
    let own = "otlp/tempo:\n    endpoint: tempo:4317\n    tls:\n      insecure: true";
    edited((own, exporter)).replace("[otlp/tempo]", &format!("[{name}]"))
}

async fn healthy(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    Ok(())
}

async fn stopped(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], COLLECTOR).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    trial.stack.docker(&["start"], COLLECTOR).await?;
    trial.heals(&[ANALYZER]).await
}

async fn config_rejected(trial: &mut Trial) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let config = edited((
        "exporters: [otlp/tempo]",
        "exporters: [otlp/tempo, logging]",
    ));
    let config = config.replace(
        "exporters:\n  otlp/tempo:",
        "exporters:\n  logging: {}\n  otlp/tempo:",
    );
    let actions = [
        "print",
        "/recorded/collector-config-rejected.log",
        "end",
        "1",
    ];
    let change = trial
        .stack
        .reshape(|project| play_collector(project, &lab, &config, &actions));
    change.await?;
    trial.stack.until_restarted(COLLECTOR, 3).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// A collector that does not take what the service sends.
pub(super) async fn refused(
    trial: &mut Trial,
    actions: &[&str],
    edit: (&str, &str),
) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let config = edited(edit);
    let change = trial
        .stack
        .reshape(|project| play_collector(project, &lab, &config, actions));
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// A collector that takes everything, and from which nothing reaches Tempo: the service sends to it over HTTP.
async fn swallowed(trial: &mut Trial, edit: (&str, &str)) -> Result<(), Failure> {
    swallowed_by(trial, edited(edit), ACCEPT).await
}

async fn swallowed_by(trial: &mut Trial, config: String, actions: &[&str]) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let actions = [STARTED, actions].concat();
        play_collector(project, &lab, &config, &actions);
        over_http(project);
    });
    change.await?;
    trial.stack.until_served(ANALYZER, 10).await?;
    trial.judge().await?;
    recover(trial).await
}

/// The service speaks HTTP, and the collector receives gRPC alone.
async fn other_protocol(trial: &mut Trial) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let config = edited(("      http:\n        endpoint: 0.0.0.0:4318\n", ""));
    let change = trial.stack.reshape(|project| {
        play_collector(project, &lab, &config, FORWARD);
        over_http(project);
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// A collector that passes on what it can, and says what it could not.
async fn logged(trial: &mut Trial, recording: &str) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| {
        let actions = [FORWARD, &["print", recording]].concat();
        play_collector(project, &lab, CONFIG, &actions);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Has the service send over HTTP.
pub(super) fn over_http(project: &mut Blueprint) {
    let endpoint = "http://collector:4318";
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
}
