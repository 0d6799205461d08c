//! `ptctl restart`: plan, show, ask, apply, verify.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    cli::{Global, Restart},
    clients::{deadline::Deadline, docker::Engine},
    error::CommandError,
    exit::Exit,
    gather::{Depth, GatherRequest, connect, gather},
    output::{Answer, Output},
    restart::{Dependencies, POLL, Plan, PlanError, Step, may_restart_all, waiting_for},
    settings,
};

/// Time that the engine may take beyond a container's own stop grace.
const ENGINE_SLACK: Duration = Duration::from_secs(30);

pub(super) async fn run(
    global: &Global,
    args: Restart,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = settings::request(global, &[], Depth::Description, settings::DEFAULT_SINCE)?;
    let snapshot = gather(&request).await.map_err(CommandError::Gather)?;
    let environment = &request.environment;
    if args.services.is_empty()
        && !may_restart_all(
            &snapshot,
            request.stack.project.as_deref(),
            &environment.working_dir,
        )
    {
        let project = snapshot.stack.project.clone().unwrap_or_default();
        return Err(CommandError::Plan(PlanError::Elsewhere { project }));
    }
    let dependencies = match Dependencies::of_stack(&snapshot) {
        Ok(dependencies) => dependencies,
        Err(error) => {
            output.note(&format!(
                "warning: {error}; the order follows the services' names alone"
            ));
            Dependencies::default()
        }
    };
    let plan = Plan::of(&snapshot, &args.services, &dependencies).map_err(CommandError::Plan)?;
    show(&plan, output)?;
    if args.dry_run {
        return Ok(Exit::Ok);
    }
    if !args.yes {
        match output.ask("restart them?") {
            Some(Answer::Yes) => {}
            Some(Answer::No) => return Ok(Exit::Ok),
            None => return Err(CommandError::NobodyToAsk),
        }
    }
    let engine = connect(
        &request.engine,
        &request.environment,
        Deadline::after(request.timeout),
    )
    .await
    .map_err(CommandError::Gather)?
    .engine;
    for (number, step) in plan.steps.iter().enumerate() {
        restart(&engine, step, &snapshot, output).await?;
        if let Err(reason) = healthy(&request, step, *args.wait).await? {
            output.note(&format!(
                "{} did not become ready within {}: {reason}",
                step.service, args.wait
            ));
            let left: Vec<&str> = plan.steps[number + 1..]
                .iter()
                .map(|step| step.service.as_str())
                .collect();
            if !left.is_empty() {
                output.note(&format!("stopped here; not restarted: {}", left.join(", ")));
                output.note(&format!("to go on: ptctl restart {}", left.join(" ")));
            }
            return Ok(Exit::Deadline);
        }
        output.answer(&format!("{} is ready\n", step.service))?;
    }
    Ok(Exit::Ok)
}

fn show(plan: &Plan, output: &mut Output) -> Result<(), CommandError> {
    let mut page = output.page();
    for (number, step) in plan.steps.iter().enumerate() {
        let text = format!(
            "restart {} ({}): {}",
            step.service, step.container_name, step.reason
        );
        page.entry(
            &format!("{}. ", number + 1),
            crate::render::Tone::Faint,
            &text,
        );
    }
    output.answer(&page.into_text())
}

async fn restart(
    engine: &Engine,
    step: &Step,
    snapshot: &ptctl_diagnosis::snapshot::Snapshot,
    output: &mut Output,
) -> Result<(), CommandError> {
    output.note(&format!("restarting {} …", step.service));
    let grace = snapshot
        .container(&step.container)
        .and_then(|container| container.stop_grace)
        .and_then(|grace| Duration::try_from(grace).ok())
        .unwrap_or(Duration::from_secs(10));
    engine
        .restart(&step.container, Deadline::after(grace + ENGINE_SLACK))
        .await
        .map_err(|source| CommandError::Restart {
            service: step.service.clone(),
            source,
        })
}

/// Waits until the step's container is ready; the inner error is the last reason why it was not.
async fn healthy(
    request: &GatherRequest,
    step: &Step,
    wait: Duration,
) -> Result<Result<(), String>, CommandError> {
    let deadline = Instant::now() + wait;
    loop {
        let snapshot = gather(request).await.map_err(CommandError::Gather)?;
        let reason = match snapshot.container(&step.container) {
            Some(container) => match waiting_for(container) {
                None => return Ok(Ok(())),
                Some(reason) => reason,
            },
            None => "the container is gone".to_owned(),
        };
        if Instant::now() >= deadline {
            return Ok(Err(reason));
        }
        tokio::time::sleep(POLL).await;
    }
}
