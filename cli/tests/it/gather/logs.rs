//! What a look reads out of logs.

use ptctl::gather::gather;
use ptctl_diagnosis::{export_errors::ErrorKind, snapshot::Role};

use super::{container, now};
use crate::{
    fake_stack::{Answer, FakeEngine, WEB, Wire, request},
    logs::{keep_files, record},
};

/// The recorded service as started just now: its first minute and the window are then one range of its log.
fn just_started(engine: &FakeEngine) {
    engine.change(WEB, |described| {
        described["State"]["StartedAt"] = now().into();
    });
}

#[tokio::test]
async fn what_a_log_says_is_classified_and_folded() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    just_started(&engine);
    let time = now();
    let refused = br#"{"time":"t","level":"ERROR","msg":"failed to export spans","service":"shop-web","error":"transport error: tcp connect error: Connection refused (os error 111)","cause":"connection refused","endpoint":"http://tempo:4317","spans_waiting":3,"spans_dropped":0,"spans_failed":0}"#;
    let announced = br#"{"level":"INFO","msg":"initializing tracer","service":"shop-web","tempo_endpoint":"tempo:4317"}"#;
    let request_line = br#"{"level":"INFO","msg":"served","method":"GET","path":"/cart","status":200,"request_id":"7"}"#;
    engine.answer(
        &format!("/containers/{WEB}/logs"),
        FakeEngine::framed(&[
            (1, &time, announced),
            (1, &time, request_line),
            (1, &time, refused),
            (1, &time, refused),
            (2, &time, b"\xff\xfe not text \x1b[31m"),
        ]),
    );
    let snapshot = gather(&request(&engine)).await.unwrap();
    let logs = container(&snapshot, Role::Service).logs.get().unwrap();
    assert_eq!(logs.announced_service.as_deref(), Some("shop-web"));
    assert_eq!(
        (
            logs.requests.count,
            logs.trace_ids.request_lines,
            logs.trace_ids.with_trace_id
        ),
        (1, 1, 0)
    );
    assert_eq!(logs.errors.len(), 1, "{:?}", logs.errors);
    assert_eq!(
        (
            logs.errors[0].kind,
            logs.errors[0].count,
            logs.errors[0].since_start
        ),
        (ErrorKind::BackendDown, 2, 2)
    );
    let last = &logs.tail.last().unwrap().text;
    assert!(!last.chars().any(char::is_control), "{last:?}");
}

#[tokio::test]
async fn a_terminals_log_is_read_too() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(WEB, |described| described["Config"]["Tty"] = true.into());
    just_started(&engine);
    let log = format!("{} first\r\n{} second\r\n", now(), now());
    engine.answer(&format!("/containers/{WEB}/logs"), Answer::Body(log.into()));
    let snapshot = gather(&request(&engine)).await.unwrap();
    let logs = container(&snapshot, Role::Service).logs.get().unwrap();
    assert_eq!(logs.window.lines, 2);
    assert_eq!(logs.tail[1].text, "second");
}

#[tokio::test]
async fn of_files_that_say_nothing_in_the_window_the_engine_is_asked_for_the_end_alone() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    keep_files(&engine, &record("2025-11-22T08:00:01Z", "long ago"));
    let end = [(1, "2025-11-22T08:00:01Z", b"long ago".as_slice())];
    engine.answer(&format!("/containers/{WEB}/logs"), FakeEngine::framed(&end));
    let snapshot = gather(&request(&engine)).await.unwrap();
    let logs = container(&snapshot, Role::Service).logs.get().unwrap();
    assert_eq!((logs.window.lines, logs.tail.len()), (0, 1));
    assert_eq!(logs.window.cut, None);
    let asked: Vec<String> = engine
        .asked()
        .into_iter()
        .filter(|path| path.contains(&format!("{WEB}/logs")))
        .collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("tail=20") && !asked[0].contains("since="));
}

#[tokio::test]
async fn files_that_cannot_be_read_are_told_though_the_engine_reads_the_log() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    just_started(&engine);
    keep_files(&engine, "");
    let file = engine
        .folder()
        .join(format!("containers/{WEB}/{WEB}-json.log"));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let time = now();
    let line = FakeEngine::framed(&[(1, &time, b"hello")]);
    engine.answer(&format!("/containers/{WEB}/logs"), line);
    let snapshot = gather(&request(&engine)).await.unwrap();
    let logs = container(&snapshot, Role::Service).logs.get().unwrap();
    assert_eq!(logs.window.lines, 1);
    let told = logs.window.cut.as_deref().unwrap();
    assert!(told.contains("could not read"), "{told}");
}
