//! What is told of traces only when nothing of them can be on its way any more. Each wait is a minute, so that two faults
//! which have nothing to do with each other share one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{ASK_BILLING, ASK_FRONT, BILLING, ENOUGH, FRONT, ORDERS, STOCK, recover, with_two};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::shop;
use crate::trial::Trial;
use crate::until::{Seen, until};

/// So old a trace is settled, and a little more.
const SETTLED: SignedDuration = SignedDuration::from_secs(62);
/// So far apart are the lines of a log whose traces the doctor asks for, and a little more.
const APART: SignedDuration = SignedDuration::from_secs(11);

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "settled",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_two,
    scenarios: &[
        Scenario::fault(
            "python-span-never-ended-and-anothers-ids",
            "PT0702",
            ORDERS,
            |trial| Box::pin(never_ended(trial)),
        )
        .with(&[named("PT0904", BILLING)]),
        Scenario::fault(
            "nginx-begins-traces-and-loop-of-spans",
            "PT0703",
            ORDERS,
            |trial| Box::pin(begun_in_front(trial)),
        )
        .with(&[named("PT0711", "stack")]),
        Scenario::healthy("python-traces-of-every-shape", |trial| {
            Box::pin(every_shape(trial))
        }),
    ],
};

/// The span of a request is never ended, while those within it are; and the other service writes the ids of a tracer whose
/// spans go nowhere.
async fn never_ended(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        shop::add(
            project,
            ORDERS,
            &["--next", ASK_BILLING, "--forgets-to-end"],
        );
        shop::add(project, BILLING, &["--logs", "others-ids"]);
    });
    change.await?;
    trial.stack.until_shopped(ORDERS, ENOUGH).await?;
    until_past(Timestamp::now(), APART).await?;
    trial.stack.until_shopped(ORDERS, ENOUGH).await?;
    until_past(Timestamp::now(), SETTLED).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A proxy puts a context of its own in front of what it passes on, and sends no span; and a service makes a span of every
/// step of a loop.
async fn begun_in_front(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let begins = "proxy_set_header traceparent 00-$request_id-$span-01;";
        shop::add_nginx(project, FRONT, ORDERS, begins);
        shop::add(project, BILLING, &["--steps", "40"]);
    });
    change.await?;
    trial.stack.until_shopped(FRONT, ENOUGH).await?;
    until_past(Timestamp::now(), SETTLED).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A clean proxy, span ids that two sides share, messages that are linked, and a job that runs as long as a trace takes to
/// settle.
async fn every_shape(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let joined = ["--context", "b3-joined"];
        let asks = ["--next", ASK_FRONT, "--outbox"];
        shop::add(project, ORDERS, &[&asks[..], &joined].concat());
        shop::add_nginx(project, FRONT, BILLING, "");
        shop::add(project, BILLING, &joined);
        let takes = ["--takes-from", "http://orders:8080", "--context", "b3"];
        shop::add(project, STOCK, &[&takes[..], &["--job", "62"]].concat());
    });
    change.await?;
    trial.stack.until_shopped(ORDERS, ENOUGH).await?;
    trial.stack.until_taken(STOCK, ENOUGH).await?;
    until_past(Timestamp::now(), SETTLED).await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(STOCK)?;
    trial.stack.restore().await
}

/// Waits until a moment is so long ago.
async fn until_past(moment: Timestamp, wanted: SignedDuration) -> Result<(), Failure> {
    let within = Duration::try_from(wanted).unwrap_or_default() + Duration::from_secs(5);
    until(format!("{wanted:#} going by"), within, async || {
        let age = Timestamp::now().duration_since(moment);
        Ok(if age > wanted {
            Seen::Yes(())
        } else {
            Seen::NotYet(format!("{age:#}"))
        })
    })
    .await
}
