//! `ptctl doctor --watch` on a played engine.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    fake_stack::{Answer, FakeEngine, FakeTempo, TEMPO, Wire},
    program::{LIMIT, Running, both, ptctl},
    reports::schema::faults,
    restart,
};

/// A watch of what these tests do to the stack, whatever else is wrong with what was recorded.
const WATCH: [&str; 5] = ["doctor", "--project", "shop", "--watch=1s", "--only=PT0105"];

/// The recorded stack with a Tempo that answers.
pub(crate) async fn stack() -> (FakeEngine, FakeTempo) {
    restart::stack().await
}

pub(crate) fn pause(engine: &FakeEngine, paused: bool) {
    engine.change(TEMPO, |described| {
        described["State"]["Paused"] = paused.into();
        described["State"]["Status"] = if paused { "paused" } else { "running" }.into();
    });
}

/// The engine can no longer list its containers.
pub(crate) fn lose(engine: &FakeEngine) {
    let broken = Answer::Refusal(500, "out of order");
    engine.answer("/containers/json", broken);
}

/// It can again.
pub(crate) fn find(engine: &FakeEngine) {
    let listed = Wire::Docker29.json("containers.json");
    engine.answer("/containers/json", Answer::json(&listed));
}

/// How often it was looked.
pub(crate) fn looks(engine: &FakeEngine) -> usize {
    let asked = engine.asked();
    let lists = asked
        .iter()
        .filter(|path| path.contains("/containers/json"));
    lists.count()
}

/// Waits for so many more looks.
pub(crate) async fn looked_again(engine: &FakeEngine, more: usize) {
    let before = looks(engine);
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let looked = async {
        while looks(engine) < before + more {
            tick.tick().await;
        }
    };
    timeout(LIMIT, looked).await.expect("looks in time");
}

#[tokio::test]
async fn a_finding_is_told_when_it_appears_and_when_it_is_resolved_and_not_in_between() {
    let (engine, _tempo) = stack().await;
    let mut watching = Running::start(&engine, &WATCH);
    let first = watching.lines_to(" OK ").await;
    assert!(first[0].contains("project `shop`"), "{first:?}");
    pause(&engine, true);
    let appeared = watching.lines_to(" BROKEN ").await;
    let told = appeared.join("\n");
    assert!(told.contains("Z new      PT0105 error tempo: "), "{told}");
    assert_eq!(told.matches("PT0105 error").count(), 1, "{told}");
    // Whatever a look in between had written would come before what is told next.
    looked_again(&engine, 3).await;
    pause(&engine, false);
    let gone = watching.lines_to(" OK ").await;
    let (verdict, resolved) = gone.split_last().unwrap();
    let is_resolved =
        |line: &String| line.contains("Z resolved PT") && line.contains("(stood for ");
    assert!(resolved.iter().all(is_resolved), "{gone:?}");
    assert_eq!(resolved.len(), appeared.len() - 1, "{gone:?}");
    assert!(verdict.contains("0 findings"), "{verdict}");
    looked_again(&engine, 2).await;
    let ended = watching.signalled(Signal::INT).await;
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(both(&ended), "");
}

#[tokio::test]
async fn an_engine_that_goes_away_and_returns_is_told_and_resolves_nothing() {
    let (engine, _tempo) = stack().await;
    pause(&engine, true);
    let mut watching = Running::start(&engine, &WATCH);
    watching.lines_to(" BROKEN ").await;
    lose(&engine);
    let lost = watching.line().await;
    assert!(lost.contains("Z lost     cannot look: "), "{lost}");
    assert!(lost.contains("out of order"), "{lost}");
    looked_again(&engine, 2).await;
    find(&engine);
    let back = watching.line().await;
    assert!(back.contains("Z back     can look again, after "), "{back}");
    pause(&engine, false);
    let next = watching.line().await;
    assert!(next.contains("Z resolved "), "{next}");
    let ended = watching.signalled(Signal::TERM).await;
    assert_eq!(ended.status.code(), Some(143));
}

#[tokio::test]
async fn each_change_is_a_json_line_of_the_published_shape() {
    let schema = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/schema/watch.schema.json"
    );
    let schema = std::fs::read_to_string(schema).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let (engine, _tempo) = stack().await;
    let mut watching = Running::start(&engine, &[&WATCH[..], &["-o", "json"]].concat());
    let mut lines = watching.lines_to("\"verdict\":\"ok\"").await;
    pause(&engine, true);
    lines.extend(watching.lines_to("\"verdict\":\"broken\"").await);
    lose(&engine);
    lines.push(watching.line().await);
    find(&engine);
    lines.push(watching.line().await);
    pause(&engine, false);
    lines.extend(watching.lines_to("\"verdict\":\"ok\"").await);
    let mut events = Vec::new();
    for line in &lines {
        let change: Value = serde_json::from_str(line).unwrap();
        assert_eq!(faults(&schema, &change), Vec::<String>::new(), "{line}");
        events.push(change["event"].as_str().unwrap().to_owned());
    }
    events.dedup();
    let expected = [
        "verdict", "new", "verdict", "lost", "back", "resolved", "verdict",
    ];
    assert_eq!(events, expected, "{lines:#?}");
}

#[tokio::test]
async fn it_ends_where_nobody_reads_any_more() {
    let (engine, _tempo) = stack().await;
    let mut watching = Running::start(&engine, &WATCH);
    watching.lines_to(" OK ").await;
    pause(&engine, true);
    assert_eq!(watching.unheard().await, Some(1));
}

#[tokio::test]
async fn a_slow_look_ends_at_once_when_interrupted_and_no_other_is_begun_beside_it() {
    let (engine, _tempo) = stack().await;
    engine.answer("/events", Answer::Silence);
    let mut watching = Running::start(&engine, &[&WATCH[..], &["--timeout", "2s"]].concat());
    watching.lines_to("project `shop`").await;
    looked_again(&engine, 2).await;
    let asked = engine.asked();
    let order: Vec<&str> = asked
        .iter()
        .filter_map(|path| {
            let names = ["/containers/json", "/events"];
            names.into_iter().find(|name| path.contains(name))
        })
        .collect();
    for pair in order.chunks(2) {
        assert!(
            matches!(pair, ["/containers/json", "/events"] | ["/containers/json"]),
            "{order:?}"
        );
    }
    let ended = watching.signalled(Signal::INT).await;
    assert_eq!(ended.status.code(), Some(130));
}

#[tokio::test]
async fn a_first_look_that_shows_nothing_is_an_error_as_ever() {
    let (engine, _tempo) = stack().await;
    lose(&engine);
    let ended = ptctl(&engine, &WATCH).await;
    assert_eq!(ended.status.code(), Some(3), "{}", both(&ended));
    find(&engine);
    let arguments = [&WATCH[..], &["--", "nobody"]].concat();
    let ended = ptctl(&engine, &arguments).await;
    assert_eq!(ended.status.code(), Some(2), "{}", both(&ended));
}

#[tokio::test]
async fn what_makes_no_sense_of_a_watch_is_refused_by_its_name() {
    let (engine, _tempo) = stack().await;
    for (more, told) in [
        (&["--from", "look.json"][..], "--from"),
        (&["--save", "look.json"], "--save"),
        (&["--fix"], "--fix"),
        (&["--canary"], "--canary"),
        (&["--wait=1s"], "--wait"),
        (&["--for=1s"], "--for"),
        (&["-o", "sarif"], "`sarif` is none of them"),
        (&["-qq"], "`-qq` shows nothing"),
    ] {
        let refused = ptctl(&engine, &[&WATCH[..], more].concat()).await;
        assert_eq!(refused.status.code(), Some(2), "{}", both(&refused));
        assert!(both(&refused).contains(told), "{}", both(&refused));
    }
    for (interval, told) in [("100ms", "one second"), ("web", "`10s`"), ("2d", "one day")] {
        let refused = ptctl(&engine, &["doctor", "--watch", interval]).await;
        assert_eq!(refused.status.code(), Some(2), "{}", both(&refused));
        assert!(both(&refused).contains(told), "{}", both(&refused));
    }
    assert_eq!(looks(&engine), 0);
}
