//! Requests to the services of a stack, and what the services themselves count and log about them.

use std::time::Duration;

use jiff::Timestamp;

use crate::failure::Failure;
use crate::http;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The port of every service.
const PORT: u16 = 8080;
/// Until when a fault shows in a service, or its exports work again.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a service's tracer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spans {
    /// Spans made.
    pub(crate) made: u64,
    /// Spans that the backend took.
    pub(crate) sent: u64,
    /// Spans that wait.
    pub(crate) waiting: u64,
}

impl Stack {
    /// Sends one request to a service; its answer does not matter.
    pub(crate) async fn call(&self, service: &str) -> Result<(), Failure> {
        let address = self.address(service, PORT).await?;
        let sent = match service {
            "controller" => http::get(address, "/api/documents").await,
            "scheduler" => http::get(address, "/api/tasks").await,
            "scraper" => {
                http::post_json(address, "/api/scrape", br#"{"url":"http://page:8080/"}"#).await
            }
            "textanalyzer" => {
                let text =
                    br#"{"text":"The lab breaks a stack on purpose. The doctor names the cause."}"#;
                http::post_json(address, "/api/analyze", text).await
            }
            "shop" => http::get(address, "/basket").await,
            other => {
                return Err(Failure::Stack(format!(
                    "the lab knows no request to `{other}`"
                )));
            }
        };
        match sent {
            Ok(_) => Ok(()),
            Err(source) => Err(Failure::Request {
                to: format!("{service}:{PORT}"),
                source,
            }),
        }
    }

    /// What a service's tracer counts; nothing where it does not trace.
    pub(crate) async fn spans(&self, service: &str) -> Result<Spans, Failure> {
        let address = self.address(service, PORT).await?;
        let answer = http::get(address, "/metrics")
            .await
            .map_err(|source| Failure::Request {
                to: format!("{service}:{PORT}/metrics"),
                source,
            })?;
        let count = |name: &str| {
            let values = answer
                .body
                .lines()
                .filter_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
            values.sum()
        };
        Ok(Spans {
            made: count("telemetry_spans_made_total"),
            sent: count("telemetry_spans_sent_total"),
            waiting: count("telemetry_spans_waiting"),
        })
    }

    /// Waits until a service answers, then sends requests until the backend took their spans.
    pub(crate) async fn until_traced(&self, service: &str) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        let before = self.spans(service).await?;
        self.call(service).await?;
        until(
            format!("spans of `{service}` being taken"),
            PATIENCE,
            async || {
                let now = self.spans(service).await?;
                if now.sent > before.sent && now.waiting == 0 {
                    return Ok(Seen::Yes(()));
                }
                if now.waiting == 0 {
                    self.call(service).await?;
                }
                Ok(Seen::NotYet(format!("{now:?}")))
            },
        )
        .await
    }

    /// Sends requests until the service itself logs that it cannot export their spans.
    pub(crate) async fn until_export_fails(
        &self,
        service: &str,
        since: Timestamp,
    ) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        until(
            format!("failing exports of `{service}`"),
            PATIENCE,
            async || {
                self.call(service).await?;
                let said = self.logs_since(service, since).await?;
                Ok(if said.contains("failed to export spans") {
                    Seen::Yes(())
                } else {
                    Seen::NotYet(format!("{:?}", self.spans(service).await?))
                })
            },
        )
        .await
    }

    /// The same after a moment that is still to come: what fails for long is logged once a minute.
    pub(crate) async fn until_export_still_fails(
        &self,
        service: &str,
        after: Timestamp,
    ) -> Result<(), Failure> {
        let within = Duration::from_secs(150);
        until(
            format!("exports of `{service}` that still fail"),
            within,
            async || {
                self.call(service).await?;
                let said = self.logs_since(service, after).await?;
                Ok(if said.contains("failed to export spans") {
                    Seen::Yes(())
                } else {
                    Seen::NotYet(format!("{:?}", self.spans(service).await?))
                })
            },
        )
        .await
    }

    /// Waits until a service answers, and sends it so many requests.
    pub(crate) async fn until_served(&self, service: &str, requests: usize) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        for _ in 0..requests {
            self.call(service).await?;
        }
        Ok(())
    }

    /// Has the controller scrape a page through the scraper and the analyzer.
    pub(crate) async fn scrape_a_page(&self) -> Result<(), Failure> {
        let address = self.address("controller", PORT).await?;
        let answer =
            http::post_json(address, "/api/scrape", br#"{"url":"http://page:8080/"}"#).await;
        match answer {
            Ok(answer) if answer.status == 201 => Ok(()),
            Ok(answer) => Err(Failure::Stack(format!(
                "the page was not scraped: {} {}",
                answer.status, answer.body
            ))),
            Err(source) => Err(Failure::Request {
                to: format!("controller:{PORT}/api/scrape"),
                source,
            }),
        }
    }

    /// Has a service with too little memory analyse a long text, until the kernel kills it.
    pub(crate) async fn exhaust_memory(&self, service: &str) -> Result<(), Failure> {
        let text = format!(
            r#"{{"text":"{}"}}"#,
            "Every word takes its place in memory. ".repeat(50_000)
        );
        until(
            format!("`{service}` running out of memory"),
            PATIENCE,
            async || {
                if self.ran_out_of_memory(service).await? {
                    return Ok(Seen::Yes(()));
                }
                let Ok(address) = self.address(service, PORT).await else {
                    return Ok(Seen::NotYet("no address".to_owned()));
                };
                Ok(
                    match http::post_json(address, "/api/analyze", text.as_bytes()).await {
                        Ok(answer) => Seen::NotYet(format!("it answers {}", answer.status)),
                        Err(error) => Seen::NotYet(error.to_string()),
                    },
                )
            },
        )
        .await
    }

    /// Whether a service's container was killed since it was made: it says so itself, or it was started again.
    pub(crate) async fn ran_out_of_memory(&self, service: &str) -> Result<bool, Failure> {
        let shown = self
            .inspect(service, "{{.State.OOMKilled}} {{.RestartCount}}")
            .await?;
        Ok(shown.starts_with("true") || !shown.ends_with(" 0"))
    }

    /// Sends requests to a service until Tempo counts spans that it threw away for this reason.
    pub(crate) async fn until_discarded(&self, reason: &str, service: &str) -> Result<(), Failure> {
        let mark = format!("reason=\"{reason}\"");
        until(
            format!("spans thrown away as {reason}"),
            PATIENCE,
            async || {
                self.call(service).await?;
                let address = self.address("tempo", 3200).await?;
                let metrics =
                    http::get(address, "/metrics")
                        .await
                        .map_err(|source| Failure::Request {
                            to: "tempo:3200/metrics".to_owned(),
                            source,
                        })?;
                let mut counters = metrics
                    .body
                    .lines()
                    .filter(|line| line.starts_with("tempo_discarded_spans_total"));
                Ok(
                    match counters.find(|line| line.contains(&mark) && !line.ends_with(" 0")) {
                        Some(_) => Seen::Yes(()),
                        None => Seen::NotYet("no such counter".to_owned()),
                    },
                )
            },
        )
        .await
    }
}
