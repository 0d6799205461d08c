//! Names that another answers than was meant, and proxies in between.

use serde_json::json;

use super::{CHECKOUT, ENDPOINT, a_shop, astray, over_http, write};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-reach",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault("unseen-replica-is-no-name", "PT0303", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(CHECKOUT, ENDPOINT, "http://spanstore-1:4317");
            }))
        }),
        Scenario::fault(
            "unseen-extra-host-on-loopback",
            "PT0302",
            CHECKOUT,
            |trial| {
                Box::pin(astray(trial, |project| {
                    let hosts = json!(["spanstore:127.0.0.1"]);
                    project
                        .service(CHECKOUT)
                        .insert("extra_hosts".to_owned(), hosts);
                    over_http(project, "http://spanstore:4318");
                }))
            },
        ),
        Scenario::fault("unseen-proxy-of-grpc-alone", "PT0317", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(CHECKOUT, "grpc_proxy", "http://proxy.corp.invalid:3128");
            }))
        }),
        Scenario::fault(
            "unseen-proxy-with-other-exceptions",
            "PT0317",
            CHECKOUT,
            |trial| Box::pin(proxy_from_a_file(trial)),
        ),
    ],
};

/// A proxy for every scheme, from a file that all services of a company read.
async fn proxy_from_a_file(trial: &mut Trial) -> Result<(), Failure> {
    let file = trial.stack.folder.join("company.env");
    let lines =
        "ALL_PROXY=http://proxy.corp.invalid:3128\nNO_PROXY=localhost,127.0.0.1,.corp.invalid\n";
    write(&file, lines)?;
    astray(trial, |project| {
        project
            .service(CHECKOUT)
            .insert("env_file".to_owned(), json!([file]));
        over_http(project, "http://spanstore:4318");
    })
    .await
}
