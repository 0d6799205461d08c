//! `ptctl lint` beside a Compose: played by a script that answers with what each generation really answered.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Output};

use tempfile::TempDir;

use super::{TEMPO, folder, places, shown};

/// The files whose `config` was recorded, with the paths of `/srv/shop`.
const FILES: [(&str, &str); 6] = [
    ("compose.yml", include_str!("recordings/compose.yml")),
    ("override.yml", include_str!("recordings/override.yml")),
    ("base.yml", include_str!("recordings/base.yml")),
    ("web.env", include_str!("recordings/web.env")),
    (".env", include_str!("recordings/dot.env")),
    ("tempo.yaml", TEMPO),
];
const COMPOSE_1: &str = include_str!("recordings/compose-1.29.yml");
const COMPOSE_2: &str = include_str!("recordings/compose-2.26.yml");
const NAMED: [&str; 4] = ["-f", "compose.yml", "-f", "override.yml"];

/// A folder of programs to stand on the search path.
struct Programs(TempDir);

impl Programs {
    fn none() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Adds a program that does what a script of the shell says.
    fn with(self, name: &str, script: &str) -> Self {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Adds a file for the scripts.
    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.path(name), text).unwrap();
        self
    }

    /// The plugin of Compose 2: `docker compose`.
    fn compose_2() -> Self {
        Self::none().file("view.yml", COMPOSE_2).with(
            "docker",
            "[ \"$1\" = compose ] || exit 1\n[ \"$2\" = version ] && exit 0\necho \"$@\" > \"$0.arguments\"\nsed \"s|/srv/shop|$PWD|g\" \"$(dirname \"$0\")/view.yml\"",
        )
    }

    /// Compose 1, beside a `docker` without the plugin.
    fn compose_1() -> Self {
        Self::none()
            .file("view.yml", COMPOSE_1)
            .with("docker", "echo 'docker: unknown command' >&2\nexit 1")
            .with(
                "docker-compose",
                "echo \"$@\" > \"$0.arguments\"\nsed \"s|/srv/shop|$PWD|g\" \"$(dirname \"$0\")/view.yml\"",
            )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn lint(&self, root: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        // The system's folders stand behind, for `sed` alone: a Compose there is never reached.
        let path = format!("{}:/usr/bin:/bin", self.0.path().display());
        assert_cmd::Command::cargo_bin("ptctl")
            .unwrap()
            .current_dir(root.path().join("shop"))
            .env_clear()
            .env("PATH", path)
            .envs(variables.iter().copied())
            .arg("lint")
            .args(arguments)
            .output()
            .unwrap()
    }
}

fn report(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", shown(output)))
}

fn reasons(output: &Output) -> Vec<String> {
    report(output)["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["reason"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_extends_brings_is_judged_by_the_view_of_each_generation() {
    let root = folder(&FILES);
    let arguments = [&NAMED[..], &["-o", "json"]].concat();
    for (programs, command) in [
        (Programs::compose_1(), "docker-compose config"),
        (Programs::compose_2(), "docker compose config"),
    ] {
        let output = programs.lint(&root, &arguments, &[]);
        let report = report(&output);
        let causes = report["causes"].as_array().unwrap();
        let codes: Vec<_> = causes.iter().map(|cause| &cause["code"]).collect();
        assert_eq!(codes, ["PT0302"], "{command}: {}", shown(&output));
        let proof = &causes[0]["evidence"][0];
        // `base.yml` says it, which is not followed: no place is better than a wrong one.
        assert_eq!(proof["source"], format!("jobs in `{command}`"));
        assert!(proof["location"].is_null(), "{proof}");
        let open =
            "`OTEL_SERVICE_NAME` at compose.yml:7:26 takes `NAME` from the shell that starts it";
        assert_eq!(reasons(&output), [open], "{command}");
        let table = shown(&programs.lint(&root, &NAMED, &[]));
        let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
        let resolved = format!("resolved by `{command}`");
        assert!(table.contains(&resolved), "{table}");
    }
}

#[test]
fn without_compose_the_same_files_have_a_stated_gap() {
    let root = folder(&FILES);
    let arguments = [&NAMED[..], &["-o", "json", "--compose-binary", "never"]].concat();
    let programs = Programs::compose_2();
    let output = programs.lint(&root, &arguments, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let gap = "extends at compose.yml:28:5 is not followed without Compose";
    assert!(reasons(&output).iter().any(|reason| reason == gap));
    assert!(!programs.path("docker.arguments").exists());
}

#[test]
fn compose_is_given_the_same_files_and_every_profile() {
    let root = folder(&FILES);
    let programs = Programs::compose_2();
    let arguments = [&NAMED[..], &["--project", "other"]].concat();
    programs.lint(&root, &arguments, &[]);
    let given = fs::read_to_string(programs.path("docker.arguments")).unwrap();
    assert_eq!(
        given.trim(),
        "compose --file compose.yml --file override.yml --project-name other --profile * config"
    );
}

#[test]
fn a_value_of_the_shell_wins_at_the_place_of_its_text() {
    let root = folder(&FILES);
    let view = COMPOSE_2.replacen("http://tempo:4318", "http://localhost:4318", 1);
    let of_shell = view.replace("OTEL_SERVICE_NAME: \"\"", "OTEL_SERVICE_NAME: front");
    assert_ne!(of_shell, COMPOSE_2);
    let programs = Programs::compose_2().file("view.yml", &of_shell);
    let arguments = [&NAMED[..], &["-o", "json"]].concat();
    let variables = [("ENDPOINT", "http://localhost:4318"), ("NAME", "front")];
    let output = programs.lint(&root, &arguments, &variables);
    assert_eq!(
        places(&output),
        ["PT0302 compose.yml:6:36"],
        "{}",
        shown(&output)
    );
    assert_eq!(reasons(&output), [""; 0]);
}

#[test]
fn a_compose_that_refuses_or_never_ends_is_a_gap_and_the_files_are_read_without_it() {
    let text = "services:\n  web:\n    image: shop/web:1\n    environment: {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318'}\n";
    let root = folder(&[("compose.yml", text)]);
    let refusing = "echo 'time=\"x\" level=warning msg=\"noise\"' >&2\necho 'validating compose.yml: services.web Additional property port is not allowed' >&2\nexit 15";
    for (script, expected) in [
        (
            refusing,
            "` refused: validating compose.yml: services.web Additional property port is not allowed; the files were read without it",
        ),
        (
            "exit 1",
            "` failed without a word (exit status: 1); the files were read without it",
        ),
        ("exec tail -f /dev/null", "` did not end within "),
        ("echo '{'", "` answered with what is no YAML: line "),
    ] {
        let programs = Programs::none().with("docker-compose", script);
        let binary = programs.path("docker-compose");
        let binary = binary.to_str().unwrap();
        let arguments = [
            "-o",
            "json",
            "--timeout",
            "700ms",
            "--compose-binary",
            binary,
        ];
        let output = programs.lint(&root, &arguments, &[]);
        assert_eq!(
            places(&output),
            ["PT0302 compose.yml:4:48"],
            "{}",
            shown(&output)
        );
        let reasons = reasons(&output);
        assert!(
            reasons.iter().any(|reason| reason.contains(expected)),
            "{reasons:?}"
        );
    }
    let absent = Programs::none();
    let output = absent.lint(
        &root,
        &["-o", "json"],
        &[("PTCTL_COMPOSE_BINARY", "/nowhere/docker-compose")],
    );
    let reasons = reasons(&output);
    assert!(
        reasons[0].starts_with("could not run `/nowhere/docker-compose config`"),
        "{reasons:?}"
    );
}

#[test]
fn services_of_an_include_are_judged_where_compose_names_them() {
    let root = folder(&[
        ("compose.yml", "include: [tracing.yml]\n"),
        ("tracing.yml", "services: {}\n"),
    ]);
    let view = "name: shop\nservices:\n  web:\n    image: shop/web:1\n    environment:\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://localhost:4318\n";
    let programs = Programs::compose_2().file("view.yml", view);
    let output = programs.lint(&root, &["-o", "json"], &[]);
    assert_eq!(
        report(&output)["causes"][0]["code"],
        "PT0302",
        "{}",
        shown(&output)
    );
    let alone = programs.lint(&root, &["--compose-binary", "never"], &[]);
    assert_eq!(alone.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&alone.stderr).into_owned();
    assert!(
        errors.contains("include at compose.yml:1:1 is not followed without Compose"),
        "{errors}"
    );
    assert!(errors.contains("--compose-binary PATH"), "{errors}");
}

#[test]
fn a_secret_that_compose_shows_or_complains_of_is_nowhere() {
    let text = "services:\n  web:\n    image: shop/web:1\n    environment: {DB_PASSWORD: \"${TOKEN}\", OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318'}\n";
    let root = folder(&[("compose.yml", text)]);
    let view = "services:\n  web:\n    environment:\n      DB_PASSWORD: hunter2hunter2\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://ann:hunter2hunter2@localhost:4318\n      OTEL_EXPORTER_OTLP_HEADERS: authorization=Bearer hunter2hunter2\n";
    let shows = Programs::compose_2().file("view.yml", view);
    let complains = Programs::none().with(
        "docker-compose",
        "echo 'invalid interpolation format for services.web.environment.DB: \"hunter2hunter2${\"' >&2; exit 1",
    );
    let binary = complains.path("docker-compose");
    for output in [
        shows.lint(&root, &["-v", "-v"], &[("TOKEN", "hunter2hunter2")]),
        shows.lint(&root, &["-o", "json"], &[("TOKEN", "hunter2hunter2")]),
        complains.lint(
            &root,
            &["-v", "--compose-binary", binary.to_str().unwrap()],
            &[],
        ),
    ] {
        let output = shown(&output);
        assert!(
            output.contains("PT0302") && !output.contains("hunter2"),
            "{output}"
        );
    }
}
