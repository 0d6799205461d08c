//! Services in Python that ask one another, `python/shop.py`, and what stands between them: nginx, of the image that
//! `scripts/lab-nginx` makes.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::http;
use crate::python;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The image of nginx.
pub(crate) const NGINX: &str = "nginx:dev";

const PROGRAM: &str = include_str!("python/shop.py");
/// The port of every service.
const PORT: u16 = 8080;
/// Until when the spans of a request arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a request is answered with: the ids of the traces that it made.
#[derive(Debug, Deserialize)]
struct Answer {
    trace_ids: Vec<String>,
}

/// Adds a service that does what these words of `shop.py` say, in the place of the one that had its name.
pub(crate) fn add(project: &mut Blueprint, name: &str, words: &[&str]) {
    let program = project.file("shop.py", PROGRAM);
    let mut service = python::service(name);
    service["command"] = json!([&["python3", "/app/shop.py"], words].concat());
    service["volumes"] = json!([format!("{program}:/app/shop.py:ro")]);
    project.add(name, service);
}

/// Adds an nginx that passes requests on to a service, with these lines beside that.
pub(crate) fn add_nginx(project: &mut Blueprint, name: &str, service: &str, lines: &str) {
    // Its name is asked for with each request, so that nginx starts before it, and finds it where it was recreated.
    let config = format!(
        "worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  resolver 127.0.0.11;
  map $request_id $span {{ \"~^(?<first>.{{16}})\" $first; }}
  server {{
    listen 8080;
    set $upstream {service};
    location / {{
      proxy_pass http://$upstream:{PORT};
      {lines}
    }}
  }}
}}
"
    );
    let config = project.file("nginx.conf", &config);
    let mounts = [format!("{config}:/etc/nginx/nginx.conf:ro")];
    project.add(name, json!({"image": NGINX, "volumes": mounts}));
}

impl Stack {
    /// Sends so many requests to a service, and waits until Tempo has each trace that they made.
    pub(crate) async fn until_shopped(
        &self,
        service: &str,
        requests: usize,
    ) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        let mut made = Vec::new();
        for number in 0..requests {
            let path = format!("/orders/{}", 4711 + number);
            made.extend(self.ids(service, &path).await?);
        }
        self.until_all_arrived(&made).await
    }

    /// Asks a service so many times how it is, and waits until Tempo has each trace that this made.
    pub(crate) async fn until_checked(&self, service: &str, times: usize) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        let mut made = Vec::new();
        for _ in 0..times {
            made.extend(self.ids(service, "/health").await?);
        }
        self.until_all_arrived(&made).await
    }

    /// Waits until a service has taken so many messages, and Tempo has each trace that it began with one.
    pub(crate) async fn until_taken(&self, service: &str, messages: usize) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        let what = format!("`{service}` taking {messages} messages");
        let taken = until(what, PATIENCE, async || {
            let taken = self.ids(service, "/taken").await?;
            Ok(if taken.len() >= messages {
                Seen::Yes(taken)
            } else {
                Seen::NotYet(format!("{} taken", taken.len()))
            })
        })
        .await?;
        self.until_all_arrived(&taken).await
    }

    /// The ids that a service answers with.
    async fn ids(&self, service: &str, path: &str) -> Result<Vec<String>, Failure> {
        let failed = |source| Failure::Request {
            to: format!("{service}:{PORT}{path}"),
            source,
        };
        let address = self.address(service, PORT).await?;
        let answer = http::get(address, path).await.map_err(failed)?;
        let answer: Answer = serde_json::from_str(&answer.body).map_err(|error| {
            Failure::Stack(format!("`{service}` answers `{}`: {error}", answer.body))
        })?;
        Ok(answer.trace_ids)
    }

    async fn until_all_arrived(&self, ids: &[String]) -> Result<(), Failure> {
        let mut missing = ids.to_vec();
        let what = format!("{} traces in Tempo", ids.len());
        until(what, PATIENCE, async || {
            let tempo = self.address("tempo", 3200).await?;
            while let Some(id) = missing.last() {
                match http::get(tempo, &format!("/api/traces/{id}")).await {
                    Ok(answer) if answer.status == 200 => missing.pop(),
                    Ok(_) => return Ok(Seen::NotYet(format!("{} are not there", missing.len()))),
                    Err(error) => return Ok(Seen::NotYet(error.to_string())),
                };
            }
            Ok(Seen::Yes(()))
        })
        .await
    }
}
