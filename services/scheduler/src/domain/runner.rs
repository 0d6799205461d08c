//! Executes runs: each one a trace of its own, through the controller.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service_kit::Peer;
use service_kit::database::DatabaseError;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::run::{Outcome, Run, Trigger};
use super::store::{Claim, TaskStore};
use super::task::Task;

/// How many runs are executed at once; further ones wait their turn.
const AT_ONCE: usize = 8;

/// Starts runs and sees them to their end.
#[derive(Debug, Clone)]
pub struct Runner {
    store: TaskStore,
    controller: Peer,
    turns: Arc<Semaphore>,
    under_way: TaskTracker,
}

/// The question to the controller: `POST /api/scrape`.
#[derive(Debug, Serialize)]
struct ScrapeQuestion {
    url: String,
    force: bool,
}

/// The part of the controller's answer that is kept.
#[derive(Debug, Deserialize)]
struct ScrapedDocument {
    id: Uuid,
}

impl Runner {
    /// A runner that scrapes through `controller`.
    pub fn new(store: TaskStore, controller: Peer) -> Self {
        Self {
            store,
            controller,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            under_way: TaskTracker::new(),
        }
    }

    /// Starts a run of the task, unless it is running already, and returns at once.
    pub async fn start(&self, task: &Task, trigger: Trigger) -> Result<Claim, DatabaseError> {
        let claim = self.store.claim(task.id, trigger, Timestamp::now()).await?;
        if let Claim::Granted(run) = &claim {
            let (runner, task, run) = (self.clone(), task.clone(), run.clone());
            self.under_way
                .spawn(async move { runner.execute(task, run).await });
        }
        Ok(claim)
    }

    /// Waits for the runs under way.
    pub async fn finish(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }

    async fn execute(&self, task: Task, run: Run) {
        let turn = self.turns.acquire().await;
        let span = telemetry::start_root_span(
            "run task",
            &[
                ("task.id", task.id.to_string().into()),
                ("task.name", task.definition.name.to_string().into()),
                ("run.id", run.id.to_string().into()),
                ("run.trigger", trigger_word(run.trigger).into()),
                ("url", task.definition.url.to_string().into()),
            ],
        );
        span.instrument(self.scrape(task, run)).await;
        drop(turn);
    }

    async fn scrape(&self, task: Task, run: Run) {
        let name = task.definition.name.to_string();
        let question = ScrapeQuestion {
            url: task.definition.url.to_string(),
            force: true,
        };
        let outcome = match self
            .controller
            .post::<_, ScrapedDocument>("/api/scrape", &question)
            .await
        {
            Ok(document) => {
                info!(task = name, document_id = %document.id, "run succeeded");
                Outcome::Succeeded(document.id)
            }
            Err(cause) => {
                let reason = telemetry::cause_chain(&cause);
                warn!(task = name, error = reason, "run failed");
                telemetry::record_error(&cause);
                Outcome::Failed(reason)
            }
        };
        let trace_id = telemetry::trace_id().map(|id| id.to_string());
        if let Err(cause) = self
            .store
            .finish(run.id, outcome, trace_id, Timestamp::now())
            .await
        {
            error!(
                task = name,
                error = telemetry::cause_chain(&cause),
                "could not record the end of a run"
            );
        }
    }
}

fn trigger_word(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule { .. } => "schedule",
        Trigger::Manual => "manual",
    }
}
