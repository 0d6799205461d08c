//! A Docker engine on a Unix socket or on loopback.

mod played_log;
mod script;

use std::{path::Path, sync::Arc};

use axum::body::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, UnixListener},
    task::JoinHandle,
};

pub(crate) use self::played_log::PlayedLog;
use self::script::{Script, router, script};
use super::TEMPO;

/// Which engine is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Docker 20.10: API 1.41, every older version too.
    Docker20,
    /// Docker 26.1: API 1.45, started by Compose 2.26.
    Docker26,
    /// Docker 29: API 1.52, nothing older than 1.44.
    Docker29,
}

impl Wire {
    pub(crate) const ALL: [Self; 3] = [Self::Docker20, Self::Docker26, Self::Docker29];

    /// The newest and the oldest minor version of its API.
    fn versions(self) -> (u32, u32) {
        match self {
            Self::Docker20 => (41, 12),
            Self::Docker26 => (45, 24),
            Self::Docker29 => (52, 44),
        }
    }

    pub(crate) fn recorded(self, name: &str) -> &'static str {
        macro_rules! recordings {
            ($($file:literal),+) => {
                match (self, name) {
                    $(
                        (Self::Docker20, $file) => include_str!(concat!("recordings/docker-20.10/", $file)),
                        (Self::Docker26, $file) => include_str!(concat!("recordings/docker-26/", $file)),
                        (Self::Docker29, $file) => include_str!(concat!("recordings/docker-29/", $file)),
                    )+
                    (_, other) => panic!("no recording `{other}`"),
                }
            };
        }
        recordings!(
            "containers.json",
            "df.json",
            "events.jsonl",
            "info.json",
            "inspect.json",
            "networks.json",
            "version.json",
            "volume.json"
        )
    }

    pub(crate) fn json(self, name: &str) -> Value {
        serde_json::from_str(self.recorded(name)).unwrap()
    }
}

/// What is answered at one path.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// 200 with this body.
    Body(Bytes),
    /// A status with the engine's form of a message.
    Refusal(u16, &'static str),
    /// Nothing, for ever.
    Silence,
    /// A log that can be followed.
    Log(Arc<PlayedLog>),
    /// 200 and the beginning of this body, then the connection breaks.
    BrokenOff(Bytes),
}

impl Answer {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Body(value.to_string().into())
    }
}

/// A running fake. It ends with the value.
#[derive(Debug)]
pub(crate) struct FakeEngine {
    script: Arc<Script>,
    folder: TempDir,
    address: String,
    server: JoinHandle<()>,
}

impl Drop for FakeEngine {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl FakeEngine {
    /// The recorded stack on a Unix socket.
    pub(crate) fn on_socket(wire: Wire) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let script = script(wire);
        let listener = UnixListener::bind(&path).unwrap();
        let router = router(&script);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let address = format!("unix://{}", path.display());
        Self {
            script,
            folder,
            address,
            server,
        }
    }

    /// The recorded stack on loopback.
    pub(crate) async fn on_loopback(wire: Wire) -> Self {
        let script = script(wire);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let router = router(&script);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            script,
            folder: tempfile::tempdir().unwrap(),
            address,
            server,
        }
    }

    /// The recorded stack on loopback behind TLS, which takes no client without a certificate.
    pub(crate) async fn behind_tls(wire: Wire) -> Self {
        let script = script(wire);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let router = router(&script);
        let listener = super::tls::TlsListener::new(listener);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            script,
            folder: tempfile::tempdir().unwrap(),
            address,
            server,
        }
    }

    /// Its address as `DOCKER_HOST` has it.
    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }

    /// A folder of its own.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Answers differently at a path, which has neither version nor query.
    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.script
            .answers
            .lock()
            .unwrap()
            .insert(path.to_owned(), answer);
    }

    /// The description of a container, changed.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut Value)) {
        let path = format!("/containers/{id}/json");
        let mut described = match self.script.answers.lock().unwrap().get(&path) {
            Some(Answer::Body(body)) => serde_json::from_slice(body).unwrap(),
            other => panic!("no description: {other:?}"),
        };
        change(&mut described);
        self.answer(&path, Answer::json(&described));
    }

    /// One more container like `tempo`, described differently; its id.
    pub(crate) fn add(&self, service: &str, change: impl FnOnce(&mut Value)) -> String {
        let id = format!("{service:0<64}");
        let json = |path: &str| match self.script.answers.lock().unwrap().get(path) {
            Some(Answer::Body(body)) => serde_json::from_slice::<Value>(body).unwrap(),
            other => panic!("no such answer: {other:?}"),
        };
        let mut described = json(&format!("/containers/{TEMPO}/json"));
        described["Id"] = id.as_str().into();
        described["Name"] = format!("/shop_{service}_1").into();
        described["Config"]["Labels"]["com.docker.compose.service"] = service.into();
        let network = &mut described["NetworkSettings"]["Networks"]["shop_default"];
        network["Aliases"] = json!([service]);
        network["IPAddress"] = "192.0.2.8".into();
        if self.script.wire != Wire::Docker20 {
            network["DNSNames"] = json!([format!("shop_{service}_1"), service]);
        }
        change(&mut described);
        let mut listed = json("/containers/json");
        let all = listed.as_array_mut().unwrap();
        let mut entry = all
            .iter()
            .find(|entry| entry["Id"] == TEMPO)
            .unwrap()
            .clone();
        entry["Id"] = id.as_str().into();
        entry["Names"] = json!([format!("/shop_{service}_1")]);
        entry["Labels"]["com.docker.compose.service"] = service.into();
        all.push(entry);
        self.answer("/containers/json", Answer::json(&listed));
        self.answer(&format!("/containers/{id}/json"), Answer::json(&described));
        self.answer(
            &format!("/containers/{id}/logs"),
            Answer::Body(Bytes::new()),
        );
        let none = Answer::Refusal(404, "no such file");
        self.answer(&format!("/containers/{id}/archive"), none);
        id
    }

    /// Takes a container out of the list, and its log away.
    pub(crate) fn remove(&self, id: &str) {
        let mut answers = self.script.answers.lock().unwrap();
        let mut listed: Value = match answers.get("/containers/json") {
            Some(Answer::Body(body)) => serde_json::from_slice(body).unwrap(),
            other => panic!("no list: {other:?}"),
        };
        let all = listed.as_array_mut().unwrap();
        all.retain(|entry| entry["Id"] != id);
        answers.insert("/containers/json".to_owned(), Answer::json(&listed));
        let gone = Answer::Refusal(404, "no such container");
        answers.insert(format!("/containers/{id}/logs"), gone);
    }

    /// The paths that were asked for, with version and query.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.script.asked.lock().unwrap().clone()
    }

    /// The methods by which it was asked.
    pub(crate) fn methods(&self) -> Vec<String> {
        let methods = self.script.methods.lock().unwrap();
        methods.iter().cloned().collect()
    }

    /// A log in frames, each line with the time that belongs to it.
    pub(crate) fn framed(lines: &[(u8, &str, &[u8])]) -> Answer {
        let frames = lines
            .iter()
            .map(|(stream, time, line)| played_log::frame(*stream, time, line));
        Answer::Body(frames.collect::<Vec<_>>().concat().into())
    }

    /// An archive with one file.
    pub(crate) fn archive(content: &str) -> Answer {
        let mut tar = vec![0; 512];
        tar[..10].copy_from_slice(b"tempo.yaml");
        tar[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        tar[156] = b'0';
        tar.extend(content.as_bytes());
        tar.resize(512 + content.len().div_ceil(512) * 512 + 1024, 0);
        Answer::Body(tar.into())
    }
}
