//! Faults of a running stack that heal without a new configuration.

use serde_json::json;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

/// The services that send traces on this stage.
const BOTH: [&str; 2] = ["controller", "textanalyzer"];

pub(super) const STAGE: Stage = Stage {
    name: "outages",
    file: file!(),
    demo: Demo::Shows,
    services: &["controller", "textanalyzer", "tempo"],
    furnish: with_a_name_of_its_own,
    scenarios: &[
        Scenario::healthy("nobody-called-yet", |trial| {
            Box::pin(nobody_called_yet(trial))
        }),
        Scenario::healthy("all-is-well", |trial| Box::pin(all_is_well(trial))),
        Scenario::healthy("tempo-just-restarted", |trial| {
            Box::pin(tempo_just_restarted(trial))
        }),
        Scenario::fault("tempo-paused", "PT0105", "tempo", |trial| {
            Box::pin(tempo_paused(trial))
        })
        .folding(&[
            named("PT0503", "controller"),
            named("PT0503", "textanalyzer"),
        ]),
        Scenario::fault("tempo-stopped", "PT0102", "tempo", |trial| {
            Box::pin(tempo_stopped(trial))
        }),
        Scenario::fault("tempo-killed", "PT0102", "tempo", |trial| {
            Box::pin(tempo_killed(trial))
        }),
        Scenario::fault("tempo-frozen", "PT0201", "tempo", |trial| {
            Box::pin(tempo_frozen(trial))
        })
        .folding(&[
            named("PT0503", "controller"),
            named("PT0503", "textanalyzer"),
        ]),
        Scenario::fault("tempo-removed", "PT0101", "stack", |trial| {
            Box::pin(tempo_removed(trial))
        }),
        Scenario::fault("service-left-network", "PT0304", "textanalyzer", |trial| {
            Box::pin(service_left_network(trial))
        }),
        Scenario::fault("tempo-left-network", "PT0304", "controller", |trial| {
            Box::pin(tempo_left_network(trial))
        })
        .beside(&[named("PT0304", "textanalyzer")]),
    ],
};

/// Other projects of the engine have a `tempo` as well, where one that is missing here would be looked for. And it is on
/// a network of the administrators', where it can be asked when it is not on that of the services.
fn with_a_name_of_its_own(project: &mut Blueprint, _: &Lab) {
    let names = json!({"aliases": ["trace-store"]});
    let networks = json!({"default": names, "admin": names});
    project.network("admin");
    project
        .service("tempo")
        .insert("networks".to_owned(), networks);
    for service in BOTH {
        project.set(service, "TEMPO_ENDPOINT", "trace-store:4317");
    }
}

async fn nobody_called_yet(trial: &mut Trial) -> Result<(), Failure> {
    for service in BOTH {
        trial.stack.until_healthy(service).await?;
    }
    trial.judge().await?;
    Ok(())
}

async fn all_is_well(trial: &mut Trial) -> Result<(), Failure> {
    for service in BOTH {
        trial.stack.until_traced(service).await?;
    }
    trial.judge().await?;
    Ok(())
}

async fn tempo_just_restarted(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["restart"], "tempo").await?;
    for service in BOTH {
        trial.stack.until_traced(service).await?;
    }
    trial.judge().await?;
    Ok(())
}

async fn tempo_paused(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["pause"], "tempo").await?;
    both_fail_to_export(trial).await?;
    trial.judge().await?;
    trial.stack.docker(&["unpause"], "tempo").await?;
    trial.heals(&BOTH).await
}

async fn tempo_stopped(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], "tempo").await?;
    both_fail_to_export(trial).await?;
    trial.judge().await?;
    trial.stack.docker(&["start"], "tempo").await?;
    trial.heals(&BOTH).await
}

async fn tempo_killed(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["kill"], "tempo").await?;
    both_fail_to_export(trial).await?;
    trial.judge().await?;
    trial.stack.docker(&["start"], "tempo").await?;
    trial.heals(&BOTH).await
}

/// Its process no longer gets any time, but the engine knows nothing of it.
async fn tempo_frozen(trial: &mut Trial) -> Result<(), Failure> {
    trial
        .stack
        .docker(&["kill", "--signal", "STOP"], "tempo")
        .await?;
    both_fail_to_export(trial).await?;
    trial.judge().await?;
    trial
        .stack
        .docker(&["kill", "--signal", "CONT"], "tempo")
        .await?;
    trial.heals(&BOTH).await
}

async fn tempo_removed(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["rm", "--force"], "tempo").await?;
    both_fail_to_export(trial).await?;
    trial.judge().await?;
    trial.stack.restore().await?;
    trial.heals(&BOTH).await
}

/// Nothing can call it any more either, so that there is no failed export to wait for.
async fn service_left_network(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.leave_network("textanalyzer").await?;
    trial.judge().await?;
    trial.stack.join_network("textanalyzer").await?;
    trial.heals(&BOTH).await
}

async fn tempo_left_network(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.leave_network("tempo").await?;
    both_fail_to_export(trial).await?;
    trial.judge().await?;
    trial.stack.join_network_as("tempo", "trace-store").await?;
    trial.heals(&BOTH).await
}

async fn both_fail_to_export(trial: &Trial) -> Result<(), Failure> {
    for service in BOTH {
        trial.stack.until_export_fails(service, trial.began).await?;
    }
    Ok(())
}
