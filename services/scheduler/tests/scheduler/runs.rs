//! Running tasks, by the clock and by hand.

use axum::http::StatusCode;
use docutag_scheduler::domain::run::{Outcome, Trigger};
use docutag_scheduler::domain::store::{Claim, KEPT_RUNS, Saved, TaskStore};
use docutag_scheduler::domain::task::{Activation, TaskDefinition};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use service_kit::testing::{TestService, eventually};
use uuid::Uuid;

use crate::controller::{Controller, DOCUMENT, Gate};
use crate::{create, every_second, folder, scheduler, yearly};

/// Waits until the task's last run but this many has ended; that run.
async fn ended(scheduler: &TestService, task: &str) -> Value {
    eventually("a run ends", async || {
        let runs = scheduler.client().get(&format!("{task}/runs")).await.json;
        let mut ended = runs["items"]
            .as_array()?
            .iter()
            .filter(|run| run["status"] != "running");
        ended.next_back().cloned()
    })
    .await
}

fn instant(value: &Value) -> Timestamp {
    let text = value.as_str().expect("a time");
    text.parse().expect("a time in RFC 3339")
}

#[tokio::test]
async fn a_due_task_has_its_page_scraped_through_the_controller() {
    let (data, mut controller) = (folder(), Controller::start(Gate::Open).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    let task = create(&scheduler, &every_second("news")).await;
    assert_eq!(
        controller.question().await,
        json!({"url": "http://news.example/", "force": true})
    );
    let run = ended(&scheduler, &task).await;
    assert_eq!(
        json!([
            run["status"],
            run["trigger"],
            run["document_id"],
            run["error"]
        ]),
        json!(["succeeded", "schedule", DOCUMENT, null])
    );
    assert!(
        instant(&run["scheduled_for"]) <= instant(&run["started_at"]),
        "{run}"
    );
}

#[tokio::test]
async fn a_disabled_task_runs_only_by_hand() {
    let (data, mut controller) = (folder(), Controller::start(Gate::Open).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    let mut disabled = every_second("disabled");
    disabled["enabled"] = json!(false);
    disabled["url"] = json!("http://disabled.example/");
    let disabled = create(&scheduler, &disabled).await;
    create(&scheduler, &every_second("enabled")).await;
    // The enabled one is seen to run twice: the disabled one had its chance.
    for _ in 0..2 {
        assert_eq!(controller.question().await["url"], "http://news.example/");
    }
    let answer = scheduler
        .client()
        .post(&format!("{disabled}/runs"), &json!({}))
        .await;
    assert_eq!(
        (answer.status, &answer.json["trigger"]),
        (202, &json!("manual")),
        "{}",
        answer.text
    );
    assert_eq!(ended(&scheduler, &disabled).await["id"], answer.json["id"]);
}

#[tokio::test]
async fn a_task_does_not_overlap_itself() {
    let (data, mut controller) = (folder(), Controller::start(Gate::Closed).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    let task = create(&scheduler, &every_second("slow")).await;
    controller.question().await;
    let path = format!("{task}/runs");
    let run = eventually("an occurrence is skipped", async || {
        let run = scheduler.client().get(&path).await.json["items"][0].clone();
        (run["skipped_occurrences"].as_u64() >= Some(2)).then_some(run)
    })
    .await;
    assert_eq!(
        (&run["status"], controller.waiting()),
        (&json!("running"), 0)
    );
    let answer = scheduler.client().post(&path, &json!({})).await;
    assert_eq!(answer.error(), (409, "already_running"));
    controller.open();
    assert_eq!(ended(&scheduler, &task).await["status"], "succeeded");
}

#[tokio::test]
async fn a_run_that_fails_tells_why() {
    let refusal = json!({"error": {"code": "address_forbidden", "message": "`news.example` leads to a private address"}});
    let controller = Controller::answering(Gate::Open, StatusCode::FORBIDDEN, refusal).await;
    let data = folder();
    let scheduler = scheduler(&data, &controller.url()).await;
    let task = create(&scheduler, &yearly("news")).await;
    scheduler
        .client()
        .post(&format!("{task}/runs"), &json!({}))
        .await;
    let run = ended(&scheduler, &task).await;
    assert_eq!(
        json!([run["status"], run["document_id"], run["error"]]),
        json!([
            "failed",
            null,
            "controller answered 403 Forbidden: `news.example` leads to a private address"
        ])
    );
}

#[tokio::test]
async fn a_stopping_scheduler_sees_its_runs_to_their_end() {
    let (data, mut controller) = (folder(), Controller::start(Gate::Closed).await);
    let first = scheduler(&data, &controller.url()).await;
    let task = create(&first, &yearly("news")).await;
    first
        .client()
        .post(&format!("{task}/runs"), &json!({}))
        .await;
    controller.question().await;
    let stopped = tokio::spawn(first.stop());
    controller.open();
    stopped.await.expect("no panic");
    let second = scheduler(&data, &controller.url()).await;
    let runs = second.client().get(&format!("{task}/runs")).await.json;
    assert_eq!(runs["items"][0]["status"], "succeeded");
}

/// A store with one task in a folder of its own.
async fn store_with_task() -> (tempfile::TempDir, TaskStore, Uuid) {
    let data = folder();
    let store = TaskStore::open(data.path()).await.expect("a store");
    let definition = TaskDefinition {
        name: "news".parse().expect("a name"),
        schedule: "* * * * *".parse().expect("a schedule"),
        url: "http://news.example/".parse().expect("a URL"),
        activation: Activation::Enabled,
    };
    match store
        .create(definition, Timestamp::now())
        .await
        .expect("a working store")
    {
        Saved::Task(task) => (data, store, task.id),
        other => panic!("{other:?}"),
    }
}

async fn claim(store: &TaskStore, task: Uuid, trigger: Trigger) -> Claim {
    store
        .claim(task, trigger, Timestamp::now())
        .await
        .expect("a working store")
}

#[tokio::test]
async fn a_run_that_the_end_of_the_process_cut_off_is_marked_and_does_not_block_the_task() {
    let (data, store, task) = store_with_task().await;
    assert!(matches!(
        claim(&store, task, Trigger::Manual).await,
        Claim::Granted(_)
    ));
    drop(store);
    let store = TaskStore::open(data.path()).await.expect("a store");
    assert!(matches!(
        claim(&store, task, Trigger::Manual).await,
        Claim::Granted(_)
    ));
    let scheduler = scheduler(&data, "http://127.0.0.1:9").await;
    let runs = scheduler
        .client()
        .get(&format!("/api/tasks/{task}/runs"))
        .await
        .json;
    assert_eq!(runs["items"][1]["status"], "interrupted");
}

#[tokio::test]
async fn an_occurrence_is_run_once_even_after_a_restart() {
    let (data, store, task) = store_with_task().await;
    let occurrence = Trigger::Schedule {
        scheduled_for: Timestamp::now(),
    };
    assert!(matches!(
        claim(&store, task, occurrence).await,
        Claim::Granted(_)
    ));
    drop(store);
    let store = TaskStore::open(data.path()).await.expect("a store");
    assert_eq!(claim(&store, task, occurrence).await, Claim::AlreadyDone);
}

#[tokio::test]
async fn only_the_last_runs_are_kept() {
    let (data, store, task) = store_with_task().await;
    let mut scheduled_for = Timestamp::now();
    for _ in 0..KEPT_RUNS + 5 {
        scheduled_for += SignedDuration::from_secs(60);
        let Claim::Granted(run) = claim(&store, task, Trigger::Schedule { scheduled_for }).await
        else {
            panic!("every occurrence is another one");
        };
        let outcome = Outcome::Succeeded(Uuid::now_v7());
        store
            .finish(run.id, outcome, None, Timestamp::now())
            .await
            .expect("a working store");
    }
    drop(store);
    let scheduler = scheduler(&data, "http://127.0.0.1:9").await;
    let page = scheduler
        .client()
        .get(&format!("/api/tasks/{task}/runs?limit=100"))
        .await
        .json;
    assert_eq!(
        page["items"].as_array().map(Vec::len),
        Some(KEPT_RUNS as usize)
    );
    assert_eq!(page["next_cursor"], Value::Null);
}
