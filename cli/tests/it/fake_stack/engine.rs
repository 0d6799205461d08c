//! A Docker engine on a Unix socket or on loopback.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, UnixListener},
    task::JoinHandle,
};

use super::{TEMPO, WEB};

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
    /// 200 and the beginning of this body, then the connection breaks.
    BrokenOff(Bytes),
}

impl Answer {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Body(value.to_string().into())
    }
}

#[derive(Debug)]
struct Script {
    wire: Wire,
    answers: Mutex<BTreeMap<String, Answer>>,
    asked: Mutex<Vec<String>>,
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

    /// The paths that were asked for, with version and query.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.script.asked.lock().unwrap().clone()
    }

    /// A log in frames, each line with the time that belongs to it.
    pub(crate) fn framed(lines: &[(u8, &str, &[u8])]) -> Answer {
        let mut log = Vec::new();
        for (stream, time, line) in lines {
            let payload = [time.as_bytes(), b" ", line, b"\n"].concat();
            log.extend([*stream, 0, 0, 0]);
            log.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
            log.extend(payload);
        }
        Answer::Body(log.into())
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

/// The recorded stack: `web`, and `tempo` described after it.
fn script(wire: Wire) -> Arc<Script> {
    let body = |name| Answer::Body(Bytes::from_static(wire.recorded(name).as_bytes()));
    let mut tempo = wire.json("inspect.json");
    tempo["Id"] = TEMPO.into();
    tempo["Name"] = "/shop_tempo_1".into();
    tempo["Path"] = "/tempo".into();
    tempo["Args"] = json!(["-config.file=/etc/tempo.yaml"]);
    tempo["Config"]["Image"] = "grafana/tempo:3.0.3".into();
    tempo["Config"]["Env"] = json!([]);
    tempo["Config"]["Labels"]["com.docker.compose.service"] = "tempo".into();
    tempo["Config"]["Labels"]["dev.ptctl.library"] = Value::Null;
    tempo["Config"]["Labels"]
        .as_object_mut()
        .unwrap()
        .remove("dev.ptctl.library");
    tempo["HostConfig"]["PortBindings"] = json!({});
    tempo["NetworkSettings"]["Ports"] = json!({"3200/tcp": null});
    tempo["Mounts"] = json!([{"Type": "volume", "Name": "shop_data", "Source": "/nowhere/_data",
        "Destination": "/var/tempo", "Driver": "local", "Mode": "rw", "RW": true, "Propagation": ""}]);
    // Nothing answers at a documentation address (RFC 5737), and nothing is sent there: the engine is not local.
    let network = &mut tempo["NetworkSettings"]["Networks"]["shop_default"];
    network["Aliases"] = json!(["tempo", "17886ddf6141"]);
    network["IPAddress"] = "192.0.2.7".into();
    if wire != Wire::Docker20 {
        network["DNSNames"] = json!(["shop_tempo_1", "tempo", "17886ddf6141"]);
    }
    let answers = BTreeMap::from([
        ("/version".to_owned(), body("version.json")),
        ("/info".to_owned(), rootless(wire)),
        ("/containers/json".to_owned(), body("containers.json")),
        (format!("/containers/{WEB}/json"), body("inspect.json")),
        (format!("/containers/{TEMPO}/json"), Answer::json(&tempo)),
        (
            format!("/containers/{WEB}/logs"),
            Answer::Body(Bytes::new()),
        ),
        (
            format!("/containers/{TEMPO}/logs"),
            Answer::Body(Bytes::new()),
        ),
        (
            format!("/containers/{TEMPO}/archive"),
            Answer::Refusal(404, "no such file"),
        ),
        (image_path(&tempo), Answer::json(&image(&tempo))),
        ("/networks".to_owned(), body("networks.json")),
        ("/events".to_owned(), body("events.jsonl")),
        ("/system/df".to_owned(), body("df.json")),
        ("/volumes/shop_data".to_owned(), body("volume.json")),
    ]);
    Arc::new(Script {
        wire,
        answers: Mutex::new(answers),
        asked: Mutex::default(),
    })
}

/// Where a container's image is described.
fn image_path(container: &Value) -> String {
    format!("/images/{}/json", container["Image"].as_str().unwrap())
}

/// The image of both containers, as `docker build` of 20.10 leaves it.
fn image(container: &Value) -> Value {
    json!({
        "Id": container["Image"],
        "RepoTags": ["shop-web:1"],
        "RepoDigests": [],
        "Created": "2026-11-22T06:58:53.5171217Z",
        "Os": "linux",
        "Architecture": "amd64",
        "Config": {
            "User": "65532:65532",
            "ExposedPorts": {"8080/tcp": {}},
            "Env": ["LISTEN_ADDR=0.0.0.0:8080", "API_TOKEN=s3cr3t-value"],
            "Cmd": null,
            "Entrypoint": ["/shop-web"],
            "Labels": {"dev.ptctl.library": "telemetry"},
        },
    })
}

/// A rootless engine, whose container addresses nobody is to try, with a clock that goes right.
fn rootless(wire: Wire) -> Answer {
    let mut info = wire.json("info.json");
    info["SystemTime"] = jiff::Timestamp::now().to_string().into();
    info["SecurityOptions"] = json!(["name=seccomp,profile=default", "name=rootless"]);
    Answer::json(&info)
}

fn router(script: &Arc<Script>) -> Router {
    Router::new()
        .fallback(answer)
        .with_state(Arc::clone(script))
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let uri = request.uri().clone();
    let asked = uri.path_and_query().unwrap().as_str().to_owned();
    script.asked.lock().unwrap().push(asked);
    let (newest, oldest) = script.wire.versions();
    if uri.path() == "/_ping" {
        let silent = matches!(
            script.answers.lock().unwrap().get("/_ping"),
            Some(Answer::Silence)
        );
        if silent {
            std::future::pending::<()>().await;
        }
        return ([("Api-Version", format!("1.{newest}"))], "OK").into_response();
    }
    let versioned = uri.path().strip_prefix("/v1.").and_then(|rest| {
        let (minor, path) = rest.split_once('/')?;
        Some((minor.parse::<u32>().ok()?, format!("/{path}")))
    });
    let Some((minor, path)) = versioned else {
        return refusal(400, "a request without an API version");
    };
    if minor > newest {
        return refusal(
            400,
            &format!(
                "client version 1.{minor} is too new. Maximum supported API version is 1.{newest}"
            ),
        );
    }
    if minor < oldest {
        return refusal(
            400,
            &format!(
                "client version 1.{minor} is too old. Minimum supported API version is 1.{oldest}"
            ),
        );
    }
    let found = script.answers.lock().unwrap().get(&path).cloned();
    match found {
        Some(Answer::Body(body)) => body.into_response(),
        Some(Answer::Refusal(status, message)) => refusal(status, message),
        Some(Answer::Silence) => std::future::pending().await,
        Some(Answer::BrokenOff(body)) => broken_off(body),
        None => refusal(404, "page not found"),
    }
}

fn refusal(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(json!({"message": message}))).into_response()
}

/// A body that ends with the connection.
fn broken_off(body: Bytes) -> Response {
    let death = async {
        // What was written leaves before the end comes.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("the engine died"))
    };
    let first = futures_util::stream::iter([Ok(body)]);
    Body::from_stream(first.chain(futures_util::stream::once(death))).into_response()
}
