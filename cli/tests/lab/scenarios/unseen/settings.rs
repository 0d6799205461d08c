//! Settings of the SDK for Python that keep spans from being made, sent or named.

use serde_json::json;

use super::{
    CHECKOUT, ENDPOINT, INVOICES, STORE, a_shop, astray, in_silence, recover, until_kept, write,
};
use crate::failure::Failure;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage};
use crate::tool::docker;
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-settings",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault(
            "unseen-sampler-off-in-the-image",
            "PT0322",
            CHECKOUT,
            |trial| Box::pin(sampler_of_the_image(trial)),
        ),
        Scenario::fault("unseen-oltp-for-otlp", "PT0337", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                project.unset(CHECKOUT, ENDPOINT);
                let misspelled = "OTEL_EXPORTER_OLTP_ENDPOINT";
                project.set(CHECKOUT, misspelled, "http://spanstore:4317");
            }))
        }),
        Scenario::fault(
            "unseen-batch-larger-than-queue",
            "PT0340",
            CHECKOUT,
            |trial| {
                Box::pin(in_silence(trial, |project| {
                    project.set(CHECKOUT, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096");
                }))
            },
        ),
        Scenario::fault(
            "unseen-compression-of-browsers",
            "PT0339",
            CHECKOUT,
            |trial| {
                Box::pin(in_silence(trial, |project| {
                    project.set(CHECKOUT, "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "br");
                }))
            },
        ),
        Scenario::fault(
            "unseen-entrypoint-without-agent",
            "PT0330",
            CHECKOUT,
            |trial| {
                Box::pin(in_silence(trial, |project| {
                    let program = json!(["python3", "-u", "/app/app.py"]);
                    project
                        .service(CHECKOUT)
                        .insert("entrypoint".to_owned(), program);
                }))
            },
        ),
        Scenario::fault("unseen-headers-as-json", "PT0325", CHECKOUT, |trial| {
            Box::pin(headers_as_json(trial))
        }),
        Scenario::fault("unseen-name-after-a-colon", "PT0326", CHECKOUT, |trial| {
            Box::pin(name_after_a_colon(trial))
        }),
    ],
};

/// Nothing in the Compose file says it: the image was built so.
async fn sampler_of_the_image(trial: &mut Trial) -> Result<(), Failure> {
    let image = format!("{}-built:dev", trial.stack.project);
    let context = trial.stack.folder.join("context");
    std::fs::create_dir_all(&context).map_err(|source| Failure::File {
        action: "create",
        path: context.display().to_string(),
        source,
    })?;
    let lines = format!(
        "FROM {}\nENV OTEL_TRACES_SAMPLER=parentbased_always_off\n",
        python::IMAGE
    );
    write(&context.join("Dockerfile"), &lines)?;
    let folder = context.display().to_string();
    docker(&["build", "--quiet", "--tag", &image, &folder]).await?;
    let played = in_silence(trial, |project| {
        project
            .service(CHECKOUT)
            .insert("image".to_owned(), json!(image));
    })
    .await;
    // A container may still be made of it: its layers stay until that goes, its name does not.
    docker(&["image", "rm", "--force", &image]).await?;
    played
}

/// The backend wants a tenant, which one of the two names as it must.
async fn headers_as_json(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config(
            "usage_report:",
            "multitenancy_enabled: true\n\nusage_report:",
        );
        let headers = r#"{"X-Scope-OrgID": "shop"}"#;
        project.set(CHECKOUT, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", headers);
        project.set(INVOICES, "OTEL_EXPORTER_OTLP_HEADERS", "x-scope-orgid=shop");
    });
    change.await?;
    trial.stack.until_ordered(INVOICES, 3).await?;
    trial
        .stack
        .until_order_export_fails(CHECKOUT, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// Spans arrive, of a service that is not known.
async fn name_after_a_colon(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.unset(CHECKOUT, "OTEL_SERVICE_NAME");
        let attributes = "service.name:checkout,deployment.environment:staging";
        project.set(CHECKOUT, "OTEL_RESOURCE_ATTRIBUTES", attributes);
    });
    change.await?;
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.judge().await?;
    recover(trial).await
}
