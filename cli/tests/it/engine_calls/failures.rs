//! An engine that does not answer as it should.

use std::time::Duration;

use ptctl::clients::{
    deadline::Deadline,
    docker::{EngineFault, LogRange},
};

use super::{connect, soon, web};
use crate::fake_stack::{Answer, FakeEngine, WEB, Wire};

#[tokio::test]
async fn a_field_that_was_renamed_is_an_error_and_not_an_empty_fact() {
    let fake = FakeEngine::on_socket(Wire::Docker29);
    fake.change(WEB, |described| {
        let state = described["State"].take();
        described["Condition"] = state;
    });
    let error = connect(&fake)
        .await
        .inspect(&web(), soon())
        .await
        .unwrap_err();
    assert_eq!(
        error.fault.to_string(),
        "the engine's answer could not be understood: it has no `State`"
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    fake.answer("/networks", Answer::BrokenOff("[{\"Name\":".into()));
    assert!(engine.networks(soon()).await.is_err());
    fake.answer("/system/df", Answer::BrokenOff("{\"Volumes\":[".into()));
    let error = engine.volume_counts(soon()).await.unwrap_err();
    assert!(
        matches!(error.fault, EngineFault::BrokenOff(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    fake.answer("/containers/json", Answer::Silence);
    let error = engine
        .containers(Deadline::after(Duration::from_millis(50)))
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn the_engines_own_words_are_kept() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let engine = connect(&fake).await;
    fake.answer(
        &format!("/containers/{WEB}/logs"),
        Answer::Refusal(501, "configured logging driver does not support reading"),
    );
    let range = LogRange::Last {
        lines: 1,
        since: None,
    };
    let error = engine.log(&web(), range, soon()).await.unwrap_err();
    assert_eq!(
        error.fault.to_string(),
        "the engine answered 501: configured logging driver does not support reading"
    );
}
