//! An engine with very many containers, all made from the recorded one.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, FakeEngine, WEB, Wire};

/// How many lines stand in the log of each container of a crowd.
pub(crate) const LINES: usize = 40;

impl FakeEngine {
    /// The recorded stack with `services` more services that send to its Tempo, and `others` containers of other
    /// projects beside it.
    pub(crate) fn crowd(wire: Wire, services: usize, others: usize) -> Self {
        let engine = Self::on_socket(wire);
        let mut list = wire.json("containers.json");
        let recorded = wire.json("inspect.json");
        let listed = list[0].clone();
        let log = log();
        let ten_minutes_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(10);
        for number in 0..services + others {
            let id = format!("{number:064x}");
            let (project, service) = if number < services {
                ("shop".to_owned(), format!("worker-{number}"))
            } else {
                (format!("other-{number}"), "job".to_owned())
            };
            let name = format!("/{project}_{service}_1");
            let network = if number < services {
                "shop_default".to_owned()
            } else {
                format!("{project}_default")
            };
            let mut entry = listed.clone();
            entry["Id"] = id.as_str().into();
            entry["Names"] = json!([name]);
            entry["Ports"] = json!([]);
            rename(&mut entry["Labels"], &project, &service);
            move_to(&mut entry["NetworkSettings"]["Networks"], &network);
            let mut described = recorded.clone();
            described["Id"] = id.as_str().into();
            described["Name"] = name.as_str().into();
            described["State"]["StartedAt"] = ten_minutes_ago.to_string().into();
            described["HostConfig"]["PortBindings"] = json!({});
            described["NetworkSettings"]["Ports"] = json!({});
            rename(&mut described["Config"]["Labels"], &project, &service);
            move_to(&mut described["NetworkSettings"]["Networks"], &network);
            if number >= services {
                described["Config"]["Env"] = json!([]);
                if let Some(labels) = described["Config"]["Labels"].as_object_mut() {
                    labels.retain(|label, _| !label.starts_with("dev.ptctl."));
                }
            }
            list.as_array_mut().unwrap().push(entry);
            engine.answer(&format!("/containers/{id}/json"), Answer::json(&described));
            engine.answer(&format!("/containers/{id}/logs"), log.clone());
        }
        engine.answer("/containers/json", Answer::json(&list));
        engine.change(WEB, |described| {
            described["State"]["StartedAt"] = ten_minutes_ago.to_string().into();
        });
        engine.answer(&format!("/containers/{WEB}/logs"), log);
        engine
    }
}

fn rename(labels: &mut Value, project: &str, service: &str) {
    labels["com.docker.compose.project"] = project.into();
    labels["com.docker.compose.service"] = service.into();
    labels["dev.ptctl.service-name"] = format!("shop-{service}").into();
}

fn move_to(networks: &mut Value, network: &str) {
    let recorded = networks["shop_default"].clone();
    *networks = json!({network: recorded});
}

/// A log of a service that serves requests, in frames.
fn log() -> Answer {
    let now = jiff::Timestamp::now();
    let mut log = Vec::new();
    for number in 0..LINES {
        let line = format!(
            "{now} {{\"time\":\"{now}\",\"level\":\"INFO\",\"msg\":\"request served\",\"service\":\"shop-web\",\"trace_id\":\"{:032x}\",\"span_id\":\"{:016x}\",\"route\":\"/api/items/{{id}}\",\"status\":200}}\n",
            number + 1,
            number + 1
        );
        log.extend([1, 0, 0, 0]);
        log.extend(u32::try_from(line.len()).unwrap().to_be_bytes());
        log.extend(line.as_bytes());
    }
    Answer::Body(Bytes::from(log))
}
