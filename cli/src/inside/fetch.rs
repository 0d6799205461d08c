//! A question over HTTP, asked from inside a container's network.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Answer, Task, Work};
use crate::{
    clients::{
        deadline::Deadline,
        http::{HttpClient, HttpFault},
    },
    secret::Secret,
};

/// Ask for a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FetchTask {
    /// Where.
    pub(crate) url: Url,
    /// Headers to send.
    pub(crate) headers: Vec<(String, Secret)>,
}

/// A page, or why there is none.
pub(crate) type Fetched = Result<Page, HttpFault>;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    /// The status.
    pub(crate) status: u16,
    /// The body; what is no UTF-8 in it is lost.
    pub(crate) body: String,
}

impl From<FetchTask> for Task {
    fn from(task: FetchTask) -> Self {
        Self::Fetch(task)
    }
}

impl Work for FetchTask {
    type Found = Fetched;

    fn found(answer: Answer) -> Option<Self::Found> {
        match answer {
            Answer::Fetch(fetched) => Some(fetched),
            _ => None,
        }
    }
}

impl FetchTask {
    /// Asks.
    pub(super) async fn perform(&self, deadline: Deadline) -> Fetched {
        let headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.reveal().to_owned()))
            .collect();
        let client = HttpClient::new(&headers, Some(&self.url))
            .map_err(|error| HttpFault::Answer(error.to_string()))?;
        let (status, body) = client.ask(self.url.clone(), deadline).await?;
        Ok(Page {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}
