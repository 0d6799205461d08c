//! The scraper, asked over HTTP, with web sites in the same process.

mod guard;
mod limits;
mod pages;
mod site;

use docutag_scraper::app;
use docutag_scraper::config::Config;
use docutag_scraper::domain::fetch::FetchLimits;
use service_kit::testing::{TestAnswer, TestService};

/// A scraper that may fetch from these hosts of the loopback interface.
async fn scraper(allow: &str, limits: FetchLimits) -> TestService {
    let allow = allow.parse().expect("an allow-list");
    TestService::start(app::service(Config { allow, limits }).expect("the service can be built"))
        .await
}

/// What a scraper that may fetch from the loopback interface says about `url`.
async fn scrape(url: &str) -> TestAnswer {
    ask(&scraper("127.0.0.1", FetchLimits::default()).await, url).await
}

async fn ask(scraper: &TestService, url: &str) -> TestAnswer {
    scraper
        .client()
        .post("/api/scrape", &serde_json::json!({ "url": url }))
        .await
}
