//! Which addresses the scraper talks to.

use std::io::ErrorKind;
use std::net::TcpListener;

use docutag_scraper::domain::fetch::FetchLimits;

use crate::{ask, scraper, site};

/// A server that must not be asked.
struct Forbidden {
    listener: TcpListener,
}

impl Forbidden {
    fn at(address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).expect("a free port");
        listener
            .set_nonblocking(true)
            .expect("a listener that does not block");
        Self { listener }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().expect("an address").port()
    }

    /// Nothing has connected: a connection that was made would be waiting here, whatever became of it.
    fn assert_untouched(&self) {
        assert_eq!(
            self.listener.accept().map_err(|cause| cause.kind()).err(),
            Some(ErrorKind::WouldBlock)
        );
    }
}

#[tokio::test]
async fn a_forbidden_address_gets_no_connection_in_any_spelling() {
    let forbidden = Forbidden::at("127.0.0.1");
    let port = forbidden.port();
    let scraper = scraper("", FetchLimits::default()).await;
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
    ] {
        let answer = ask(&scraper, &format!("http://{host}:{port}/")).await;
        assert_eq!(
            answer.error(),
            (403, "address_forbidden"),
            "{host}: {}",
            answer.text
        );
    }
    forbidden.assert_untouched();
}

#[tokio::test]
async fn a_refusal_does_not_tell_the_address_behind_a_name() {
    let answer = ask(
        &scraper("", FetchLimits::default()).await,
        "http://localhost/",
    )
    .await;
    assert_eq!(answer.message(), "`localhost` leads to a loopback address");
}

#[tokio::test]
async fn a_redirect_to_a_forbidden_address_is_not_followed() {
    let forbidden = Forbidden::at("127.0.0.2");
    let scraper = scraper("127.0.0.1", FetchLimits::default()).await;
    for host in ["127.0.0.2", "0x7f000002", "[::ffff:127.0.0.2]"] {
        let start = site::redirect(format!("http://{host}:{}/", forbidden.port())).await;
        assert_eq!(
            ask(&scraper, &start).await.error(),
            (403, "address_forbidden"),
            "{host}"
        );
    }
    forbidden.assert_untouched();
}

#[tokio::test]
async fn a_redirect_to_another_scheme_is_not_followed() {
    let scraper = scraper("127.0.0.1", FetchLimits::default()).await;
    for location in [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://me:secret@127.0.0.1/",
    ] {
        let start = site::redirect(location.to_owned()).await;
        assert_eq!(
            ask(&scraper, &start).await.error(),
            (502, "bad_redirect"),
            "{location}"
        );
    }
}

#[tokio::test]
async fn a_listed_name_is_fetched_though_its_address_is_not_public() {
    let url = site::page("text/html", "<title>Inside</title>")
        .await
        .replace("127.0.0.1", "localhost");
    let answer = ask(&scraper("localhost", FetchLimits::default()).await, &url).await;
    assert_eq!(answer.json["title"], "Inside", "{}", answer.text);
}

#[tokio::test]
async fn a_listed_name_does_not_allow_its_address_by_other_names() {
    let forbidden = Forbidden::at("127.0.0.1");
    let scraper = scraper("localhost", FetchLimits::default()).await;
    let answer = ask(&scraper, &format!("http://127.0.0.1:{}/", forbidden.port())).await;
    assert_eq!(answer.error(), (403, "address_forbidden"));
    forbidden.assert_untouched();
}
