//! Which stack is looked at, and what belongs to it.

use ptctl::{
    context::EngineChoice,
    gather::{GatherError, gather},
    target::ChoiceError,
};
use ptctl_diagnosis::snapshot::Role;
use serde_json::json;

use super::container;
use crate::fake_stack::{Answer, FakeEngine, TEMPO, Wire, request};

#[tokio::test]
async fn several_traced_projects_are_listed_and_one_is_named_or_that_of_the_own_container() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["com.docker.compose.project"] = "other".into();
        described["Config"]["Labels"]["dev.ptctl.role"] = "service".into();
        described["Config"]["Env"] = json!(["OTEL_EXPORTER_OTLP_ENDPOINT=http://elsewhere:4317"]);
    });
    let mut request = request(&engine);
    let error = gather(&request).await.unwrap_err();
    let GatherError::Stack(ChoiceError::Ambiguous { projects }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(projects, ["other", "shop"]);
    let own = TEMPO[..12].to_owned();
    let mut inside = request.clone();
    inside.environment.variables = [("HOSTNAME".to_owned(), own)].into();
    let snapshot = gather(&inside).await.unwrap();
    assert_eq!(snapshot.stack.project.as_deref(), Some("other"));
    assert_eq!(
        snapshot.stack.chosen_by,
        "the project of the container that ptctl runs in"
    );
    request.stack.project = Some("shop".into());
    let snapshot = gather(&request).await.unwrap();
    assert_eq!(snapshot.stack.other_projects, ["other"]);
    request.stack.project = Some("nope".into());
    let error = gather(&request).await.unwrap_err();
    assert!(matches!(
        error,
        GatherError::Stack(ChoiceError::NoSuchProject { .. })
    ));
}

#[tokio::test]
async fn this_folders_project_comes_before_the_others() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["com.docker.compose.project"] = "here".into();
        described["Config"]["Labels"]["com.docker.compose.project.working_dir"] =
            engine.folder().display().to_string().into();
    });
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.stack.project.as_deref(), Some("here"));
    assert_eq!(snapshot.stack.chosen_by, "the project of this folder");
}

#[tokio::test]
async fn a_backend_of_another_project_belongs_to_the_stack_that_shares_its_network() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["Config"]["Labels"]["com.docker.compose.project"] = "observability".into();
    });
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert_eq!(snapshot.stack.project.as_deref(), Some("shop"));
    assert_eq!(
        container(&snapshot, Role::Tempo).project.as_deref(),
        Some("observability")
    );
    engine.change(TEMPO, |described| {
        let networks = described["NetworkSettings"]["Networks"]["shop_default"].take();
        described["NetworkSettings"]["Networks"] = json!({"far": networks});
        described["NetworkSettings"]["Networks"]["far"]["Aliases"] = json!(["store"]);
    });
    let snapshot = gather(&request(&engine)).await.unwrap();
    assert!(snapshot.tempos.is_empty());
    assert_eq!(snapshot.elsewhere[0].name, "shop_tempo_1");
    let networks: Vec<_> = snapshot.elsewhere[0].networks().collect();
    assert_eq!(networks, ["far"]);
}

#[tokio::test]
async fn an_engine_without_anything_traced_has_no_stack() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.answer("/containers/json", Answer::json(&json!([])));
    let error = gather(&request(&engine)).await.unwrap_err();
    assert!(
        matches!(
            error,
            GatherError::Stack(ChoiceError::NoStack { containers: 0, .. })
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn where_no_engine_is_every_place_that_was_tried_is_named() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let mut request = request(&engine);
    request.engine = EngineChoice {
        host: Some("unix:///nowhere/docker.sock".into()),
        context: None,
    };
    let error = gather(&request).await.unwrap_err();
    assert_eq!(error.to_string(), "could not connect to the Docker engine");
}
