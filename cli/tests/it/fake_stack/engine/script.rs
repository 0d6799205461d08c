//! What the fake engine answers to each request.

use std::{
    collections::{BTreeMap, BTreeSet},
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

use super::{
    super::{TEMPO, WEB},
    Answer, Wire,
};

#[derive(Debug)]
pub(super) struct Script {
    pub(super) wire: Wire,
    pub(super) answers: Mutex<BTreeMap<String, Answer>>,
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) methods: Mutex<BTreeSet<String>>,
}

/// The recorded stack: `web`, and `tempo` described after it.
pub(super) fn script(wire: Wire) -> Arc<Script> {
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
        (
            "/volumes".to_owned(),
            Answer::json(
                &json!({"Volumes": [{"Name": "shop_data"}, {"Name": "shop_old"}], "Warnings": null}),
            ),
        ),
        ("/volumes/shop_data".to_owned(), body("volume.json")),
    ]);
    Arc::new(Script {
        wire,
        answers: Mutex::new(answers),
        asked: Mutex::default(),
        methods: Mutex::default(),
    })
}

/// Where a container's image is described.
pub(super) fn image_path(container: &Value) -> String {
    format!("/images/{}/json", container["Image"].as_str().unwrap())
}

/// The image of both containers, as `docker build` of 20.10 leaves it.
pub(super) fn image(container: &Value) -> Value {
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

pub(super) fn router(script: &Arc<Script>) -> Router {
    Router::new()
        .fallback(answer)
        .with_state(Arc::clone(script))
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let uri = request.uri().clone();
    let asked = uri.path_and_query().unwrap().as_str().to_owned();
    script.asked.lock().unwrap().push(asked);
    let method = request.method().to_string();
    script.methods.lock().unwrap().insert(method);
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
        Some(Answer::Log(log)) => log.answer(&uri),
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
