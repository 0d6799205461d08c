//! The dashboards and alerts of the stack, while requests fail and Tempo throws traces away.

use std::path::Path;

use serde_json::{Value, json};

use super::PROMETHEUS;
use crate::blueprint::Blueprint;
use crate::dashboards::{Question, questions};
use crate::failure::Failure;
use crate::http;
use crate::lab::Lab;
use crate::prometheus::{self, Pace, config};
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

/// Every traced service of the stack.
const ALL: [&str; 4] = ["controller", "scraper", "textanalyzer", "scheduler"];
/// A page of a host that there is, at a port at which nobody listens.
const NOBODY: &[u8] = br#"{"url":"http://tempo:1/"}"#;
/// The rules, by their files.
const RULES: [&str; 4] = ["doctor", "pipeline", "services", "storage"];
/// The service and the image of `ptctl serve`.
const DOCTOR: (&str, &str) = ("doctor", "ptctl:dev");

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "dashboards",
    file: file!(),
    demo: Demo::Lacks,
    services: &[
        "controller",
        "scraper",
        "textanalyzer",
        "scheduler",
        "tempo",
    ],
    furnish: with_rules,
    scenarios: &[Scenario::fault(
        "dashboards-show-a-fault",
        "PT0215",
        "tempo",
        |trial| Box::pin(fault_shows(trial)),
    )],
};

/// Adds Prometheus with the stack's rules, which fire here at once, and the doctor whose findings it keeps. Nobody listens at [`NOBODY`], so that whoever has that
/// page scraped gets an error.
fn with_rules(project: &mut Blueprint, lab: &Lab) {
    let evaluated = "evaluation_interval: 15s";
    let config = config(Pace::Quick);
    assert_eq!(config.matches(evaluated).count(), 1, "`{evaluated}`");
    let config = config.replace(evaluated, "evaluation_interval: 1s");
    let config = project.file("prometheus.yml", &config);
    let mut service = prometheus::service(&config, &[]);
    for name in RULES {
        let rules = at_once(
            &lab.repository
                .join(format!("config/prometheus/rules/{name}.yml")),
        );
        let file = project.file(&format!("{name}.yml"), &rules);
        if let Some(mounts) = service.get_mut("volumes").and_then(Value::as_array_mut) {
            mounts.push(json!(format!("{file}:/etc/prometheus/rules/{name}.yml:ro")));
        }
    }
    project.add(PROMETHEUS, service);
    let (doctor, image) = DOCTOR;
    let doctor_service = json!({
        "image": image,
        "command": ["serve", "--listen", "0.0.0.0:9466", "--interval", "2s"],
        "volumes": ["/var/run/docker.sock:/var/run/docker.sock:ro"],
    });
    project.add(doctor, doctor_service);
    project.set("scraper", "SCRAPER_ALLOW_HOSTS", "tempo");
}

/// The rules without the time for which their condition has to last.
fn at_once(file: &Path) -> String {
    let rules = std::fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("could not read {}: {error}", file.display()));
    let lines = rules.lines().filter(|it| !it.trim().starts_with("for: "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Tempo keeps five traces at a time, of which the first has an error.
async fn fault_shows(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let limit = "  defaults:\n    ingestion:\n      max_traces_per_user: 5\n";
        project.edit_tempo_config("  defaults:\n", limit);
    });
    change.await?;
    let stack = &trial.stack;
    stack.until_healthy("tempo").await?;
    let controller = stack.address("controller", 8080).await?;
    let traffic = async || {
        http::post_json(controller, "/api/scrape", NOBODY)
            .await
            .map_err(|source| Failure::Request {
                to: "controller:8080/api/scrape".to_owned(),
                source,
            })?;
        for service in ALL {
            stack.call(service).await?;
        }
        Ok(())
    };
    let mut questions = questions(&stack.lab.repository)?;
    questions.extend(["ServiceFails", "SpansAreDiscarded"].map(Question::firing));
    stack.until_panels_have_data(questions, traffic).await?;
    stack.rules_are_well().await?;
    trial.judge().await?;
    trial.stack.restore().await?;
    trial.heals(&ALL).await
}
