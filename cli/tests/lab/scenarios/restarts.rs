//! Restarting a real stack: in order, without health, under load; and a paused Tempo that the doctor thaws.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::json;

use super::{ANALYZER, recover};
use crate::failure::Failure;
use crate::load::{Load, all_found, steady};
use crate::restart::apply;
use crate::say;
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "restarts",
    file: file!(),
    demo: Demo::Lacks,
    services: &["scraper", "textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("restarted-in-order", |trial| Box::pin(in_order(trial))),
        Scenario::healthy("restarted-under-load", |trial| Box::pin(under_load(trial))),
        Scenario::fault("restarted-and-never-healthy", "PT0113", ANALYZER, |trial| {
            Box::pin(never_healthy(trial))
        }),
        Scenario::fault("tempo-paused-and-thawed", "PT0105", "tempo", |trial| {
            Box::pin(thawed(trial))
        })
        .folding(&[named("PT0503", ANALYZER)]),
    ],
};

fn refused(why: String) -> Result<(), Failure> {
    Err(Failure::Diagnosis(why))
}

async fn in_order(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let applied = apply(&trial.stack, &["restart", "--all"], 0).await?;
    let services: Vec<_> = applied.told["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|step| step["service"].clone())
        .collect();
    if services != ["tempo", "scraper", ANALYZER] {
        return refused(format!("not in order: {services:?}"));
    }
    let mut started = Vec::new();
    for service in ["tempo", "scraper", ANALYZER] {
        started.push(trial.stack.inspect(service, "{{.State.StartedAt}}").await?);
    }
    if !started.is_sorted() {
        return refused(format!("not started in order: {started:?}"));
    }
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    Ok(())
}

/// Every service once, one after the other, while requests come in.
async fn under_load(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let load = Rc::new(RefCell::new(Load::default()));
    let run = trial.began.as_microsecond().unsigned_abs();
    let restarted = tokio::select! {
        applied = apply(&trial.stack, &["restart"], 0) => applied?,
        () = steady(&trial.stack, ANALYZER, run, &load) => return refused("the load ended".to_owned()),
    };
    let answered = std::mem::take(&mut load.borrow_mut().answered);
    let failed = load.borrow().failed;
    if answered.is_empty() {
        return refused("no request was answered".to_owned());
    }
    if restarted.told["spans_lost"] != 0 {
        return refused(format!("spans are lost: {}", restarted.told["window"]));
    }
    all_found(&trial.stack, &answered).await?;
    say::line(&format!(
        "      {} requests answered and found as traces, {failed} not answered, while {} services restarted",
        answered.len(),
        restarted.told["steps"].as_array().map_or(0, Vec::len)
    ));
    trial.judge().await?;
    Ok(())
}

async fn never_healthy(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let check = json!({"test": ["CMD", "/docutag-textanalyzer", "no-such-word"], "interval": "1s", "retries": 1});
        project.service(ANALYZER).insert("healthcheck".to_owned(), check);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.until_health(ANALYZER, "unhealthy").await?;
    let arguments = ["restart", ANALYZER, "--wait", "5s"];
    let applied = apply(&trial.stack, &arguments, 4).await?;
    if !applied.said.contains("to go on: ptctl restart") {
        return refused(format!("it does not say how to go on: {}", applied.said));
    }
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

async fn thawed(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["pause"], "tempo").await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    apply(&trial.stack, &["doctor", "--fix"], 0).await?;
    trial.heals(&[ANALYZER]).await
}
