//! The peers, each as a process of its own under its own name, so that a trace crosses processes as it does in a stack.
//!
//! The programs of other packages are not at hand here, but their libraries are: this test binary starts itself again
//! and plays the peer.

use std::path::PathBuf;

use service_kit::testing::Process;
use service_kit::{Service, Settings, start};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// The variable that says which peer to play.
const ROLE: &str = "PEER_TO_PLAY";

/// Starts the peer called `name` as a process.
pub(crate) fn spawn(name: &str, variables: &[(&str, &str)]) -> Process {
    let program: PathBuf = std::env::current_exe().expect("the path of this program");
    let arguments = ["--exact", "peer::plays_a_peer", "--ignored", "--nocapture"];
    let variables: Vec<(&str, &str)> = variables.iter().copied().chain([(ROLE, name)]).collect();
    Process::spawn(&program, &arguments, &variables)
}

#[test]
#[ignore = "not a test of its own: the trace test starts it as a process"]
fn plays_a_peer() {
    let role = std::env::var(ROLE).expect("the trace test says which peer to play");
    Runtime::new().expect("a runtime").block_on(async {
        let tracer = telemetry::init_tracer(&role).expect("a tracer");
        let settings = Settings::from_environment();
        let address = settings.listen_address().expect("an address");
        let running = start(service(&role, settings).await, address)
            .await
            .expect("a service");
        let mut terminated = signal(SignalKind::terminate()).expect("a signal");
        terminated.recv().await;
        running.stop().await;
        tracer.shutdown().await;
    });
}

async fn service(name: &str, settings: Settings) -> Service {
    let built = match name {
        docutag_scraper::NAME => docutag_scraper::app::build(settings).await,
        docutag_textanalyzer::NAME => docutag_textanalyzer::app::build(settings).await,
        other => panic!("there is no peer `{other}`"),
    };
    built.expect("the service can be built")
}
