//! The backend: minitempo in this process, which can go away and come back to the same port.

use minitempo::{Config, Endpoint, Running, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Failure;

pub(crate) struct Backend {
    running: Option<Running>,
    config: Config,
    port: u16,
    _folder: TempDir,
}

impl Backend {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let mut config = Config::ephemeral(folder.path());
        let running = Server::start(config.clone()).await?;
        let port = running.otlp_grpc_addr().ok_or("no gRPC receiver")?.port();
        config.otlp_grpc = Some(Endpoint::new("127.0.0.1", port));
        Ok(Self {
            running: Some(running),
            config,
            port,
            _folder: folder,
        })
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown().await;
        }
    }

    pub(crate) async fn resume(&mut self) -> Result<(), Failure> {
        self.running = Some(Server::start(self.config.clone()).await?);
        Ok(())
    }

    /// How many spans it has stored, each once.
    pub(crate) async fn spans(&self) -> Result<u64, Failure> {
        let running = self.running.as_ref().ok_or("the backend is away")?;
        let traces = running.received().await?;
        let spans: usize = traces.iter().map(|trace| count(&json!(trace))).sum();
        Ok(u64::try_from(spans)?)
    }
}

fn count(trace: &Value) -> usize {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&trace["resourceSpans"])
        .iter()
        .flat_map(|resource| list(&resource["scopeSpans"]))
        .map(|scope| list(&scope["spans"]).len())
        .sum()
}
