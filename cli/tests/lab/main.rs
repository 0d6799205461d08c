//! The fault lab: real stacks on a real Docker engine, broken on purpose, and `ptctl doctor` held to naming the cause.
//!
//! A scenario makes the fault and never prints its symptom. What cannot be had is played by a stand-in, which the table
//! says. Run by `scripts/lab`; without `PTCTL_LAB=1` it says loudly that it did not run.
//!
//! - [`scenario`]: what a scenario and its stage are; [`scenarios`]: all of them;
//! - [`stage`] and [`trial`]: playing them; [`doctor`]: the report that is judged; [`table`], [`untried`]: the result;
//! - [`blueprint`], [`marks`], [`stack`], [`container`], [`traffic`], [`python`], [`shop`]: the stacks, rendered from
//!   `compose.yml`, and requests to them;
//! - [`prometheus`], [`grafana`], [`loki`], [`dashboards`], [`pages`], [`name_server`]: what stands around the traces, real
//!   or played;
//! - [`lab`], [`identity`], [`remains`]: a run, and how nothing of it stays behind;
//! - [`changes`]: which scenarios a change bears on; [`demo`]: the same faults on the demo, for people to look at.

mod blueprint;
mod changes;
mod container;
mod dashboards;
mod demo;
mod doctor;
mod failure;
mod grafana;
mod http;
mod identity;
mod lab;
mod load;
mod loki;
mod marks;
mod name_server;
mod options;
mod otlp;
mod pages;
mod prometheus;
mod python;
mod remains;
mod restart;
mod say;
mod scenario;
mod scenarios;
mod shop;
mod stack;
mod stage;
mod standin;
mod table;
mod tool;
mod traffic;
mod trial;
mod until;
mod untried;

use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use clap::Parser;
use futures_util::{StreamExt, stream};
use tokio::signal::unix::{SignalKind, signal};

use crate::changes::Changes;
use crate::failure::Failure;
use crate::identity::LABEL;
use crate::lab::{Lab, OwnDisk};
use crate::options::Options;
use crate::scenario::{Scenario, Stage};
use crate::stage::Outcome;

const NOT_RUN: &str = "
############################################################################
##  THE FAULT LAB DID NOT RUN: it needs a Docker engine and the images.   ##
##  Run it with `make lab`. Nothing about real containers was tested.     ##
############################################################################
";

fn main() -> ExitCode {
    if std::env::var_os("PTCTL_LAB").is_none_or(|value| value != "1") {
        say::line(NOT_RUN);
        return ExitCode::SUCCESS;
    }
    let options = Options::parse();
    if options.demo_faults {
        demo::list();
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve(&options)),
        Err(error) => {
            say::warn(&format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match ended {
        Ok(code) => code,
        Err(failure) => {
            say::warn(&failure.chain());
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked for.
async fn serve(options: &Options) -> Result<ExitCode, Failure> {
    if let Some(fault) = &options.demo_break {
        demo::make(fault).await?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.demo_heal {
        demo::heal(&lab::repository()?.join(".demo")).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let changes = match &options.changed_since {
        Some(commit) => Some(Changes::since(&lab::repository()?, commit).await?),
        None => None,
    };
    let stages = chosen(options, changes.as_ref());
    if options.list {
        list(&stages);
        return Ok(ExitCode::SUCCESS);
    }
    if stages.is_empty() && changes.is_some() {
        say::line("no scenario stands in a changed file or expects the finding of a changed check");
        return Ok(ExitCode::SUCCESS);
    }
    run(options, stages).await
}

/// The stages with the scenarios that are to be played; those without any are left out.
fn chosen(options: &Options, changes: Option<&Changes>) -> Vec<(Stage, Vec<Scenario>)> {
    let of = |stage: &Stage| -> Vec<Scenario> {
        let scenarios = stage.scenarios.iter().copied();
        scenarios
            .filter(|scenario| options.choose(scenario.name))
            .filter(|scenario| changes.is_none_or(|changes| changes.bear_on(stage, scenario)))
            .collect()
    };
    scenarios::STAGES
        .iter()
        .map(|stage| (*stage, of(stage)))
        .filter(|(_, scenarios)| !scenarios.is_empty())
        .collect()
}

fn list(stages: &[(Stage, Vec<Scenario>)]) {
    for (stage, scenarios) in stages {
        for scenario in scenarios {
            say::line(&format!(
                "{:<10} {:<42} {:<11} {}",
                stage.name,
                scenario.name,
                scenario.kind.word(),
                scenario.expected(),
            ));
        }
    }
}

async fn run(options: &Options, stages: Vec<(Stage, Vec<Scenario>)>) -> Result<ExitCode, Failure> {
    if stages.is_empty() {
        return Err(Failure::Stack(
            "no scenario has such a name; `--list` shows them".to_owned(),
        ));
    }
    let dead = remains::remove_of_dead_runs().await?;
    if dead > 0 {
        say::warn(&format!("removed what {dead} earlier runs had left behind"));
    }
    let lab = Rc::new(Lab::prepare().await?);
    if lab.disk == OwnDisk::NearlyFull {
        say::warn(
            "the disk of this machine is nearly full: where no scenario made it so, that counts as no finding",
        );
    }
    let play = stream::iter(stages)
        .map(|(stage, scenarios)| stage::play(Rc::clone(&lab), stage, scenarios))
        .buffer_unordered(options.jobs.get())
        .concat();
    let played = tokio::select! {
        outcomes = play => Ok(outcomes),
        code = interrupted() => Err(code),
    };
    remains::remove(&format!("{LABEL}={}", lab.run)).await?;
    if !options.keep {
        std::fs::remove_dir_all(&lab.folder).map_err(|source| Failure::File {
            action: "remove",
            path: lab.folder.display().to_string(),
            source,
        })?;
    }
    let outcomes: Vec<Outcome> = match played {
        Ok(outcomes) => outcomes,
        Err(code) => {
            say::warn("interrupted: everything that was made has been removed");
            return Ok(ExitCode::from(code));
        }
    };
    conclude(options, &lab.repository, &outcomes)
}

/// Ends when the lab is asked to end, with the exit code for it.
async fn interrupted() -> u8 {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        say::warn("signals cannot be received");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => 130,
        _ = terminate.recv() => 143,
    }
}

fn conclude(
    options: &Options,
    repository: &Path,
    outcomes: &[Outcome],
) -> Result<ExitCode, Failure> {
    say::line(&format!("\n{}\n", table::text(outcomes)));
    for line in table::summary(outcomes) {
        say::line(&line);
    }
    let failed = outcomes
        .iter()
        .filter(|outcome| outcome.failure.is_some())
        .count();
    if options.filters.is_empty() && options.changed_since.is_none() {
        let untried = untried::beside(&table::provoked(outcomes));
        let codes: Vec<String> = untried.into_iter().map(|untried| untried.code).collect();
        if !codes.is_empty() {
            say::line(&format!(
                "findings that no scenario provokes: {}",
                codes.join(", ")
            ));
        }
    }
    if let Some(path) = &options.markdown {
        table::write_markdown(&repository.join(path), outcomes)?;
    }
    let again = outcomes
        .iter()
        .filter(|outcome| outcome.first_failure.is_some())
        .count();
    if again > 0 {
        say::warn(&format!("{again} passed at their second play only"));
    }
    say::line(&format!(
        "\n{} passed, {failed} failed",
        outcomes.len() - failed
    ));
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
