//! Faults of containers as such: what keeps them from starting, what the engine cannot tell of them, who answers for whom.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::json;
use tokio::process::Command;

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::standin;
use crate::tool::{docker, run};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "containers",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("image-of-another-processor", "PT0125", ANALYZER, |trial| {
            Box::pin(another_processor(trial))
        }),
        Scenario::fault("host-port-taken", "PT0124", ANALYZER, |trial| {
            Box::pin(host_port_taken(trial))
        }),
        Scenario::fault(
            "stopped-database-whose-port-is-taken",
            "PT0404",
            "database",
            |trial| Box::pin(port_of_a_stopped_one(trial)),
        ),
        Scenario::fault(
            "service-waits-for-an-unhealthy-tempo",
            "PT0121",
            "tempo",
            |trial| Box::pin(waits_for_tempo(trial)),
        )
        // Compose v2 has made its container by then, docker-compose 1.29 has not.
        .beside(&[named("PT0143", "stack")]),
        Scenario::fault("log-driver-none", "PT0131", ANALYZER, |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                let logging = json!({"driver": "none"});
                project
                    .service(ANALYZER)
                    .insert("logging".to_owned(), logging);
            }))
        }),
        Scenario::fault(
            "stopped-before-spans-are-sent",
            "PT0127",
            ANALYZER,
            |trial| {
                Box::pin(traced_nevertheless(trial, |project| {
                    let grace = json!("1s");
                    project
                        .service(ANALYZER)
                        .insert("stop_grace_period".to_owned(), grace);
                    project.unset(ANALYZER, "OTEL_BSP_SCHEDULE_DELAY");
                }))
            },
        ),
        Scenario::fault(
            "two-containers-of-tempos-name",
            "PT0401",
            ANALYZER,
            |trial| {
                Box::pin(traced_nevertheless(trial, |project| {
                    second_tempo(project, "tempo-of-yesterday:/var/tempo");
                    project.volume("tempo-of-yesterday");
                }))
            },
        ),
    ],
};

/// A change after which spans arrive as before.
async fn traced_nevertheless(
    trial: &mut Trial,
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A second Tempo that answers to the name of the first.
fn second_tempo(project: &mut Blueprint, data: &str) {
    let mut second = project.service("tempo").clone();
    let mounts = &mut second["volumes"];
    *mounts = json!([mounts[0], data]);
    let names = json!({"default": {"aliases": ["tempo"]}});
    second.insert("networks".to_owned(), names);
    project.add("yesterday", second.into());
}

/// A program whose header names another processor, in an image that says the same.
async fn another_processor(trial: &mut Trial) -> Result<(), Failure> {
    let image = format!("{}-foreign:dev", trial.stack.project);
    import_foreign(trial, &image).await?;
    let change = trial.stack.reshape(|project| {
        let service = project.service(ANALYZER);
        service.insert("image".to_owned(), json!(image));
        service.remove("healthcheck");
    });
    let judged = match change.await {
        Ok(()) => judge_restarting(trial).await,
        Err(failure) => Err(failure),
    };
    trial.stack.restore().await?;
    docker(&["image", "rm", &image]).await?;
    judged?;
    recover(trial).await
}

async fn judge_restarting(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_restarted(ANALYZER, 3).await?;
    trial.judge().await?;
    Ok(())
}

async fn import_foreign(trial: &Trial, image: &str) -> Result<(), Failure> {
    let folder = &trial.stack.folder;
    let failed = |action| {
        let path = folder.join("foreign").display().to_string();
        move |source| Failure::File {
            action,
            path,
            source,
        }
    };
    let mut program = std::fs::read(&trial.stack.lab.standin).map_err(failed("read"))?;
    // `e_machine` of the ELF header: AArch64, or x86-64 on a machine that is AArch64 itself.
    let machine: [u8; 2] = if program[18] == 0xb7 {
        [0x3e, 0]
    } else {
        [0xb7, 0]
    };
    program[18..20].copy_from_slice(&machine);
    std::fs::write(folder.join("foreign"), program).map_err(failed("write"))?;
    let mut tar = Command::new("tar");
    tar.args(["--mode=0755", "-cf", "foreign.tar", "foreign"]);
    run({
        tar.current_dir(folder);
        tar
    })
    .await?;
    let platform = if machine[0] == 0xb7 {
        "linux/arm64"
    } else {
        "linux/amd64"
    };
    let archive = folder.join("foreign.tar").display().to_string();
    let entrypoint = "ENTRYPOINT [\"/foreign\"]";
    docker(&[
        "import",
        "--platform",
        platform,
        "--change",
        entrypoint,
        &archive,
        image,
    ])
    .await?;
    Ok(())
}

/// Another program of this machine listens there.
async fn host_port_taken(trial: &mut Trial) -> Result<(), Failure> {
    let (holder, port) = port_of_this_machine()?;
    trial.stack.docker(&["rm", "--force"], ANALYZER).await?;
    let change = trial.stack.reshape(|project| {
        let ports = json!([format!("127.0.0.1:{port}:8080")]);
        project.service(ANALYZER).insert("ports".to_owned(), ports);
    });
    must_fail(change.await)?;
    trial.judge().await?;
    drop(holder);
    recover(trial).await
}

/// A database is stopped, and a container of somebody else's takes the port that it had on the host.
async fn port_of_a_stopped_one(trial: &mut Trial) -> Result<(), Failure> {
    let (holder, port) = port_of_this_machine()?;
    drop(holder);
    let port = format!("127.0.0.1:{port}:5432");
    let program = trial.stack.lab.standin.clone();
    let change = trial.stack.reshape(|project| {
        let mut database = standin::service(&program, "docutag-demo-page:dev", &["hold"]);
        database["ports"] = json!([port]);
        project.add("database", database);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.docker(&["stop"], "database").await?;
    let name = format!("{}-other", trial.stack.project);
    let mount = format!("{}:/standin:ro", program.display());
    let more = [
        "--volume",
        &mount,
        "--entrypoint",
        "/standin",
        "--publish",
        &port,
    ];
    let arguments = ["docutag-demo-page:dev", "hold"];
    trial.stack.run_loose(&name, &more, &arguments).await?;
    trial.judge().await?;
    trial.stack.docker_on(&["rm", "--force"], &name).await?;
    recover(trial).await
}

/// A port of this machine that was free, and who has it now.
fn port_of_this_machine() -> Result<(TcpListener, u16), Failure> {
    let failed = |source| Failure::Request {
        to: "a port of this machine".to_owned(),
        source,
    };
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    let port = holder.local_addr().map_err(failed)?.port();
    Ok((holder, port))
}

/// Tempo's health check asks by a tool that its image does not have, and the service starts only when Tempo is healthy.
async fn waits_for_tempo(trial: &mut Trial) -> Result<(), Failure> {
    // A service that runs already waits for nobody.
    trial.stack.docker(&["rm", "--force"], ANALYZER).await?;
    let change = trial.stack.reshape(|project| {
        let check = json!({
            "test": ["CMD", "wget", "--spider", "http://localhost:3200/ready"],
            "interval": "1s", "timeout": "1s", "retries": 2,
        });
        project
            .service("tempo")
            .insert("healthcheck".to_owned(), check);
        let needed = json!({"tempo": {"condition": "service_healthy"}});
        project
            .service(ANALYZER)
            .insert("depends_on".to_owned(), needed);
    });
    must_fail(change.await)?;
    trial.judge().await?;
    recover(trial).await
}

/// Compose says itself that it could not start everything.
fn must_fail(change: Result<(), Failure>) -> Result<(), Failure> {
    match change {
        Err(Failure::Tool(_)) => Ok(()),
        Err(failure) => Err(failure),
        Ok(()) => Err(Failure::Stack("Compose could start everything".to_owned())),
    }
}
