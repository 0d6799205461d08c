//! A stand-in for the controller that answers when the test lets it.

use std::net::SocketAddr;

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

/// The id of the document that every scrape makes.
pub(crate) const DOCUMENT: &str = "01234567-89ab-7def-8123-456789abcdef";

pub(crate) struct Controller {
    address: SocketAddr,
    questions: mpsc::UnboundedReceiver<Value>,
    gate: watch::Sender<Gate>,
}

/// Whether requests are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// At once.
    Open,
    /// Not before the gate opens.
    Closed,
}

impl Controller {
    /// A controller that scrapes everything.
    pub(crate) async fn start(gate: Gate) -> Self {
        let document = json!({"id": DOCUMENT, "tags": []});
        Self::answering(gate, StatusCode::CREATED, document).await
    }

    /// A controller that answers everything with this.
    pub(crate) async fn answering(gate: Gate, status: StatusCode, body: Value) -> Self {
        let (asked, questions) = mpsc::unbounded_channel();
        let (gate, opened) = watch::channel(gate);
        let scrape = move |Json(question): Json<Value>| {
            let (asked, mut opened, body) = (asked.clone(), opened.clone(), body.clone());
            async move {
                // The test may have seen enough and gone on.
                if asked.send(question).is_ok() {
                    opened
                        .wait_for(|gate| *gate == Gate::Open)
                        .await
                        .expect("the gate is there");
                }
                (status, Json(body))
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/api/scrape", post(scrape));
        tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self {
            address,
            questions,
            gate,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next question.
    pub(crate) async fn question(&mut self) -> Value {
        let question =
            tokio::time::timeout(std::time::Duration::from_secs(20), self.questions.recv()).await;
        question
            .expect("a question in time")
            .expect("the controller runs")
    }

    /// How many questions wait to be looked at.
    pub(crate) fn waiting(&self) -> usize {
        self.questions.len()
    }

    /// Lets all requests be answered.
    pub(crate) fn open(&self) {
        self.gate.send_replace(Gate::Open);
    }
}
