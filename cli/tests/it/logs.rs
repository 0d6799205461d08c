//! `ptctl logs` against an engine that streams logs, and beside its files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

mod following;

use std::{fs, process::Output};

use serde_json::{Value, json};

use crate::{
    fake_stack::{Answer, FakeEngine, TEMPO, WEB, Wire},
    program::{both, ptctl},
};

/// A look so far back that the moments of the tests lie in it.
const LONG_AGO: &str = "--since=1000w";
const REFUSED: &str = "Failed to export traces to tempo:4317, error code: StatusCode.UNAVAILABLE";

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn logs(engine: &FakeEngine, id: &str, lines: &[(u8, &str, &[u8])]) {
    engine.answer(&format!("/containers/{id}/logs"), FakeEngine::framed(lines));
}

/// The engine's data lies in its own folder, with the log of `web` in it.
pub(crate) fn keep_files(engine: &FakeEngine, records: &str) {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let mut info: Value =
        serde_json::from_str(include_str!("fake_stack/recordings/docker-20.10/info.json")).unwrap();
    info["Name"] = host.trim().into();
    info["DockerRootDir"] = engine.folder().to_str().unwrap().into();
    engine.answer("/info", Answer::json(&info));
    let folder = engine.folder().join("containers").join(WEB);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{WEB}-json.log")), records).unwrap();
}

pub(crate) fn record(time: &str, text: &str) -> String {
    let record = json!({"log": format!("{text}\n"), "stream": "stdout"}).to_string();
    format!("{},\"time\":\"{time}\"}}\n", record.trim_end_matches('}'))
}

#[tokio::test]
async fn the_logs_of_a_stack_are_merged_by_time_and_let_nothing_through() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    logs(
        &engine,
        WEB,
        &[
            (1, "2025-11-22T08:00:01Z", b"level=info msg=one"),
            (
                2,
                "2025-11-22T08:00:03Z",
                b"\x1b[31mERROR\x1b[0m password=hunter2 \x1b]0;x\x07",
            ),
        ],
    );
    logs(
        &engine,
        TEMPO,
        &[(1, "2025-11-22T08:00:02Z", b"level=warn msg=two")],
    );
    let output = ptctl(&engine, &["logs", "web", "tempo", LONG_AGO]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let shown = stdout(&output);
    let rows: Vec<&str> = shown.lines().collect();
    assert_eq!(
        rows[0],
        "2025-11-22 08:00:01.000 web     level=info msg=one"
    );
    assert_eq!(
        rows[1],
        "2025-11-22 08:00:02.000 tempo ▲ level=warn msg=two"
    );
    assert!(rows[2].starts_with("2025-11-22 08:00:03.000 web   ✗ ERROR password=[redacted]"));
    assert_eq!(rows.len(), 3);
    assert!(
        !shown.contains('\u{1b}') && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[tokio::test]
async fn lines_are_objects_for_programs_and_only_those_that_are_wanted() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let id = "0af7651916cd43dd8448eb211c80319c";
    logs(
        &engine,
        WEB,
        &[
            (1, "2025-11-22T08:00:01Z", b"level=info msg=one"),
            (1, "2025-11-22T08:00:02Z", REFUSED.as_bytes()),
            (
                1,
                "2025-11-22T08:00:03Z",
                format!("level=debug trace_id={id}").as_bytes(),
            ),
            (1, "2025-11-22T08:00:04Z", b"level=error msg=four"),
        ],
    );
    let texts = async |filter: &[&str]| {
        let arguments = [&["logs", "web", LONG_AGO, "-o", "json"], filter].concat();
        let output = ptctl(&engine, &arguments).await;
        assert_eq!(output.status.code(), Some(0), "{}", both(&output));
        let objects: Vec<Value> = stdout(&output)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        objects
    };
    assert_eq!(texts(&[]).await.len(), 4);
    let errors = texts(&["--errors"]).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["text"], REFUSED);
    assert_eq!(errors[0]["service"], "web");
    assert_eq!(errors[0]["export"]["outcome"], "failed");
    let traced = texts(&["--trace", &id.to_uppercase()]).await;
    assert_eq!(traced.len(), 1);
    assert_eq!(traced[0]["time"], "2025-11-22T08:00:03Z");
    assert_eq!(texts(&["--level", "error"]).await.len(), 1);
}

#[tokio::test]
async fn where_the_engines_files_are_here_it_is_not_asked_for_lines() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    keep_files(
        &engine,
        &[
            record("2025-11-22T08:00:01Z", "<one> & \"two\""),
            record("2025-11-22T08:00:02Z", REFUSED),
        ]
        .concat(),
    );
    let output = ptctl(&engine, &["logs", "web", LONG_AGO]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let shown = stdout(&output);
    assert!(shown.contains("<one> & \"two\""), "{shown}");
    assert!(shown.contains(REFUSED), "{shown}");
    let errors = ptctl(&engine, &["logs", "web", LONG_AGO, "--errors"]).await;
    assert_eq!(stdout(&errors).lines().count(), 1, "{}", both(&errors));
    assert!(!engine.asked().iter().any(|path| path.contains("/logs")));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_told_and_so_is_a_service_that_is_not_there() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let reason = "configured logging driver does not support reading";
    engine.answer(
        &format!("/containers/{WEB}/logs"),
        Answer::Refusal(500, reason),
    );
    let output = ptctl(&engine, &["logs", "web"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(both(&output).contains(reason), "{}", both(&output));
    let output = ptctl(&engine, &["logs", "nobody"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
}
