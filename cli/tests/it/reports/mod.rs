//! Reports of saved looks: every format, what counts, how the program ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

mod catalogue;
mod exits;
mod flags;
mod formats;
mod github;
mod policy;
pub(crate) mod schema;
mod shapes;
mod smoke;
mod smoke_arrival;
mod smoke_stack;

use std::{path::Path, process::Output};

use ptctl_diagnosis::{
    fixtures,
    snapshot::{ContainerId, Snapshot},
};
use tempfile::TempDir;

/// Every format, by its name on the command line.
const FORMATS: [&str; 7] = [
    "table", "short", "json", "junit", "sarif", "github", "markdown",
];

/// The program in a folder, without any variable but these.
fn ptctl(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    assert_cmd::Command::cargo_bin("ptctl")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .unwrap()
}

/// A folder with a saved look in it.
fn folder_with(snapshot: &Snapshot) -> TempDir {
    let folder = TempDir::new().unwrap();
    let text = serde_json::to_string(snapshot).unwrap();
    std::fs::write(folder.path().join("look.json"), text).unwrap();
    folder
}

fn doctor_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let arguments = [&["doctor", "--from", "look.json"], arguments].concat();
    ptctl(folder, &arguments, variables)
}

fn doctor(snapshot: &Snapshot, arguments: &[&str]) -> Output {
    doctor_in(folder_with(snapshot).path(), arguments, &[])
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn broken(code: &str) -> Snapshot {
    let found = fixtures::broken()
        .into_iter()
        .find(|broken| broken.code == code);
    found.unwrap().snapshot
}

/// A healthy stack but for one service and `count` more like it, which all send to themselves.
fn crowd_of_broken(count: usize) -> Snapshot {
    let mut snapshot = fixtures::healthy();
    snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "localhost:4317");
    let template = snapshot.service_mut("scraper").clone();
    for number in 0..count {
        let mut twin = template.clone();
        let name = format!("worker-{number:03}");
        twin.id = ContainerId(format!("{name:f<64}"));
        twin.name = format!("shop_{name}_1");
        twin.service = Some(name.clone());
        for attachment in &mut twin.attachments {
            attachment.names = vec![name.clone(), twin.name.clone()];
            attachment.address = None;
        }
        snapshot.containers.push(twin);
    }
    snapshot
}
