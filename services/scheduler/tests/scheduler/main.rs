//! The scheduler, asked over HTTP, with a stand-in for the controller.

mod controller;
mod runs;
mod tasks;
mod trace;

use docutag_scheduler::app;
use serde_json::{Value, json};
use service_kit::Settings;
use service_kit::testing::TestService;
use tempfile::TempDir;

/// A scheduler that keeps its data in this folder and runs tasks through the controller at this URL.
async fn scheduler(data: &TempDir, controller: &str) -> TestService {
    let settings = Settings::default()
        .with("DATA_DIR", &data.path().display().to_string())
        .with("CONTROLLER_URL", controller);
    TestService::start(app::build(settings).await.expect("a scheduler")).await
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A task that runs every second.
fn every_second(name: &str) -> Value {
    json!({"name": name, "cron": "* * * * * *", "url": "http://news.example/"})
}

/// A task that runs by itself only on the first of January.
fn yearly(name: &str) -> Value {
    json!({"name": name, "cron": "0 0 1 1 *", "url": "http://news.example/"})
}

/// Creates a task; the path of it.
async fn create(scheduler: &TestService, task: &Value) -> String {
    let answer = scheduler.client().post("/api/tasks", task).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    format!("/api/tasks/{}", answer.json["id"].as_str().expect("an id"))
}
