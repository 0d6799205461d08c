//! `ptctl lint`: the real program on folders of files, without an engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

mod compose_binary;
mod generated;
mod process;

use std::{fs, path::Path, process::Output};

use tempfile::TempDir;

const TEMPO: &str = "server:
  http_listen_port: 3200
distributor:
  receivers:
    otlp:
      protocols:
        grpc:
          endpoint: 0.0.0.0:4317
        http:
          endpoint: 0.0.0.0:4318
storage:
  trace:
    backend: local
    local:
      path: /var/tempo
";

const WITH_TEMPO: &str = "  tempo:
    image: grafana/tempo:3.0.3
    command: [\"-config.file=/etc/tempo.yaml\"]
    volumes:
      - ./tempo.yaml:/etc/tempo.yaml:ro
      - tempo-data:/var/tempo
volumes:
  tempo-data:
";

/// A folder called `shop` with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    let shop = root.path().join("shop");
    fs::create_dir(&shop).unwrap();
    for (name, text) in files {
        fs::write(shop.join(name), text).unwrap();
    }
    root
}

fn lint(root: &TempDir, arguments: &[&str]) -> Output {
    run(&root.path().join("shop"), arguments)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    assert_cmd::Command::cargo_bin("ptctl")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .arg("lint")
        .args(arguments)
        .output()
        .unwrap()
}

fn shown(output: &Output) -> String {
    format!(
        "exit {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The codes of the findings and the places of those of their proofs that stand in a file.
fn places(output: &Output) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut places = Vec::new();
    for cause in report["causes"].as_array().unwrap() {
        for proof in cause["evidence"].as_array().unwrap() {
            let place = &proof["location"];
            if let Some(file) = place["file"].as_str() {
                let code = cause["code"].as_str().unwrap();
                let (line, column) = (&place["line"], &place["column"]);
                places.push(format!("{code} {file}:{line}:{column}"));
            }
        }
    }
    places.sort();
    places.dedup();
    places
}

#[test]
fn each_fault_is_named_at_its_place_in_the_files() {
    let compose = format!(
        "services:
  web:
    image: shop/web:1
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: http://localhost:4317
      OTEL_EXPORTER_OTLP_PROTOCOL: grpc
  worker:
    image: shop/worker:1
    env_file: worker.env
  jobs:
    image: shop/jobs:1
    environment:
      - OTEL_EXPORTER_OTLP_ENDPOINT=http://tempo:3200
      - OTEL_EXPORTER_OTLP_PROTOCOL=grpc
{WITH_TEMPO}"
    );
    let worker = "# where spans go\nOTEL_EXPORTER_OTLP_ENDPOINT=http://temp0:4318\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n";
    let loopback = TEMPO.replace("0.0.0.0:4317", "127.0.0.1:4317");
    let root = folder(&[
        ("compose.yml", &compose),
        ("worker.env", worker),
        ("tempo.yaml", &loopback),
    ]);
    let report = shown(&lint(&root, &[]));
    // How many checks there are is no matter of this test.
    let findings = report
        .lines()
        .filter(|line| !line.contains("checks passed"));
    insta::assert_snapshot!(findings.collect::<Vec<_>>().join("\n"));
    let expected = [
        "PT0203 tempo.yaml:8:21",
        "PT0302 compose.yml:5:36",
        "PT0303 worker.env:2:1",
        "PT0313 compose.yml:13:9",
    ];
    assert_eq!(places(&lint(&root, &["-o", "json"])), expected);
}

#[test]
fn what_later_files_and_dot_env_say_is_what_is_judged() {
    let root = folder(&[
        (
            "base.yml",
            "services:\n  web:\n    image: shop/web:1\n    environment: {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318'}\n",
        ),
        (
            "more.yml",
            &format!(
                "services:\n  web:\n    environment: ['OTEL_EXPORTER_OTLP_ENDPOINT=http://${{TEMPO_HOST:-tempo}}:4318']\n{WITH_TEMPO}"
            ),
        ),
        ("tempo.yaml", TEMPO),
    ]);
    let alone = lint(&root, &["-f", "base.yml", "-o", "json"]);
    assert_eq!(places(&alone), ["PT0302 base.yml:4:48"]);
    let both = ["-f", "base.yml", "-f", "more.yml"];
    assert_eq!(lint(&root, &both).status.code(), Some(0));
    fs::write(root.path().join("shop/.env"), "TEMPO_HOST=elsewhere\n").unwrap();
    let misled = lint(&root, &["-f", "base.yml", "-f", "more.yml", "-o", "json"]);
    assert_eq!(places(&misled), ["PT0303 more.yml:3:19"]);
}

#[test]
fn the_repository_s_own_stack_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = run(&root, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}

#[test]
fn what_is_not_followed_is_a_gap_with_its_place_and_no_alarm() {
    let root = folder(&[(
        "compose.yml",
        "include:\n  - other.yml\nservices:\n  web:\n    extends: {file: base.yml, service: web}\n    environment:\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://tempo-of-others:4317\n      OTEL_SERVICE_NAME: ${NAME}\n",
    )]);
    let output = lint(&root, &["-o", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let reasons: Vec<&str> = report["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["reason"].as_str().unwrap())
        .collect();
    for expected in [
        "include at compose.yml:1:1 is not followed without Compose",
        "extends at compose.yml:5:5 is not followed without Compose",
        "`OTEL_SERVICE_NAME` at compose.yml:8:26 takes `NAME` from the shell that starts it",
    ] {
        assert!(reasons.contains(&expected), "{reasons:?}");
    }
}

#[test]
fn a_service_on_a_network_of_another_project_may_send_to_whom_these_files_do_not_know() {
    let root = folder(&[(
        "compose.yml",
        "services:\n  web:\n    image: shop/web:1\n    environment: {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://tempo:4318'}\n    networks: [observability]\nnetworks:\n  observability: {external: true}\n",
    )]);
    let output = lint(&root, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}

#[test]
fn files_that_cannot_be_read_end_with_three() {
    let nothing = folder(&[]);
    assert_eq!(lint(&nothing, &[]).status.code(), Some(3));
    let broken = folder(&[("compose.yml", "services:\n  web: [\n")]);
    let output = lint(&broken, &[]);
    assert_eq!(output.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("could not parse `compose.yml:"), "{errors}");
    let without_config = folder(&[("compose.yml", &format!("services:\n{WITH_TEMPO}"))]);
    assert_eq!(lint(&without_config, &[]).status.code(), Some(3));
}

#[test]
fn what_is_no_stack_is_said_with_its_place() {
    for (text, says) in [
        (
            "services:\n  web:\n    image: a\n    image: b\n",
            "`compose.yml:4:5`: key `image` stands here twice",
        ),
        ("services:\n\tweb:\n", "`compose.yml:2:"),
        (
            "services:\n  web: {environment: *nope}\n",
            "`compose.yml:2:",
        ),
        (
            "services:\n  - web\n",
            "`services` at `compose.yml:1:1` is no mapping",
        ),
        (
            "services:\n  web:\n",
            "`web` at `compose.yml:2:3` is no mapping",
        ),
        ("services: {}\n", "`compose.yml` has no `services`"),
        ("", "`compose.yml` has no `services`"),
    ] {
        let output = lint(&folder(&[("compose.yml", text)]), &[]);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(errors.contains(says), "{text}: {errors}");
    }
}

#[test]
fn a_mark_at_the_beginning_and_ends_of_lines_of_another_system_move_no_place() {
    let text = "\u{feff}services:\r\n  web:\r\n    environment:\r\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://localhost:4318\r\n";
    let root = folder(&[("compose.yml", text)]);
    assert_eq!(
        places(&lint(&root, &["-o", "json"])),
        ["PT0302 compose.yml:4:36"]
    );
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_no_file() {
    let root = folder(&[]);
    let pipe = root.path().join("shop/compose.yml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let output = lint(&root, &["-f", "compose.yml"]);
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
}

#[test]
fn dot_env_names_the_files_and_the_profiles() {
    let web = |profile: &str| {
        format!(
            "services:\n  web:\n    profiles: [{profile}]\n    environment: {{OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318'}}\n  other:\n    image: shop/other:1\n"
        )
    };
    let root = folder(&[
        ("a.yml", &web("front")),
        ("b.yml", "services:\n  other:\n    image: shop/other:2\n"),
        (
            ".env",
            "COMPOSE_FILE=a.yml;b.yml\nCOMPOSE_PATH_SEPARATOR=;\nCOMPOSE_PROFILES=back, front\n",
        ),
    ]);
    assert_eq!(places(&lint(&root, &["-o", "json"])), ["PT0302 a.yml:4:48"]);
    fs::write(root.path().join("shop/a.yml"), web("night")).unwrap();
    assert_eq!(places(&lint(&root, &["-o", "json"])), [""; 0]);
    let named = lint(&root, &["-o", "json", "--profile", "night"]);
    assert_eq!(places(&named), ["PT0302 a.yml:4:48"]);
}

#[test]
fn a_secret_of_the_files_is_nowhere_in_the_output() {
    let root = folder(&[
        (
            "compose.yml",
            "services:\n  web:\n    image: shop/web:1\n    env_file: web.env\n    environment:\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://ann:hunter2hunter2@localhost:4318\n      OTEL_EXPORTER_OTLP_HEADERS: authorization=Bearer ${TOKEN:-hunter2hunter2}\n",
        ),
        ("web.env", "DB_PASSWORD=hunter2hunter2\n"),
        (".env", "TOKEN=hunter2hunter2\n"),
    ]);
    for format in ["table", "json"] {
        let output = shown(&lint(&root, &["-o", format]));
        assert!(output.contains("PT0302"), "{output}");
        assert!(!output.contains("hunter2"), "{output}");
    }
}
