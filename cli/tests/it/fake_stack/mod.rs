//! Servers that speak the wire of a Docker engine and of Tempo, with recorded answers.

#![expect(clippy::unwrap_used, reason = "what a test prepares may fail loudly")]

pub(crate) mod crowd;
mod engine;
mod pages;
mod tempo;
mod tls;

use std::{collections::BTreeMap, path::Path, time::Duration};

use ptctl::{
    context::{EngineChoice, Environment},
    gather::{DeeperLooks, Depth, GatherRequest, TempoAccess},
    target::StackChoice,
};

pub(crate) use self::{
    engine::{Answer, FakeEngine, PlayedLog, Wire},
    pages::FakePages,
    tempo::{FakeTempo, Generation},
    tls::certificates,
};

/// The Compose service `web` of the recorded stack.
pub(crate) const WEB: &str = "2620bc015bfbca9703fc49e42260ab6dc089808cd30e9beb9f9563447c44cdf0";
/// The Compose service `tempo` of the recorded stack.
pub(crate) const TEMPO: &str = "17886ddf6141801f0e742d344f1fc299f6f53c28430665e9b98649b11662c59f";

/// The recorded stack on an engine, with this Tempo at its published port.
pub(crate) fn beside(tempo: &FakeTempo) -> FakeEngine {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] = serde_json::json!({"3200/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
    engine
}

/// What a process without any setting of Docker's is started with, in a folder without a Compose file.
pub(crate) fn environment(folder: &Path) -> Environment {
    Environment {
        variables: BTreeMap::new(),
        home: Some(folder.to_owned()),
        working_dir: folder.to_owned(),
    }
}

/// A whole look at the only stack of an engine.
pub(crate) fn request(engine: &FakeEngine) -> GatherRequest {
    GatherRequest {
        engine: EngineChoice {
            host: Some(engine.address()),
            context: None,
        },
        stack: StackChoice::default(),
        tempo: TempoAccess::default(),
        depth: Depth::Everything,
        deeper: DeeperLooks::default(),
        since: Duration::from_hours(1),
        timeout: Duration::from_secs(20),
        environment: environment(engine.folder()),
    }
}
