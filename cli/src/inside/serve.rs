//! What the helper container does: one order on standard input, one report on standard output.

use std::{io, time::Duration};

use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{Order, Place};
use crate::clients::deadline::Deadline;

/// An order has to come within this time, since whoever started the helper may be gone.
const ORDER_LIMIT: Duration = Duration::from_secs(10);
/// No order is longer.
const ORDER_BYTES: u64 = 16 << 20;

/// Why a helper ended without a report.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Nobody gave an order.
    #[error("no order came on standard input")]
    NoOrder,
    /// The order cannot be read; it is never quoted, since it may hold secrets.
    #[error(
        "the order on standard input is not one of this version's (line {line}, column {column})"
    )]
    Order {
        /// Where it goes wrong.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// The work took longer than it may.
    #[error("the work was not done in time")]
    Late,
    /// Whoever gave the order is gone.
    #[error("whoever gave the order is gone")]
    Abandoned,
    /// The report could not be written.
    #[error("the report could not be written")]
    Report(#[source] io::Error),
}

/// Reads an order, performs it, writes the report; ends by itself when time is up or the other side hangs up.
pub(crate) async fn serve() -> Result<(), ServeError> {
    let mut input = BufReader::new(tokio::io::stdin());
    let mut line = Vec::new();
    let mut bounded = (&mut input).take(ORDER_BYTES);
    let read = Deadline::after(ORDER_LIMIT)
        .cut(bounded.read_until(b'\n', &mut line))
        .await;
    match read {
        Ok(Ok(bytes)) if bytes > 0 => {}
        Ok(Ok(_) | Err(_)) | Err(_) => return Err(ServeError::NoOrder),
    }
    let order: Order = serde_json::from_slice(&line).map_err(|error| ServeError::Order {
        line: error.line(),
        column: error.column(),
    })?;
    let place = Place::own();
    let report = tokio::select! {
        report = Deadline::after(order.within).cut(order.perform(&place)) => report.map_err(|_| ServeError::Late)?,
        () = hung_up(&mut input) => return Err(ServeError::Abandoned),
    };
    let mut text =
        serde_json::to_vec(&report).map_err(|error| ServeError::Report(io::Error::other(error)))?;
    text.push(b'\n');
    let mut output = tokio::io::stdout();
    output.write_all(&text).await.map_err(ServeError::Report)?;
    output.flush().await.map_err(ServeError::Report)
}

/// Ends when standard input does.
async fn hung_up(input: &mut (impl tokio::io::AsyncRead + Unpin)) {
    let mut rest = [0; 64];
    while matches!(input.read(&mut rest).await, Ok(read) if read > 0) {}
}
