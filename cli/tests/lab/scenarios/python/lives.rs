//! Python services that end, or lose a part of themselves, while the engine brings back what it can.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::process::Command;

use super::{ORDERS, recover, with_orders};
use crate::failure::Failure;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage};
use crate::tool::finish;
use crate::trial::Trial;
use crate::until::{Seen, until};

/// A job beside the service.
const MIGRATION: &str = "migration";
/// What waits for the job.
const REPORT: &str = "report";

/// What a program has to say of its start it says within this time.
const A_START: SignedDuration = SignedDuration::from_secs(61);
/// Until when a container is as old as that.
const PATIENCE: Duration = Duration::from_mins(2);

/// Starts the service as a process of its own and passes no signal on to it, as a shell does not either.
const WRAPPER: &str =
    "import subprocess; subprocess.run(['opentelemetry-instrument', 'python3', '/app/app.py'])";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "python-lives",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("python-log-rotated-away", "PT0132", ORDERS, |trial| {
            Box::pin(log_rotated(trial))
        }),
        Scenario::fault(
            "python-behind-a-deaf-first-process",
            "PT0126",
            ORDERS,
            |trial| Box::pin(killed_at_stop(trial)),
        ),
        Scenario::fault("python-worker-out-of-memory", "PT0135", ORDERS, |trial| {
            Box::pin(worker_killed(trial))
        }),
        Scenario::fault("waits-for-a-job-that-failed", "PT0123", REPORT, |trial| {
            Box::pin(waits_for_a_job(trial))
        })
        .with_stand_in(),
    ],
};

/// The engine keeps the last few kilobytes of its log, and the service writes more than that within a minute.
async fn log_rotated(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let options = json!({"max-size": "8k", "max-file": "2"});
        let logging = json!({"driver": "json-file", "options": options});
        project
            .service(ORDERS)
            .insert("logging".to_owned(), logging);
    });
    change.await?;
    trial.stack.until_order_traced(ORDERS).await?;
    let started = started(trial).await?;
    until("a log without its beginning", PATIENCE, async || {
        trial.stack.until_ordered(ORDERS, 10).await?;
        let log = trial
            .stack
            .docker(&["logs", "--timestamps"], ORDERS)
            .await?;
        let first = log.split_whitespace().next().unwrap_or_default();
        Ok(match first.parse::<Timestamp>() {
            Ok(first) if first.duration_since(started) > A_START => Seen::Yes(()),
            _ => Seen::NotYet(format!("it begins at `{first}`")),
        })
    })
    .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn killed_at_stop(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let command = json!(["python3", "-c", WRAPPER]);
        project
            .service(ORDERS)
            .insert("command".to_owned(), command);
    });
    change.await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial
        .stack
        .docker(&["restart", "--time", "1"], ORDERS)
        .await?;
    // At once: the engine keeps its last 256 events, of whatever container.
    trial.judge().await?;
    recover(trial).await
}

/// A process that was started in the service's container takes more memory than the container may have.
async fn worker_killed(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let service = project.service(ORDERS);
        service.insert("mem_limit".to_owned(), json!("160m"));
        service.insert("memswap_limit".to_owned(), json!("160m"));
    });
    change.await?;
    trial.stack.until_order_traced(ORDERS).await?;
    let mut worker = Command::new("docker");
    let id = trial.stack.container(ORDERS).await?;
    worker.args(["exec", &id, "python3", "-c", "all = b'x' * (1 << 29)"]);
    let ended = finish(worker).await?;
    if ended.status.success() {
        return Err(Failure::Stack("the worker was not killed".to_owned()));
    }
    trial.stack.until_order_traced(ORDERS).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A job fails, and what waits for it was created and never started. Compose 1.x creates no such container: this one
/// stands in for that of Compose 2, with its labels.
async fn waits_for_a_job(trial: &mut Trial) -> Result<(), Failure> {
    let needed = "migration:service_completed_successfully:false";
    let change = trial.stack.reshape(|project| {
        let fails = ["python3", "-c", "raise SystemExit('no such table: orders')"];
        let migration = json!({"image": python::IMAGE, "command": fails});
        project.add(MIGRATION, migration);
    });
    change.await?;
    let ended = |shown: &str| shown == "exited";
    trial
        .stack
        .until_inspect(MIGRATION, "{{.State.Status}}", ended)
        .await?;
    let name = format!("{}_{REPORT}_1", trial.stack.project);
    let labels = [
        ("project", trial.stack.project.as_str()),
        ("service", REPORT),
        ("container-number", "1"),
        ("oneoff", "False"),
        ("depends_on", needed),
    ];
    let labels: Vec<String> = labels
        .iter()
        .map(|(key, value)| format!("com.docker.compose.{key}={value}"))
        .collect();
    let mut more = vec!["--env", "OTEL_SERVICE_NAME=report"];
    more.extend(["--env", "OTEL_EXPORTER_OTLP_ENDPOINT=http://tempo:4317"]);
    for label in &labels {
        more.extend(["--label", label]);
    }
    trial
        .stack
        .create_loose(&name, &more, &[python::IMAGE])
        .await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.judge().await?;
    trial.stack.docker_on(&["rm", "--force"], &name).await?;
    recover(trial).await
}

/// When the service's container last started.
async fn started(trial: &Trial) -> Result<Timestamp, Failure> {
    let shown = trial.stack.inspect(ORDERS, "{{.State.StartedAt}}").await?;
    shown
        .parse()
        .map_err(|_| Failure::Stack(format!("`{shown}` is no moment")))
}
