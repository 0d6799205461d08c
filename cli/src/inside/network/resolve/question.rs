//! One question to one name server, with the patience of the container's own resolver.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use ptctl_diagnosis::snapshot::NameAnswer;

use crate::{
    clients::deadline::Deadline,
    inside::network::{
        dns::{self, ExchangeError, Family, NotAName, Query, ResponseCode},
        untold::{Unanswered, Untold, wait},
    },
};

/// As soon as one family has addresses, the other has so long.
const GRACE: Duration = Duration::from_secs(1);

/// Why a question has no answer that says anything of the server.
pub(super) enum NoAnswer {
    /// It cannot be asked of any.
    NotAName,
    /// The time of the look was over before the server's was.
    CutShort,
    /// It could not be asked from here.
    Untold(Untold),
}

impl From<NotAName> for NoAnswer {
    fn from(NotAName: NotAName) -> Self {
        Self::NotAName
    }
}

/// Asks one server for both families at once, with the patience of the container's own resolver.
pub(super) async fn ask_one(
    server: SocketAddr,
    name: &str,
    patience: Duration,
    deadline: Deadline,
) -> Result<(NameAnswer, Vec<IpAddr>), NoAnswer> {
    let queries = [
        Query::new(random_id(), name, Family::V4)?,
        Query::new(random_id(), name, Family::V6)?,
    ];
    let mut asked: FuturesUnordered<_> = queries
        .iter()
        .map(|query| dns::ask(server, query))
        .collect();
    let mut addresses = Vec::new();
    let mut answers = Vec::new();
    let whole = Deadline::after(patience);
    loop {
        let limit = if addresses.is_empty() {
            whole.left()
        } else {
            whole.left().min(GRACE)
        };
        match wait(asked.next(), limit, deadline).await {
            Ok(Some(Ok(answer))) => {
                addresses.extend(&answer.addresses);
                answers.push(match answer.code {
                    ResponseCode::Ok if answer.addresses.is_empty() => NameAnswer::NoAddress,
                    ResponseCode::Ok => NameAnswer::Addresses {
                        count: answer.addresses.len(),
                    },
                    ResponseCode::NoSuchName => NameAnswer::NoSuchName,
                    ResponseCode::Other(_) => NameAnswer::Code {
                        code: answer.code.word(),
                    },
                });
            }
            Ok(Some(Err(error))) => {
                if let ExchangeError::Unreachable(error) = &error
                    && let Some(untold) = Untold::of(error)
                {
                    return Err(NoAnswer::Untold(untold));
                }
                answers.push(NameAnswer::Failed {
                    reason: error.to_string(),
                });
            }
            Ok(None) => break,
            Err(Unanswered::CutShort) if addresses.is_empty() => return Err(NoAnswer::CutShort),
            Err(Unanswered::Silence | Unanswered::CutShort) => {
                answers.push(NameAnswer::Silent);
                break;
            }
        }
    }
    if !addresses.is_empty() {
        addresses.sort_by_key(IpAddr::is_ipv6);
        let count = addresses.len();
        return Ok((NameAnswer::Addresses { count }, addresses));
    }
    // Of two answers without addresses, the one that says least about the name counts: the other may be a guess.
    let answer = answers
        .into_iter()
        .max_by_key(gravity)
        .unwrap_or(NameAnswer::Silent);
    Ok((answer, addresses))
}

fn gravity(answer: &NameAnswer) -> u8 {
    match answer {
        NameAnswer::Addresses { .. } => 0,
        NameAnswer::NoSuchName => 1,
        NameAnswer::NoAddress => 2,
        NameAnswer::Code { .. } => 3,
        NameAnswer::Failed { .. } => 4,
        NameAnswer::Silent => 5,
    }
}

/// A number that nobody guesses.
fn random_id() -> u16 {
    let [first, second, ..] = *uuid::Uuid::new_v4().as_bytes();
    u16::from_be_bytes([first, second])
}
