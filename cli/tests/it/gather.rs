//! Whole looks at a played stack.

mod backends;
mod images;
mod logs;
mod missing;
mod stacks;

use ptctl_diagnosis::snapshot::{Container, Role, Snapshot, Tempo};
use serde_json::json;

use crate::fake_stack::{FakeEngine, FakeTempo, TEMPO};

/// Publishes a fake backend as port 3200 of the container `tempo`.
fn publish(engine: &FakeEngine, tempo: &FakeTempo) {
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] =
            json!({"3200/tcp": [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
}

fn container(snapshot: &Snapshot, role: Role) -> &Container {
    snapshot
        .containers
        .iter()
        .find(|container| container.role == role)
        .expect("the recorded stack has one")
}

fn backend(snapshot: &Snapshot) -> &Tempo {
    assert_eq!(snapshot.tempos.len(), 1);
    &snapshot.tempos[0]
}

/// A moment within the window, as the engine writes it.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}
