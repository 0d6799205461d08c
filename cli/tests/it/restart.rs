//! `ptctl restart` and `ptctl doctor --fix` on a played engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Output, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Child,
};

use crate::{
    fake_stack::{Answer, FakeEngine, FakeTempo, Generation, TEMPO, WEB, Wire},
    program::{both, ptctl, ptctl_with, started},
};

const SHOP: [&str; 2] = ["--project", "shop"];

/// The recorded stack with a Tempo that answers, whose containers can be restarted.
pub(crate) async fn stack() -> (FakeEngine, FakeTempo) {
    let engine = FakeEngine::on_socket(Wire::Docker29);
    let tempo = FakeTempo::ready(Generation::Three).await;
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] = json!({"3200/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
        described["State"].as_object_mut().unwrap().remove("Health");
    });
    engine.change(WEB, |described| {
        described["Config"]
            .as_object_mut()
            .unwrap()
            .remove("StopTimeout");
    });
    for id in [WEB, TEMPO] {
        may_be_restarted(&engine, id);
    }
    (engine, tempo)
}

fn may_be_restarted(engine: &FakeEngine, id: &str) {
    let done = || Answer::Body(Vec::new().into());
    engine.answer(&format!("/containers/{id}/restart"), done());
    engine.answer(&format!("/containers/{id}/start"), done());
}

/// What was done to containers, in order: the path behind their id.
fn deeds(engine: &FakeEngine) -> Vec<String> {
    let name = |path: &str| {
        let (_, rest) = path.split_once("/containers/")?;
        let (id, verb) = rest.split_once('/')?;
        let is_deed = ["restart", "start", "unpause", "stop"]
            .iter()
            .any(|known| verb.split('?').next() == Some(known));
        is_deed.then(|| format!("{} {verb}", &id[..5]))
    };
    engine
        .asked()
        .iter()
        .filter_map(|path| name(path))
        .collect()
}

async fn restart(engine: &FakeEngine, arguments: &[&str]) -> Output {
    let arguments = [&["restart"], &SHOP[..], arguments].concat();
    ptctl(engine, &arguments).await
}

fn holds(output: &Output, parts: &[&str]) {
    let said = both(output);
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

/// Waits until the engine was asked for a path with this ending.
async fn until_asked(engine: &FakeEngine, ending: &str) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let asked = async {
        while !engine.asked().iter().any(|path| path.contains(ending)) {
            tick.tick().await;
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(20), asked).await;
    asked.unwrap_or_else(|_| panic!("nobody asked for {ending}"));
}

#[tokio::test]
async fn the_plan_is_shown_with_its_reasons_and_nothing_is_done_unless_confirmed() {
    let (engine, _tempo) = stack().await;
    let shown = restart(&engine, &["--all", "--dry-run"]).await;
    assert_eq!(shown.status.code(), Some(0), "{}", both(&shown));
    holds(
        &shown,
        &[
            "1. restart tempo",
            "2. restart web",
            "traced, after tempo, which takes spans",
            "may take 15 s to stop instead of its own 10 s",
        ],
    );
    let nobody = restart(&engine, &["--all"]).await;
    assert_eq!(nobody.status.code(), Some(2), "{}", both(&nobody));
    holds(&nobody, &["1. restart tempo", "--yes"]);
    assert!(deeds(&engine).is_empty(), "{:?}", deeds(&engine));
}

#[tokio::test]
async fn a_confirmed_plan_goes_from_the_backend_to_the_services_with_time_for_the_last_batch() {
    let (engine, tempo) = stack().await;
    let output = restart(&engine, &["--all", "--yes", "-o", "json"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    assert_eq!(
        deeds(&engine),
        [
            format!("{} restart?t=15", &TEMPO[..5]),
            format!("{} restart?t=15", &WEB[..5])
        ]
    );
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["outcome"], "done", "{told:#}");
    assert_eq!(told["steps"][0]["action"], "restart");
    assert_eq!(told["steps"][0]["done"]["state"], "ready");
    assert_eq!(told["steps"][1]["service"], "web");
    assert_eq!(told["steps"][1]["stop_grace"]["seconds"], 15);
    assert_eq!(told["spans_lost"], 0);
    // A Tempo that was searched lately does not stop by itself.
    let searches = tempo
        .asked()
        .into_iter()
        .filter(|path| path.contains("/search"));
    assert_eq!(searches.count(), 0);
}

#[tokio::test]
async fn dependencies_come_first_and_jobs_are_left_alone() {
    let (engine, _tempo) = stack().await;
    for name in ["aaa", "migrations"] {
        let id = engine.add(name, |described| {
            described["Path"] = "/app".into();
            described["Config"]["Image"] = "app:1".into();
            described["Config"]["Env"] = json!(["OTEL_EXPORTER_OTLP_ENDPOINT=http://tempo:4317"]);
            let needs = "web:service_started:false,migrations:service_completed_successfully:false";
            if name == "aaa" {
                described["Config"]["Labels"]["com.docker.compose.depends_on"] = needs.into();
            }
        });
        may_be_restarted(&engine, &id);
    }
    let output = restart(&engine, &["--dry-run", "-o", "json"]).await;
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps: Vec<_> = told["steps"].as_array().unwrap().iter().collect();
    let services: Vec<_> = steps.iter().map(|step| &step["service"]).collect();
    assert_eq!(services, ["web", "aaa"], "{told:#}");
    assert_eq!(steps[1]["reason"], "traced, after web on which it depends");
    assert_eq!(told["left_alone"][0]["container_name"], "shop_migrations_1");
    let named = restart(&engine, &["migrations", "--yes"]).await;
    assert_eq!(named.status.code(), Some(2), "{}", both(&named));
    holds(&named, &["is a job", "docker start shop_migrations_1"]);
}

#[tokio::test]
async fn who_is_paused_stays_so_unless_named() {
    let (engine, _tempo) = stack().await;
    engine.change(WEB, |described| {
        described["State"]["Paused"] = true.into();
        described["State"]["Status"] = "paused".into();
    });
    let all = restart(&engine, &["--all", "--dry-run"]).await;
    holds(
        &all,
        &["left alone: shop_web_1 is paused; name it to restart it"],
    );
    let named = restart(&engine, &["web", "--dry-run"]).await;
    holds(&named, &["1. restart web"]);
}

#[tokio::test]
async fn a_step_that_does_not_reach_health_stops_the_plan_and_says_how_to_go_on() {
    let (engine, _tempo) = stack().await;
    let id = engine.add("zeta", |described| {
        described["Path"] = "/app".into();
        described["Config"]["Image"] = "app:1".into();
        described["Config"]["Env"] = json!(["OTEL_EXPORTER_OTLP_ENDPOINT=http://tempo:4317"]);
    });
    may_be_restarted(&engine, &id);
    engine.change(WEB, |described| {
        described["State"]["Health"] = json!({"Status": "unhealthy", "FailingStreak": 3, "Log": [
            {"Start": "2026-11-22T08:56:46Z", "End": "2026-11-22T08:56:46Z", "ExitCode": 1, "Output": "no database\n"}]});
    });
    let output = restart(&engine, &["--yes", "--wait", "10ms"]).await;
    assert_eq!(output.status.code(), Some(4), "{}", both(&output));
    holds(
        &output,
        &[
            "not ready: unhealthy, 3 probes failed, last probe: no database",
            "stopped at: restart shop_web_1, which did not reach health",
            "not begun: shop_zeta_1",
            "to go on: ptctl --host unix://",
            " restart --project shop shop_web_1 shop_zeta_1",
        ],
    );
    assert_eq!(deeds(&engine).len(), 1);
}

#[tokio::test]
async fn a_container_that_has_ended_is_not_waited_for() {
    for policy in ["no", "on-failure"] {
        let (engine, _tempo) = stack().await;
        engine.change(WEB, |described| {
            described["State"]["Running"] = false.into();
            described["State"]["Status"] = "exited".into();
            described["State"]["ExitCode"] = 3.into();
            described["State"].as_object_mut().unwrap().remove("Health");
            described["HostConfig"]["RestartPolicy"]["Name"] = policy.into();
        });
        let now = jiff::Timestamp::now().to_string();
        let lines: &[(u8, &str, &[u8])] = &[
            (1, &now, b"starting"),
            (2, &now, b"no configuration at /etc/web.toml"),
            (1, &now, b""),
        ];
        engine.answer(
            &format!("/containers/{WEB}/logs"),
            FakeEngine::framed(lines),
        );
        let restarting = restart(&engine, &["web", "--yes", "--wait", "10m"]);
        let output = tokio::time::timeout(Duration::from_secs(30), restarting).await;
        let output = output.expect("it is not waited for");
        assert_eq!(output.status.code(), Some(4), "{}", both(&output));
        let said = both(&output);
        let said: Vec<&str> = said.split_whitespace().collect();
        let expected =
            "not ready: exited (exit code 3); its last line: no configuration at /etc/web.toml";
        assert!(said.join(" ").contains(expected), "{said:?}");
    }
}

#[tokio::test]
async fn what_the_engine_refuses_stops_the_plan_with_its_words() {
    let (engine, _tempo) = stack().await;
    let refusal = Answer::Refusal(500, "port is already allocated");
    engine.answer(&format!("/containers/{WEB}/restart"), refusal);
    let output = restart(&engine, &["web", "--yes"]).await;
    assert_eq!(output.status.code(), Some(4), "{}", both(&output));
    holds(
        &output,
        &["not done: ", "the engine answered 500", "to go on: "],
    );
}

#[tokio::test]
async fn an_interrupted_plan_says_where_it_stands() {
    let (engine, _tempo) = stack().await;
    engine.answer(&format!("/containers/{WEB}/restart"), Answer::Silence);
    let arguments = ["restart", "--all", "--yes", "--project", "shop"];
    let mut running = started(&engine, &arguments);
    let mut said = BufReader::new(running.stderr.take().unwrap()).lines();
    until_asked(&engine, &format!("/containers/{WEB}/restart")).await;
    interrupt(&running).await;
    for expected in [
        "done: shop_tempo_1",
        "stopped within: restart shop_web_1; it is seen to its end first, a second Ctrl-C leaves at once",
        "restart --project shop shop_web_1",
    ] {
        loop {
            let line = said.next_line().await.unwrap().expect(expected);
            if line.contains(expected) {
                break;
            }
        }
    }
    // The engine has not answered yet.
    assert_eq!(running.try_wait().unwrap(), None);
    interrupt(&running).await;
    let status = running.wait().await.unwrap();
    assert_eq!(status.code(), Some(130));
}

async fn interrupt(running: &Child) {
    let id = running.id().unwrap().to_string();
    let mut kill = tokio::process::Command::new("kill");
    assert!(kill.args(["-INT", &id]).status().await.unwrap().success());
}

/// Lets the engine be on this machine, and `web` be made long ago from a file that says more by now.
fn with_changed_file(engine: &FakeEngine) {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let info = json!({
        "ID": "here", "Name": name.trim(), "OperatingSystem": "Debian", "OSType": "linux",
        "DockerRootDir": engine.folder().join("docker"), "SystemTime": jiff::Timestamp::now().to_string(),
        "SecurityOptions": ["name=rootless"],
    });
    engine.answer("/info", Answer::json(&info));
    let file = engine.folder().join("compose.yml");
    fs::write(
        &file,
        "services:\n  web:\n    image: shop-web:1\n    environment:\n      TEMPO_ENDPOINT: tempo:4317\n      \
         LISTEN_ADDR: 0.0.0.0:8080\n      OTEL_TRACES_SAMPLER: always_on\n    \
         ports: [\"127.0.0.1:18080:8080\"]\n",
    )
    .unwrap();
    let mut listed = Wire::Docker29.json("containers.json");
    for entry in listed.as_array_mut().unwrap() {
        made_in(&mut entry["Labels"], engine.folder());
    }
    engine.answer("/containers/json", Answer::json(&listed));
    for id in [WEB, TEMPO] {
        engine.change(id, |described| {
            described["Created"] = "2020-01-01T00:00:00Z".into();
            made_in(&mut described["Config"]["Labels"], engine.folder());
        });
    }
}

/// Labels of Compose 2 for a project whose file lies in this folder.
fn made_in(labels: &mut Value, folder: &Path) {
    let file = folder.join("compose.yml");
    labels["com.docker.compose.project.working_dir"] = folder.to_str().unwrap().into();
    labels["com.docker.compose.project.config_files"] = file.to_str().unwrap().into();
    labels["com.docker.compose.version"] = "2.26.1".into();
}

/// A `docker` that notes what it was asked for, and ends once a file that holds it up is gone.
fn noting_docker(folder: &Path) -> String {
    let programs = folder.join("programs");
    fs::create_dir(&programs).unwrap();
    let path = programs.join("docker");
    fs::write(
        &path,
        "#!/bin/sh\necho \"$DOCKER_HOST $*\" >> \"$0.asked\"\nwhile [ -e \"$0.waits\" ]; do sleep 0.01; done\n",
    )
    .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", programs.display())
}

#[tokio::test]
async fn a_changed_file_is_shown_with_its_command_and_applied_by_compose_alone_and_only_on_request()
{
    let (engine, _tempo) = stack().await;
    with_changed_file(&engine);
    let path = noting_docker(engine.folder());
    let run = async |more: &[&str]| {
        let arguments = [&["restart"], &SHOP[..], &["web", "--yes"], more].concat();
        let variables = [("PATH", path.as_str())];
        ptctl_with(engine.folder(), &engine.address(), &arguments, &variables).await
    };
    let command = format!(
        "docker compose --file {}/compose.yml --project-name shop up --detach --no-deps",
        engine.folder().display()
    );
    let restarted = run(&[]).await;
    assert_eq!(restarted.status.code(), Some(0), "{}", both(&restarted));
    holds(
        &restarted,
        &[
            "not applied by this: `OTEL_TRACES_SAMPLER`: always_on at",
            &command,
        ],
    );
    let asked = engine.folder().join("programs/docker.asked");
    assert!(!asked.exists(), "Compose was run unasked");
    assert_eq!(deeds(&engine).len(), 1);

    let untouched = run(&["--recreate", "--wait", "10ms"]).await;
    assert_eq!(untouched.status.code(), Some(4), "{}", both(&untouched));
    holds(
        &untouched,
        &["Compose ended well, and `OTEL_TRACES_SAMPLER` is as it was"],
    );
    let noted = fs::read_to_string(&asked).unwrap();
    let command = command.strip_prefix("docker ").unwrap();
    let command = format!("{} {command} --timeout 15 web\n", engine.address());
    assert_eq!(noted, command);

    // Now Compose does something.
    fs::write(engine.folder().join("programs/docker.waits"), "").unwrap();
    fs::remove_file(&asked).unwrap();
    let made_anew = async {
        until_there(&asked).await;
        engine.change(WEB, |described| {
            let environment = described["Config"]["Env"].as_array_mut().unwrap();
            environment.push("OTEL_TRACES_SAMPLER=always_on".into());
        });
        fs::remove_file(engine.folder().join("programs/docker.waits")).unwrap();
    };
    let (recreated, ()) = tokio::join!(run(&["--recreate"]), made_anew);
    assert_eq!(recreated.status.code(), Some(0), "{}", both(&recreated));
    assert_eq!(deeds(&engine).len(), 1, "Compose alone makes it anew");
}

async fn until_there(path: &Path) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let there = async {
        while !path.exists() {
            tick.tick().await;
        }
    };
    let there = tokio::time::timeout(Duration::from_secs(20), there).await;
    there.unwrap_or_else(|_| panic!("{} does not come", path.display()));
}

#[tokio::test]
async fn a_paused_tempo_is_thawed_by_the_doctor_once_confirmed() {
    let (engine, _tempo) = stack().await;
    let pause = |paused: bool| {
        engine.change(TEMPO, |described| {
            described["State"]["Paused"] = paused.into();
            described["State"]["Status"] = if paused { "paused" } else { "running" }.into();
        });
    };
    pause(true);
    let unpause = format!("/containers/{TEMPO}/unpause");
    engine.answer(&unpause, Answer::Body(Vec::new().into()));
    let shown = ptctl(&engine, &["doctor", "--fix", "--project", "shop"]).await;
    assert_eq!(shown.status.code(), Some(2), "{}", both(&shown));
    holds(&shown, &["1. unpause tempo (shop_tempo_1): PT0105"]);
    assert!(deeds(&engine).is_empty());

    let fixed = ["doctor", "--fix", "--yes", "--project", "shop"];
    let thawed = async {
        until_asked(&engine, &unpause).await;
        pause(false);
    };
    let (fixed, ()) = tokio::join!(ptctl(&engine, &fixed), thawed);
    assert_eq!(fixed.status.code(), Some(0), "{}", both(&fixed));
    holds(&fixed, &["what these steps were for is found no more"]);
    assert_eq!(deeds(&engine), [format!("{} unpause", &TEMPO[..5])]);
}

#[tokio::test]
async fn a_wrong_value_in_a_file_is_shown_as_a_patch_and_the_file_is_left_as_it_is() {
    let (engine, _tempo) = stack().await;
    with_changed_file(&engine);
    let file = engine.folder().join("compose.yml");
    let text = "services:\n  web:\n    image: shop-web:1\n    environment:\n      - TEMPO_ENDPOINT=localhost:4317\n";
    fs::write(&file, text).unwrap();
    engine.change(WEB, |described| {
        described["Config"]["Env"] = json!([
            "TEMPO_ENDPOINT=localhost:4317",
            "LISTEN_ADDR=0.0.0.0:8080",
            "API_TOKEN=s3cr3t-value"
        ]);
    });
    let shown = ptctl(&engine, &["doctor", "--fix", "--yes", "--project", "shop"]).await;
    assert_eq!(shown.status.code(), Some(1), "{}", both(&shown));
    holds(
        &shown,
        &[
            "--- compose.yml\n+++ compose.yml\n@@ -5 +5 @@\n-      - TEMPO_ENDPOINT=localhost:4317\n+      - TEMPO_ENDPOINT=tempo:4317\n",
        ],
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let json = ["doctor", "--fix", "--project", "shop", "-o", "json"];
    let told = ptctl(&engine, &json).await;
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["patches"][0]["change"]["kind"], "diff", "{told:#}");
    let other = ptctl(
        &engine,
        &["doctor", "--fix", "--project", "shop", "-o", "sarif"],
    )
    .await;
    assert_eq!(other.status.code(), Some(2), "{}", both(&other));
}
