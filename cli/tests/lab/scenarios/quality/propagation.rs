//! The way of a trace's context from one service to the next, broken and whole.

use super::{
    ASK_BILLING, ASK_FRONT, BILLING, ENOUGH, FRONT, ORDERS, broken, recover, traced, variant,
    with_two,
};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage};
use crate::shop;
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "propagation",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_two,
    scenarios: &[
        Scenario::fault("python-sends-b3-to-w3c", "PT0704", BILLING, |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, ORDERS, &["--next", ASK_BILLING, "--context", "b3"]);
            }))
        }),
        Scenario::fault("python-client-without-spans", "PT0704", BILLING, |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(
                    project,
                    ORDERS,
                    &["--next", ASK_BILLING, "--client", "bare"],
                );
            }))
        }),
        Scenario::fault("nginx-drops-the-context", "PT0704", BILLING, |trial| {
            Box::pin(broken(trial, |project| {
                through_nginx(project, "proxy_set_header traceparent \"\";");
            }))
        }),
        Scenario::fault(
            "python-messages-without-context",
            "PT0704",
            BILLING,
            |trial| Box::pin(messages_apart(trial)),
        ),
        Scenario::healthy("nginx-passes-the-context-on", |trial| {
            Box::pin(variant(trial, |project| through_nginx(project, "")))
        }),
        Scenario::healthy("python-shares-span-ids-as-zipkin", |trial| {
            Box::pin(variant(trial, |project| {
                let joined = ["--context", "b3-joined"];
                shop::add(
                    project,
                    ORDERS,
                    &[&["--next", ASK_BILLING][..], &joined].concat(),
                );
                shop::add(project, BILLING, &joined);
            }))
        }),
        Scenario::healthy("python-links-messages", |trial| {
            Box::pin(messages_linked(trial))
        }),
    ],
};

/// Puts nginx between the two, with these lines where it passes requests on.
fn through_nginx(project: &mut Blueprint, lines: &str) {
    shop::add_nginx(project, FRONT, BILLING, lines);
    shop::add(project, ORDERS, &["--next", ASK_FRONT]);
}

/// One leaves messages of this kind, and the other takes them.
fn by_messages(project: &mut Blueprint, kind: &str) {
    shop::add(project, ORDERS, &["--outbox", "--messages", kind]);
    shop::add(project, BILLING, &["--takes-from", "http://orders:8080"]);
}

async fn messages_apart(trial: &mut Trial) -> Result<(), Failure> {
    traced(trial, |project| by_messages(project, "apart")).await?;
    trial.stack.until_taken(BILLING, ENOUGH).await?;
    trial.judge().await?;
    recover(trial).await
}

async fn messages_linked(trial: &mut Trial) -> Result<(), Failure> {
    traced(trial, |project| by_messages(project, "linked")).await?;
    trial.stack.until_taken(BILLING, ENOUGH).await?;
    trial.judge().await?;
    trial.stack.restore().await
}
