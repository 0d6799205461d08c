//! Loki, played: it has the lines that the services of the stack really wrote, and names them as the stack's own shipper
//! of logs does.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::pages::{mount, page};
use crate::stack::Stack;
use crate::standin;

/// Its port.
const PORT: u16 = 3100;
/// The image that the stand-in runs in; what it is, its label says.
const IMAGE: &str = "docutag-demo-page:dev";
/// The label that the shipper gives every line, as `config/alloy/config.alloy` has it.
const LABEL: &str = "service";
/// The paths that the doctor asks.
const LABELS: &str = "/loki/api/v1/labels";
const VALUES: &str = "/loki/api/v1/label/service/values";
const LINES: &str = "/loki/api/v1/query_range";

/// Adds a Loki that has no line yet.
pub(crate) fn add(project: &mut Blueprint, lab: &Lab, name: &str) {
    let recorded = lab.repository.join("cli/tests/lab/recorded/loki");
    let recorded = |name: &str| recorded.join(name).display().to_string();
    let mut loki = standin::service(&lab.standin, IMAGE, &["pages", &PORT.to_string()]);
    loki["labels"] = json!({"dev.ptctl.role": "loki"});
    loki["restart"] = json!("unless-stopped");
    if let Some(mounts) = loki["volumes"].as_array_mut() {
        mounts.extend([
            json!(mount(&recorded("ready.http"), "/ready")),
            json!(mount(&recorded("missing.http"), "/missing")),
            json!(mount(&recorded("no-labels.http"), LABELS)),
        ]);
    }
    project.add(name, loki);
}

impl Stack {
    /// Gives a played Loki what these services wrote until now: as answers to the three questions of the doctor, the last
    /// of which is for lines with an id of 32 digits.
    pub(crate) async fn ship(&self, loki: &str, services: &[&str]) -> Result<(), Failure> {
        let mut names = Vec::new();
        let mut streams = Vec::new();
        for service in services {
            let template = "{{index .Config.Labels \"dev.docutag.service\"}}";
            let name = self.inspect(service, template).await?;
            let said = self.logs_since(service, Timestamp::UNIX_EPOCH).await?;
            let now = Timestamp::now().as_nanosecond();
            let lines = said.lines().filter(|line| has_id(line)).zip(0..);
            let values: Vec<Value> = lines
                .map(|(line, at)| json!([(now + at).to_string(), line]))
                .collect();
            streams.push(json!({"stream": {LABEL: name}, "values": values}));
            names.push(name);
        }
        let answer = |data: Value| {
            let body = json!({"status": "success", "data": data}).to_string();
            page("200 OK", "application/json; charset=UTF-8", &body)
        };
        let found = json!({"resultType": "streams", "result": streams, "stats": {}});
        let pages = [
            (LABELS, answer(json!([LABEL]))),
            (VALUES, answer(json!(names))),
            (LINES, answer(found)),
        ];
        self.show(loki, &pages).await
    }
}

fn has_id(line: &str) -> bool {
    line.split(|c: char| !c.is_ascii_hexdigit())
        .any(|word| word.len() >= 32)
}
