//! Pages of the programs around Tempo: reached through a published port, else at the container's own address.

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::snapshot::{Container, Reached, Readiness};
use url::Url;

use super::{
    Look,
    way::{is_telling, ways},
};
use crate::clients::http::{HttpClient, HttpFault};

/// A page that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// How it was reached, or tried to be.
    pub(crate) reached: Reached,
    /// What its status says.
    pub(crate) ready: Readiness,
    /// Its body; empty without an answer.
    pub(crate) body: String,
}

/// Asks for a page by every way at once and takes the best one that answers, so that silence costs one deadline. `Err`
/// where there is nothing to try, with the reason.
pub(crate) async fn ask(
    look: &Look<'_>,
    http: &HttpClient,
    container: &Container,
    port: u16,
    path: &str,
) -> Result<Page, String> {
    if !container.is_running() {
        return Err(format!(
            "the container is {}",
            container.state.status.word()
        ));
    }
    let ways = ways(container, port, look.engine.endpoint(), look.addresses);
    let count = ways.len();
    let deadline = look.http_deadline();
    let answers = stream::iter(ways).map(|reached| async move {
        let url = Url::parse(&format!("{}{path}", reached.url()));
        let answer = match url {
            Ok(url) => http.ask(url, deadline).await,
            Err(error) => Err(HttpFault::Answer(error.to_string())),
        };
        (reached, answer)
    });
    let mut answers = std::pin::pin!(answers.buffered(count.max(1)));
    let mut silent = None;
    while let Some((reached, answer)) = answers.next().await {
        match answer {
            Ok((status, body)) => {
                let body = String::from_utf8_lossy(&body).into_owned();
                let ready = match status {
                    200..=299 => Readiness::Ready,
                    _ => Readiness::NotReady {
                        status,
                        reason: body.trim().chars().take(200).collect(),
                    },
                };
                return Ok(Page {
                    reached,
                    ready,
                    body,
                });
            }
            Err(fault) if is_telling(&reached, look.addresses) => {
                silent.get_or_insert(Page {
                    reached,
                    ready: Readiness::NoAnswer {
                        reason: fault.to_string(),
                    },
                    body: String::new(),
                });
            }
            Err(_) => {}
        }
    }
    silent.ok_or_else(|| {
        format!("port {port} is not published, and container addresses cannot be reached from here")
    })
}

/// The body of a 200 below an address that answers.
pub(crate) async fn get(
    look: &Look<'_>,
    http: &HttpClient,
    base: &Reached,
    path: &str,
    query: &[(&str, &str)],
) -> Result<String, HttpFault> {
    let mut url = Url::parse(&format!("{}{path}", base.url()))
        .map_err(|error| HttpFault::Answer(error.to_string()))?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let body = http.get(url, look.http_deadline()).await?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// An answer in JSON.
pub(crate) async fn json<T: for<'de> serde::Deserialize<'de>>(
    look: &Look<'_>,
    http: &HttpClient,
    base: &Reached,
    path: &str,
    query: &[(&str, &str)],
) -> Result<T, HttpFault> {
    let body = get(look, http, base, path, query).await?;
    serde_json::from_str(&body).map_err(|error| HttpFault::Answer(error.to_string()))
}
