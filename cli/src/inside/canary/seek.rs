//! Looking for a canary: by its id, by its tags, by a query.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::{Fidelity, QueryTerms, Sight};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use url::Url;

use super::shape::ID_ATTRIBUTE;
use crate::{
    clients::{
        deadline::Deadline,
        http::{HttpClient, HttpFault},
        otlp::Header,
        tempo::{CanarySearch, TempoClient},
    },
    inside::{Answer, Task, Work},
};

/// The first and the longest pause between two looks by id.
const ID_PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));
/// The first and the longest pause between two searches.
const SEARCH_PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));
/// A question that takes longer is asked again.
const QUESTION: Duration = Duration::from_secs(5);
/// So many questions by id are under way at a time.
const AT_ONCE: usize = 16;
/// Searches begin so long before the canary, since clocks differ.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sought {
    /// The ids of its traces, 32 digits each.
    pub(crate) trace_ids: Vec<String>,
    /// Text that is to be found in the first of them.
    pub(crate) text: Option<String>,
    /// When it was sent.
    pub(crate) sent_at: Timestamp,
    /// How long is waited.
    pub(crate) patience: Patience,
    /// By when it has to be found.
    pub(crate) endurance: Endurance,
}

/// How long is waited for each way to find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Patience {
    /// By its id.
    pub(crate) by_id: Duration,
    /// By a search; with no time at all each is tried once.
    pub(crate) by_search: Duration,
}

/// By when a backend that is well shows what it took; before that nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endurance {
    /// By its id.
    pub(crate) by_id: Duration,
    /// By a search.
    pub(crate) by_search: Duration,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Whether it is there by its id, at least in part.
    pub(crate) by_id: Sight,
    /// How many of its spans are.
    pub(crate) spans: u64,
    /// How many of its spans nobody knows of, since the last question for them failed.
    #[serde(default)]
    pub(crate) unknown: u64,
    /// Whether its text came back as it was sent.
    pub(crate) text: Fidelity,
    /// Whether a search by tags finds it.
    pub(crate) by_tags: Sight,
    /// Whether a query finds it.
    pub(crate) by_query: Sight,
}

/// Look for a canary from where its service is, because the backend's API cannot be reached from elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SeekTask {
    /// The backend's API.
    pub(crate) base: Url,
    /// How it wants to be asked.
    pub(crate) terms: QueryTerms,
    /// What is sent with each question.
    pub(crate) headers: Vec<Header>,
    /// What is looked for.
    pub(crate) sought: Sought,
}

impl From<SeekTask> for Task {
    fn from(task: SeekTask) -> Self {
        Self::Seek(Box::new(task))
    }
}

impl Work for SeekTask {
    type Found = Result<Seen, String>;

    fn found(answer: Answer) -> Option<Self::Found> {
        let Answer::Seen(seen) = answer else {
            return None;
        };
        Some(seen)
    }
}

impl SeekTask {
    /// Looks, with a client of its own.
    pub(crate) async fn perform(&self, deadline: Deadline) -> Result<Seen, String> {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|header| (header.name.clone(), header.value.reveal().to_owned()))
            .collect();
        let http =
            HttpClient::new(&headers, Some(&self.base)).map_err(|error| error.to_string())?;
        let client = TempoClient::new(http, self.base.clone()).under(self.terms.clone());
        Ok(seek(&client, &self.sought, deadline).await)
    }
}

/// Looks until everything is found or patience ends.
pub(crate) async fn seek(client: &TempoClient, sought: &Sought, deadline: Deadline) -> Seen {
    let begun = Instant::now();
    let (by_id, counted) = by_id(client, sought, begun, deadline).await;
    let Counted { spans, unknown } = counted;
    if !by_id.is_found() {
        return Seen {
            by_id,
            spans,
            unknown,
            text: Fidelity::NotAsked,
            by_tags: Sight::NotAsked,
            by_query: Sight::NotAsked,
        };
    }
    let (text, by_tags, by_query) = tokio::join!(
        text(client, sought, deadline),
        by_search(client, sought, CanarySearch::Tags, begun, deadline),
        by_search(client, sought, CanarySearch::TraceQl, begun, deadline),
    );
    Seen {
        by_id,
        spans,
        unknown,
        text,
        by_tags,
        by_query,
    }
}

/// The spans of a canary, one for each trace.
#[derive(Debug, Default)]
struct Counted {
    /// Those that are there.
    spans: u64,
    /// Those of which the last question failed.
    unknown: u64,
}

/// Asks for the traces that are still missing, until all are there. Found is what was found in part.
async fn by_id(
    client: &TempoClient,
    sought: &Sought,
    begun: Instant,
    deadline: Deadline,
) -> (Sight, Counted) {
    let until = deadline.capped(sought.patience.by_id);
    let mut missing: Vec<&String> = sought.trace_ids.iter().collect();
    let mut counted = Counted::default();
    let mut found = None;
    let mut pause = ID_PAUSES.0;
    let fault = loop {
        let limit = deadline.capped(QUESTION);
        let answers: Vec<_> = stream::iter(missing)
            .map(async |id| (id, client.trace(id, limit).await))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        missing = Vec::new();
        let mut fault = None;
        counted.unknown = 0;
        for (id, answer) in answers {
            match answer {
                Ok(Some(trace)) => {
                    // Each trace has one span; what is there twice makes up for no other.
                    counted.spans += u64::from(trace.spans() > 0);
                    found = Some(since(begun));
                }
                Ok(None) => missing.push(id),
                Err(failed) => {
                    fault = Some(failed);
                    counted.unknown += 1;
                    missing.push(id);
                }
            }
        }
        if missing.is_empty() || until.has_passed() {
            break fault;
        }
        tokio::time::sleep_until((Instant::now() + pause).min(until.instant())).await;
        pause = (pause * 8 / 5).min(ID_PAUSES.1);
    };
    let sight = match (found, fault) {
        (Some(after), _) => Sight::Found { after },
        (None, Some(fault)) => failed(&fault),
        (None, None) => unseen(begun, sought.endurance.by_id),
    };
    (sight, counted)
}

/// Searches until the canary is found.
async fn by_search(
    client: &TempoClient,
    sought: &Sought,
    search: CanarySearch,
    begun: Instant,
    deadline: Deadline,
) -> Sight {
    let Some(id) = sought.trace_ids.first() else {
        return Sight::NotAsked;
    };
    let from = sought
        .sent_at
        .checked_sub(SLACK)
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let until = deadline.capped(sought.patience.by_search);
    let mut pause = SEARCH_PAUSES.0;
    loop {
        let limit = deadline.capped(QUESTION);
        let fault = match client.finds(search, ID_ATTRIBUTE, id, from, limit).await {
            Ok(true) => {
                return Sight::Found {
                    after: since(begun),
                };
            }
            Ok(false) => None,
            Err(fault) => Some(fault),
        };
        if until.has_passed() {
            return fault.map_or_else(
                || unseen(begun, sought.endurance.by_search),
                |fault| failed(&fault),
            );
        }
        tokio::time::sleep_until((Instant::now() + pause).min(until.instant())).await;
        pause = (pause * 3 / 2).min(SEARCH_PAUSES.1);
    }
}

/// Whether the first trace holds the text.
async fn text(client: &TempoClient, sought: &Sought, deadline: Deadline) -> Fidelity {
    let (Some(text), Some(id)) = (&sought.text, sought.trace_ids.first()) else {
        return Fidelity::NotAsked;
    };
    match client
        .trace_holds(id, text, deadline.capped(QUESTION))
        .await
    {
        Ok(true) => Fidelity::Kept,
        Ok(false) => Fidelity::Changed,
        Err(_) => Fidelity::NotAsked,
    }
}

fn unseen(begun: Instant, due: Duration) -> Sight {
    let waited = since(begun);
    let due = SignedDuration::try_from(due).unwrap_or(SignedDuration::MAX);
    if waited < due {
        Sight::NotYet { waited, due }
    } else {
        Sight::Missing { waited }
    }
}

fn failed(fault: &HttpFault) -> Sight {
    Sight::Failed {
        reason: ptctl_diagnosis::redact::text(&fault.to_string()),
    }
}

fn since(begun: Instant) -> SignedDuration {
    SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX)
}
