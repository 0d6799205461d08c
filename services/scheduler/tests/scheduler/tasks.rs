//! Making, changing and removing tasks.

use serde_json::{Value, json};

use crate::controller::{Controller, Gate};
use crate::{create, every_second, folder, scheduler, yearly};

#[tokio::test]
async fn a_task_is_created_shown_changed_and_removed() {
    let (data, controller) = (folder(), Controller::start(Gate::Open).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    let path = create(&scheduler, &yearly("news")).await;
    let task = scheduler.client().get(&path).await.json;
    assert_eq!(
        json!([task["name"], task["cron"], task["enabled"]]),
        json!(["news", "0 0 1 1 *", true])
    );
    assert!(
        task["next_run_at"]
            .as_str()
            .is_some_and(|time| time.ends_with("-01-01T00:00:00Z")),
        "{task}"
    );

    let change = json!({"name": "old news", "cron": "@hourly", "url": "http://old.example/", "enabled": false});
    let changed = scheduler.client().put(&path, &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        json!([
            changed.json["name"],
            changed.json["enabled"],
            changed.json["next_run_at"]
        ]),
        json!(["old news", false, null])
    );
    assert_eq!(scheduler.client().get(&path).await.json, changed.json);

    assert_eq!(scheduler.client().delete(&path).await.status, 204);
    for path in [path.clone(), format!("{path}/runs")] {
        assert_eq!(
            scheduler.client().get(&path).await.error(),
            (404, "not_found")
        );
    }
    assert_eq!(
        scheduler.client().put(&path, &change).await.error(),
        (404, "not_found")
    );
    assert_eq!(
        scheduler.client().delete(&path).await.error(),
        (404, "not_found")
    );
}

#[tokio::test]
async fn a_task_that_cannot_be_is_refused_with_the_reason() {
    let (data, controller) = (folder(), Controller::start(Gate::Open).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    let with = |field: &str, value: Value| {
        let mut task = yearly("news");
        task[field] = value;
        task
    };
    for (task, error, reason) in [
        (
            with("name", json!(" ")),
            (422, "invalid_name"),
            "`name` must be one line of 1 to 100 characters",
        ),
        (
            with("cron", json!("daily")),
            (422, "invalid_cron"),
            "`cron` must be five fields",
        ),
        (
            with("cron", json!("0 0 31 2 *")),
            (422, "invalid_cron"),
            "`cron` never occurs",
        ),
        (
            with("url", json!("news.example")),
            (422, "invalid_url"),
            "`url` must be an absolute http or https URL",
        ),
        (
            with("url", json!("http://user:password@news.example/")),
            (422, "invalid_url"),
            "`url` must not have a user name or password",
        ),
        (
            with("enabled", json!("yes")),
            (422, "invalid_body"),
            "enabled: invalid type: string \"yes\"",
        ),
        (
            with("crom", json!("* * * * *")),
            (422, "invalid_body"),
            "crom: unknown field `crom`",
        ),
    ] {
        let answer = scheduler.client().post("/api/tasks", &task).await;
        assert_eq!(answer.error(), error, "{task}: {}", answer.text);
        assert!(
            answer.message().starts_with(reason),
            "{task}: {}",
            answer.message()
        );
    }
}

#[tokio::test]
async fn two_tasks_cannot_have_one_name() {
    let (data, controller) = (folder(), Controller::start(Gate::Open).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    create(&scheduler, &yearly("news")).await;
    let other = create(&scheduler, &yearly("other")).await;
    assert_eq!(
        scheduler
            .client()
            .post("/api/tasks", &yearly("news"))
            .await
            .error(),
        (409, "name_taken")
    );
    assert_eq!(
        scheduler
            .client()
            .put(&other, &yearly("news"))
            .await
            .error(),
        (409, "name_taken")
    );
}

#[tokio::test]
async fn tasks_are_listed_in_pages_newest_first() {
    let (data, controller) = (folder(), Controller::start(Gate::Open).await);
    let scheduler = scheduler(&data, &controller.url()).await;
    for name in ["a", "b", "c"] {
        create(&scheduler, &yearly(name)).await;
    }
    let first = scheduler.client().get("/api/tasks?limit=2").await.json;
    assert_eq!(
        json!([first["items"][0]["name"], first["items"][1]["name"]]),
        json!(["c", "b"])
    );
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = scheduler
        .client()
        .get(&format!("/api/tasks?limit=2&cursor={cursor}"))
        .await
        .json;
    assert_eq!(
        json!([second["items"][0]["name"], second["next_cursor"]]),
        json!(["a", null])
    );
}

#[tokio::test]
async fn tasks_survive_a_restart_and_go_on() {
    let (data, mut controller) = (folder(), Controller::start(Gate::Open).await);
    let first = scheduler(&data, &controller.url()).await;
    let path = create(&first, &every_second("news")).await;
    let task = first.client().get(&path).await.json;
    first.stop().await;
    while controller.waiting() > 0 {
        controller.question().await;
    }
    let second = scheduler(&data, &controller.url()).await;
    assert_eq!(
        second.client().get(&path).await.json["created_at"],
        task["created_at"]
    );
    controller.question().await;
}

#[tokio::test]
async fn the_scheduler_is_not_ready_without_the_controller() {
    let data = folder();
    let vacant = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr()
        .expect("an address");
    let scheduler = scheduler(&data, &format!("http://{vacant}")).await;
    let ready = scheduler.client().get("/ready").await;
    assert_eq!(ready.status, 503);
    assert_eq!(
        json!([
            ready.json["dependencies"][0]["status"],
            ready.json["dependencies"][1]["name"]
        ]),
        json!(["available", "controller"])
    );
}
