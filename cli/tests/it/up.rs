//! `ptctl smoke --up` and `--down` on a played engine, with a Compose that is played too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Output};

use serde_json::{Value, json};

use crate::{
    fake_stack::{Answer, FakeEngine, FakeTempo, Generation, TEMPO, WEB, Wire, beside},
    helper::static_binary,
    program::{both, ptctl_with},
};

const FILE: &str = "services:\n  web:\n    image: shop-web:1\n    environment: {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://tempo:4318'}\n  \
                    tempo:\n    image: grafana/tempo:3.0.3\n    command: [-config.file=/etc/tempo.yaml]\n";
const MARK: &str = "dev.ptctl.up";

/// An engine with the images of the files and the recorded stack, whose project is called `shop`, and a Compose.
struct Shop {
    engine: FakeEngine,
    _tempo: FakeTempo,
}

impl Shop {
    /// Of which all is marked as started by `--up`.
    async fn marked() -> Self {
        let shop = Self::strange().await;
        shop.mark();
        shop
    }

    /// Of which nothing is.
    async fn strange() -> Self {
        let tempo = FakeTempo::ready(Generation::Three).await;
        let engine = beside(&tempo);
        fs::write(engine.folder().join("compose.yml"), FILE).unwrap();
        let shop = Self {
            engine,
            _tempo: tempo,
        };
        shop.has_image("shop-web:1");
        shop.engine.answer(
            "/images/create",
            Answer::json(&json!({"status": "sha256:1"})),
        );
        shop.engine
            .answer("/volumes", Answer::json(&json!({"Volumes": []})));
        shop.engine.answer("/networks", Answer::json(&json!([])));
        for id in [WEB, TEMPO] {
            let done = || Answer::Body(Vec::new().into());
            shop.engine
                .answer(&format!("/containers/{id}/stop"), done());
            shop.engine.answer(&format!("/containers/{id}"), done());
            shop.engine.change(id, |described| {
                described["State"].as_object_mut().unwrap().remove("Health");
            });
        }
        shop
    }

    fn mark(&self) {
        let mut listed = Wire::Docker20.json("containers.json");
        for entry in listed.as_array_mut().unwrap() {
            entry["Labels"][MARK] = "shop".into();
        }
        self.engine
            .answer("/containers/json", Answer::json(&listed));
    }

    fn has_image(&self, name: &str) {
        let image = json!({"Id": "sha256:1", "Os": "linux", "Architecture": "amd64", "Config": {}});
        self.engine
            .answer(&format!("/images/{name}/json"), Answer::json(&image));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.engine.folder().join(name)
    }

    /// Puts a Compose 1 there whose `config` gives the file back, and whose `up` does what a script says.
    fn compose(&self, up: &str) {
        let script = format!(
            "#!/bin/sh\ncase \" $* \" in\n*' config '*) cat {file} ;;\n*) echo \"$*\" > {noted}\ncp \"$4\" {over}\n{up} ;;\nesac\n",
            file = self.path("compose.yml").display(),
            noted = self.path("noted").display(),
            over = self.path("over.json").display(),
        );
        let path = self.path("docker-compose");
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(self.path("static"), static_binary()).unwrap();
    }

    async fn smoke(&self, arguments: &[&str]) -> Output {
        let (compose, binary) = (self.path("docker-compose"), self.path("static"));
        let more = [
            "--compose-binary",
            compose.to_str().unwrap(),
            "--helper-binary",
            binary.to_str().unwrap(),
        ];
        let arguments = [&["smoke"], arguments, &more].concat();
        let variables = [
            ("PATH", "/usr/bin:/bin"),
            ("TMPDIR", self.engine.folder().to_str().unwrap()),
        ];
        ptctl_with(
            self.engine.folder(),
            &self.engine.address(),
            &arguments,
            &variables,
        )
        .await
    }

    fn over(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("over.json")).unwrap()).unwrap()
    }

    /// The containers that were removed.
    fn removed(&self) -> Vec<String> {
        let asked = self.engine.asked();
        let removals = asked.iter().filter(|path| path.contains("?force=true"));
        let mut ids: Vec<String> = removals
            .map(|path| path.split(['/', '?']).nth(3).unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    }
}

/// Nothing listens there: the check fails, and that is all that is wanted of it.
const NOWHERE: [&str; 4] = ["--url", "http://127.0.0.1:9/", "--within", "1s"];

fn holds(output: &Output, parts: &[&str]) {
    let said = both(output);
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

#[tokio::test]
async fn the_stack_is_started_by_compose_with_the_stand_in_and_removed_after_the_checks() {
    let shop = Shop::marked().await;
    shop.compose("");
    let up = [&["--up", "--down", "--up-project", "shop"], &NOWHERE[..]].concat();
    let output = shop.smoke(&up).await;
    // The check could not be done, and what it needed is gone all the same.
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let noted = fs::read_to_string(shop.path("noted")).unwrap();
    assert!(noted.starts_with("--file compose.yml --file "), "{noted}");
    assert!(
        noted.ends_with(" --project-name shop up --detach --no-build\n"),
        "{noted}"
    );
    holds(
        &output,
        &[
            "in the place of tempo: ",
            "removed the containers ",
            "UNKNOWN",
        ],
    );
    let tempo = &shop.over()["services"]["tempo"];
    assert_eq!(tempo["entrypoint"], json!(["/ptctl", "backend", "--"]));
    assert!(
        tempo["image"]
            .as_str()
            .unwrap()
            .starts_with("ptctl-helper:")
    );
    assert_eq!(shop.removed(), [TEMPO, WEB]);
    let generated = noted.split(' ').nth(3).unwrap();
    assert!(!PathBuf::from(generated).exists(), "{generated} is left");
}

#[tokio::test]
async fn without_down_the_stack_stays_and_how_to_remove_it_is_said() {
    let shop = Shop::marked().await;
    shop.compose("");
    let up = [&["--up=web", "--up-project", "shop"], &NOWHERE[..]].concat();
    let output = shop.smoke(&up).await;
    holds(
        &output,
        &[
            "shop is left as it is",
            "ptctl smoke --down --up-project shop",
        ],
    );
    assert_eq!(shop.removed(), [""; 0]);
    let noted = fs::read_to_string(shop.path("noted")).unwrap();
    assert!(
        noted.ends_with(" up --detach --no-build web tempo\n"),
        "{noted}"
    );
}

#[tokio::test]
async fn what_compose_complains_of_is_told_and_what_it_began_is_removed() {
    let shop = Shop::marked().await;
    shop.compose("echo 'ERROR: for web  Bind for 127.0.0.1:8080 failed: port is already allocated' >&2; exit 1");
    let up = [&["--up", "--down", "--up-project", "shop"], &NOWHERE[..]].concat();
    let output = shop.smoke(&up).await;
    assert_eq!(output.status.code(), Some(4), "{}", both(&output));
    holds(
        &output,
        &[
            "failed: ERROR: for web  Bind for 127.0.0.1:8080 failed: port is already allocated",
            "hint: another stack on this engine has the port",
        ],
    );
    assert_eq!(shop.removed(), [TEMPO, WEB]);
}

#[tokio::test]
async fn a_stack_of_somebody_else_is_neither_started_over_nor_removed() {
    let shop = Shop::strange().await;
    shop.compose("");
    let up = [&["--up", "--down", "--up-project", "shop"], &NOWHERE[..]].concat();
    for arguments in [&up[..], &["--down", "--up-project", "shop"]] {
        let output = shop.smoke(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{}", both(&output));
        holds(
            &output,
            &["`shop` has what `ptctl smoke --up` did not start: container "],
        );
    }
    assert_eq!(shop.removed(), [""; 0]);
    assert!(!shop.path("noted").exists(), "Compose was run");
}

#[tokio::test]
async fn a_marked_stack_is_removed_without_compose_and_without_checks() {
    let shop = Shop::marked().await;
    let removed = shop.smoke(&["--down", "--up-project", "shop"]).await;
    assert_eq!(removed.status.code(), Some(0), "{}", both(&removed));
    holds(&removed, &["removed the containers "]);
    let nothing = shop.smoke(&["--down"]).await;
    assert_eq!(nothing.status.code(), Some(0), "{}", both(&nothing));
    assert!(
        both(&nothing).contains("the engine has nothing of "),
        "{}",
        both(&nothing)
    );
}

#[tokio::test]
async fn an_image_that_is_not_there_is_named_before_anything_is_started() {
    let shop = Shop::marked().await;
    shop.compose("");
    let missing = Answer::Refusal(404, "No such image: shop-web:1");
    shop.engine.answer("/images/shop-web:1/json", missing);
    let up = [&["--up", "--up-project", "shop"], &NOWHERE[..]].concat();
    let output = shop.smoke(&up).await;
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
    holds(
        &output,
        &[
            "the engine has no image for web (shop-web:1)",
            "--file compose.yml pull web`",
        ],
    );
    assert!(!shop.path("noted").exists(), "Compose was run");
}

#[tokio::test]
async fn a_stand_in_that_ends_is_told_with_the_last_of_its_log() {
    let shop = Shop::marked().await;
    shop.compose("");
    shop.engine.change(TEMPO, |described| {
        described["State"]["Status"] = "restarting".into();
        described["State"]["Restarting"] = true.into();
        described["RestartCount"] = 2.into();
    });
    let line = b"field storage_wrong not found in type app.Config\n";
    let log = FakeEngine::framed(&[(2, "2026-11-22T08:39:49.904182227Z", line)]);
    shop.engine
        .answer(&format!("/containers/{TEMPO}/logs"), log);
    let up = [&["--up", "--up-project", "shop"], &NOWHERE[..]].concat();
    let output = shop.smoke(&up).await;
    assert_eq!(output.status.code(), Some(4), "{}", both(&output));
    holds(
        &output,
        &[
            "in the place of `tempo` ended",
            "storage_wrong not found",
            "shop is left as it is",
        ],
    );
}
