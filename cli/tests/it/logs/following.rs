//! `ptctl logs --follow`: what is written from now on, through restarts, recreations and to the interrupt.

use std::{process::Output, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout},
    time::timeout,
};

use super::{keep_files, record};
use crate::{
    fake_stack::{Answer, FakeEngine, PlayedLog, TEMPO, WEB, Wire},
    program::{both, started},
};

/// Nothing here takes longer, on however busy a machine.
const LIMIT: Duration = Duration::from_mins(1);

/// A program that follows logs.
struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn begin(engine: &FakeEngine, services: &[&str]) -> Self {
        let arguments = [&["logs", "--follow", "--since=1000w"], services].concat();
        let mut child = started(engine, &arguments);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The text of the next line that is shown.
    async fn line(&mut self) -> String {
        let line = timeout(LIMIT, self.lines.next_line()).await;
        line.expect("a line in time").unwrap().expect("a line")
    }

    /// Ctrl-C; the rest of what it shows, and how it ends.
    async fn interrupted(mut self) -> Output {
        let id = self.child.id().unwrap();
        let sent = std::process::Command::new("sh")
            .args(["-c", &format!("kill -INT {id}")])
            .status();
        assert!(sent.unwrap().success());
        let mut rest = Vec::new();
        while let Some(line) = timeout(LIMIT, self.lines.next_line())
            .await
            .unwrap()
            .unwrap()
        {
            rest.extend(line.into_bytes());
        }
        let mut stderr = Vec::new();
        let mut said = self.child.stderr.take().unwrap();
        timeout(LIMIT, said.read_to_end(&mut stderr))
            .await
            .unwrap()
            .unwrap();
        Output {
            status: timeout(LIMIT, self.child.wait()).await.unwrap().unwrap(),
            stdout: rest,
            stderr,
        }
    }
}

fn play(engine: &FakeEngine, id: &str) -> Arc<PlayedLog> {
    let log = Arc::new(PlayedLog::new());
    engine.answer(
        &format!("/containers/{id}/logs"),
        Answer::Log(Arc::clone(&log)),
    );
    log
}

/// Waits until somebody follows a log.
async fn until_followed(log: &PlayedLog) {
    let followed = async {
        while log.followers() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, followed).await.expect("somebody follows it");
}

#[tokio::test]
async fn what_is_written_later_is_shown_once_through_a_restart_and_an_interrupt_ends_it() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let web = play(&engine, WEB);
    let tempo = play(&engine, TEMPO);
    web.write(1, "2025-11-22T08:00:01Z", "before");
    let mut following = Following::begin(&engine, &["web", "tempo"]);
    assert!(following.line().await.ends_with("before"));
    until_followed(&web).await;
    web.write(1, "2025-11-22T08:00:03Z", "to output");
    // Output and errors reach the engine on two ways.
    web.write(2, "2025-11-22T08:00:02.999Z", "to errors");
    let two = [following.line().await, following.line().await].concat();
    assert!(
        two.contains("to output") && two.contains("to errors"),
        "{two}"
    );
    web.end();
    web.write(1, "2025-11-22T08:00:09Z", "after the restart");
    assert!(following.line().await.ends_with("after the restart"));
    until_followed(&tempo).await;
    tempo.write(1, "2099-11-22T08:00:10Z", "of another");
    assert!(following.line().await.ends_with("of another"));
    let output = following.interrupted().await;
    assert_eq!(output.status.code(), Some(130), "{}", both(&output));
    assert!(output.stdout.is_empty(), "{}", both(&output));
}

#[tokio::test]
async fn a_container_that_is_made_again_is_followed_under_its_new_id() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let first = play(&engine, WEB);
    first.write(1, "2025-11-22T08:00:01Z", "of the first");
    let mut following = Following::begin(&engine, &["web"]);
    assert!(following.line().await.ends_with("of the first"));
    until_followed(&first).await;
    engine.remove(WEB);
    let id = engine.add("web", |_| {});
    let second = play(&engine, &id);
    first.end();
    second.write(1, "2025-11-22T08:00:05Z", "of the second");
    assert!(following.line().await.ends_with("of the second"));
    following.interrupted().await;
}

#[tokio::test]
async fn a_container_that_is_gone_is_told_once_while_it_is_waited_for() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let web = play(&engine, WEB);
    let tempo = play(&engine, TEMPO);
    let mut following = Following::begin(&engine, &["web", "tempo"]);
    until_followed(&web).await;
    until_followed(&tempo).await;
    engine.remove(WEB);
    web.end();
    let mut asked_again = 0;
    let asks = async {
        while asked_again < 3 {
            tokio::task::yield_now().await;
            let follows = |path: &&String| path.contains(WEB) && path.contains("follow=true");
            asked_again = engine.asked().iter().filter(follows).count() - 1;
        }
    };
    timeout(LIMIT, asks).await.expect("it is asked for again");
    tempo.write(1, "2099-11-22T08:00:10Z", "of another");
    assert!(following.line().await.ends_with("of another"));
    let output = following.interrupted().await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.matches("its container is gone").count(), 1, "{said}");
}

#[tokio::test]
async fn what_the_files_told_already_is_not_shown_again_by_the_engine() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let old = record("2025-11-22T08:00:01Z", "in a rotated file");
    let new = record("2025-11-22T08:00:02Z", "in the file");
    keep_files(&engine, &new);
    let folder = engine.folder().join("containers").join(WEB);
    std::fs::write(folder.join(format!("{WEB}-json.log.1")), old).unwrap();
    let web = play(&engine, WEB);
    web.write(1, "2025-11-22T08:00:02Z", "in the file");
    let mut following = Following::begin(&engine, &["web"]);
    assert!(following.line().await.ends_with("in a rotated file"));
    assert!(following.line().await.ends_with("in the file"));
    until_followed(&web).await;
    web.write(1, "2025-11-22T08:00:03Z", "after it was rotated");
    assert!(following.line().await.ends_with("after it was rotated"));
    following.interrupted().await;
}
