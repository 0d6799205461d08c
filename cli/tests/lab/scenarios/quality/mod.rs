//! What traces are like: whether they hold together across services, and what their spans and lines of log say.

pub(super) mod propagation;
pub(super) mod settled;
pub(super) mod spans;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::shop;
use crate::trial::Trial;

/// The service that is called.
const ORDERS: &str = "orders";
/// The one that it asks.
const BILLING: &str = "billing";
/// One more, where it takes three.
const STOCK: &str = "stock";
/// The proxy.
const FRONT: &str = "front";

/// Where each of them is asked.
const ASK_BILLING: &str = "http://billing:8080";
const ASK_FRONT: &str = "http://front:8080";

/// More requests than the doctor reads traces of one service.
const ENOUGH: usize = 6;

fn with_two(project: &mut Blueprint, _: &Lab) {
    shop::add(project, ORDERS, &["--next", ASK_BILLING]);
    shop::add(project, BILLING, &[]);
}

/// Changes the project, and sends requests whose traces all arrive.
async fn traced(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_shopped(ORDERS, ENOUGH).await
}

/// The same, and has the doctor look.
async fn broken(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    traced(trial, change).await?;
    trial.judge().await?;
    recover(trial).await
}

/// The same where nothing is wrong.
async fn variant(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    traced(trial, change).await?;
    trial.judge().await?;
    trial.stack.restore().await
}

/// Brings the project back to what it was, and waits until the doctor is content with what is traced since.
async fn recover(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.restore().await?;
    trial.stack.until_shopped(ORDERS, ENOUGH).await?;
    trial.stays_clean().await
}
