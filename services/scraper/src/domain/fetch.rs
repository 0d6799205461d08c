//! Fetching a page: redirects followed hop by hop, each hop checked, all of it within limits.

use std::time::Duration;

use thiserror::Error;

use super::hop::{Answer, HopClient, HopError};
use super::media_type::MediaType;
use super::target::{InvalidTarget, Target};

/// What one fetch may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimits {
    /// The largest page, in bytes after decompression.
    pub bytes: usize,
    /// The most redirects followed.
    pub redirects: usize,
    /// The longest time from the first request to the last byte.
    pub time: Duration,
}

impl Default for FetchLimits {
    /// 5 MiB, 5 redirects, 15 s.
    fn default() -> Self {
        Self {
            bytes: 5 * 1024 * 1024,
            redirects: 5,
            time: Duration::from_secs(15),
        }
    }
}

/// Fetches pages within limits.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: HopClient,
    limits: FetchLimits,
}

/// A page as it came, undecoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it came from after all redirects.
    pub target: Target,
    /// How many redirects led there.
    pub redirects: usize,
    /// The HTTP status.
    pub status: u16,
    /// The media type, with its parameters.
    pub content_type: Option<String>,
    /// How to read the body.
    pub media_type: MediaType,
    /// The language, by header.
    pub language: Option<String>,
    /// The body after decompression.
    pub body: Vec<u8>,
}

/// Why a page could not be fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// A request was refused or gave no answer.
    #[error(transparent)]
    Hop(#[from] HopError),
    /// A redirect leads to something that is not fetched.
    #[error("a redirect of `{from}` leads nowhere that is fetched")]
    Redirect {
        /// The URL that redirects.
        from: String,
        /// What is wrong with where it leads.
        source: InvalidTarget,
    },
    /// The redirects do not end.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The most redirects followed.
        limit: usize,
    },
    /// The page is too large.
    #[error("the page has more than {limit} bytes")]
    TooLarge {
        /// The largest page, in bytes.
        limit: usize,
    },
    /// The page takes too long.
    #[error("the page did not arrive within {} s", limit.as_secs_f64())]
    TooSlow {
        /// The longest time.
        limit: Duration,
    },
    /// The body broke off, or is not in the encoding that it claims.
    #[error("the page broke off")]
    Broken(#[source] reqwest::Error),
    /// The page is no text.
    #[error("a page of type `{0}` cannot be read")]
    MediaType(String),
    /// The body has an encoding that was not asked for.
    #[error("the page has the content encoding `{0}`, which was not asked for")]
    Encoding(String),
}

impl Fetcher {
    /// A fetcher that sends its requests by `client`.
    pub fn new(client: HopClient, limits: FetchLimits) -> Self {
        Self { client, limits }
    }

    /// Fetches the page at `target`, whatever its status.
    pub async fn fetch(&self, target: Target) -> Result<Fetched, FetchError> {
        let limit = self.limits.time;
        let fetched = tokio::time::timeout(limit, self.follow(target)).await;
        fetched.unwrap_or(Err(FetchError::TooSlow { limit }))
    }

    async fn follow(&self, first: Target) -> Result<Fetched, FetchError> {
        let mut target = first;
        for redirects in 0..=self.limits.redirects {
            let answer = self.client.get(&target).await?;
            match &answer.location {
                Some(location) => {
                    let from = target.url().to_string();
                    target = target
                        .redirected(location)
                        .map_err(|source| FetchError::Redirect { from, source })?;
                }
                None => return self.read(target, redirects, answer).await,
            }
        }
        Err(FetchError::TooManyRedirects {
            limit: self.limits.redirects,
        })
    }

    /// Reads the body, which the client decompresses as it comes, up to the limit.
    async fn read(
        &self,
        target: Target,
        redirects: usize,
        answer: Answer,
    ) -> Result<Fetched, FetchError> {
        let Answer {
            mut response,
            content_type,
            language,
            ..
        } = answer;
        let limit = self.limits.bytes;
        let Some(media_type) = MediaType::of(content_type.as_deref()) else {
            return Err(FetchError::MediaType(content_type.unwrap_or_default()));
        };
        // The client removes the header where it decompresses; what is left cannot be read.
        if let Some(encoding) = response.headers().get(reqwest::header::CONTENT_ENCODING)
            && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
        {
            return Err(FetchError::Encoding(
                String::from_utf8_lossy(encoding.as_bytes()).into_owned(),
            ));
        }
        if response
            .content_length()
            .is_some_and(|length| length > limit as u64)
        {
            return Err(FetchError::TooLarge { limit });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(FetchError::Broken)? {
            if body.len() + chunk.len() > limit {
                return Err(FetchError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        let status = response.status().as_u16();
        Ok(Fetched {
            target,
            redirects,
            status,
            content_type,
            media_type,
            language,
            body,
        })
    }
}
