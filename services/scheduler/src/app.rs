//! The scheduler put together: settings, storage, controller, timer, routes and limits.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use service_kit::{Background, Limits, Peer, Service, Settings, StartError};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::domain::runner::Runner;
use crate::domain::store::TaskStore;
use crate::domain::timer::{Wakeup, keep_time};
use crate::{NAME, routes};

/// How long a run may take: just longer than the controller gives itself.
const CONTROLLER_PATIENCE: Duration = Duration::from_secs(41);

/// The limits of one request; none waits for a run.
const LIMITS: Limits = Limits {
    body_bytes: 16 * 1024,
    request_time: Duration::from_secs(10),
};

/// What the routes work with.
#[derive(Debug, Clone)]
pub(crate) struct Scheduler {
    pub(crate) store: TaskStore,
    pub(crate) runner: Runner,
    pub(crate) wakeup: Wakeup,
}

/// The scheduler, by its environment. Its timer runs from here on.
pub async fn build(settings: Settings) -> Result<Service, StartError> {
    let config = Config::read(&settings)?;
    let store = TaskStore::open(&config.data).await?;
    let controller = Peer::new("controller", config.controller, CONTROLLER_PATIENCE)?;
    let dependencies = [store.dependency(), controller.dependency()];
    let runner = Runner::new(store.clone(), controller);
    let wakeup = Wakeup::default();
    let stop = CancellationToken::new();
    let timer = keep_time(store.clone(), runner.clone(), wakeup.clone(), stop.clone());
    let background = Background {
        stop,
        work: tokio::spawn(timer),
    };
    let routes = Router::new()
        .route(
            "/api/tasks",
            get(routes::tasks::list).post(routes::tasks::create),
        )
        .route(
            "/api/tasks/{id}",
            get(routes::tasks::find)
                .put(routes::tasks::replace)
                .delete(routes::tasks::delete),
        )
        .route(
            "/api/tasks/{id}/runs",
            get(routes::runs::list).post(routes::runs::start),
        )
        .with_state(Scheduler {
            store,
            runner,
            wakeup,
        });
    let service = Service::new(NAME, routes)
        .limits(LIMITS)
        .background(background);
    Ok(dependencies.into_iter().fold(service, Service::needs))
}
