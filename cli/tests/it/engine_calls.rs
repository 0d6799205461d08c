//! Every call to an engine against what engines of two generations answer.

#![expect(clippy::unwrap_used, reason = "what a test prepares may fail loudly")]

mod contents;
mod descriptions;
mod failures;
mod transport;

use std::time::Duration;

use ptctl::{
    clients::{
        deadline::Deadline,
        docker::{Engine, EngineError},
    },
    context::EngineEndpoint,
};
use ptctl_diagnosis::snapshot::ContainerId;

use crate::fake_stack::{FakeEngine, TEMPO, WEB, environment};

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn connect(fake: &FakeEngine) -> Engine {
    try_connect(fake).await.unwrap()
}

async fn try_connect(fake: &FakeEngine) -> Result<Engine, EngineError> {
    let endpoint = EngineEndpoint::parse(&fake.address(), None).unwrap();
    Engine::connect(endpoint, &environment(fake.folder()).variables, soon()).await
}

fn web() -> ContainerId {
    ContainerId(WEB.to_owned())
}

fn tempo() -> ContainerId {
    ContainerId(TEMPO.to_owned())
}
