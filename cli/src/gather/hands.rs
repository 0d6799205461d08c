//! How a look gets next to a container: directly from here, else by the helper where that was asked for.

use std::{path::Path, time::Duration};

use ptctl_diagnosis::snapshot::{Container, LadderDepth};

pub(crate) use super::folder::Files;
use super::{
    folder::FolderError,
    relay::Relay,
    request::{DeeperLooks, ProbeBy, ProbeReach, ProbeWish},
};
use crate::{
    clients::{cause::on_one_line, deadline::Deadline, docker::Engine},
    helper::{Helper, MOUNT, Spot, own_binary},
    inside::{self, Answer, Order, Place, SocketsTask, Task},
    probe::DiskReach,
};

/// The ways of one look to the inside.
#[derive(Debug)]
pub(crate) struct Hands {
    is_probing: bool,
    beyond: LadderDepth,
    direct: Direct,
    helper: Option<Helper>,
}

/// Whether processes and files of containers may be looked at from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direct {
    /// They are this machine's.
    Possible,
    /// They are another machine's.
    Elsewhere,
    /// The command line wants the helper.
    NotWanted,
}

/// Why a task was not performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoHands {
    /// It cannot be done from here, and nobody asked for the helper.
    NotAsked(String),
    /// It was tried and failed.
    Failed(String),
}

impl NoHands {
    /// The reason, for a gap.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::NotAsked(reason) => {
                format!("{reason}; `--probe` looks from a helper container")
            }
            Self::Failed(reason) => reason,
        }
    }
}

/// How long the last helper containers may take to go.
const FAREWELL: Duration = Duration::from_secs(2);
/// The label by which a stack allows what `--probe` does.
const PROBE_LABEL: &str = "dev.ptctl.probe";

/// What the containers of a stack say of probing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProbeLabel {
    /// One of them allows it.
    Allows,
    /// Nothing.
    Silent,
}

impl ProbeLabel {
    /// The label of a project's own containers; what another stack allows, it allows for itself.
    pub(super) fn of(containers: &[Container], project: Option<&String>) -> Self {
        let allows = |container: &Container| {
            container.project.as_ref() == project && container.label(PROBE_LABEL) == Some("allow")
        };
        if containers.iter().any(allows) {
            Self::Allows
        } else {
            Self::Silent
        }
    }
}

impl Hands {
    /// The hands that a look was given.
    pub(super) fn new(
        looks: &DeeperLooks,
        engine: &Engine,
        platform: &str,
        disks: DiskReach,
        label: ProbeLabel,
    ) -> Self {
        let by = match looks.probe {
            ProbeWish::By(by) => Some(by),
            ProbeWish::AsLabelled => (label == ProbeLabel::Allows).then_some(ProbeBy::Auto),
            ProbeWish::Never => None,
        };
        let direct = match (by, disks) {
            (Some(ProbeBy::Helper), _) => Direct::NotWanted,
            (_, DiskReach::Here) => Direct::Possible,
            (_, DiskReach::Away) => Direct::Elsewhere,
        };
        let helper = match by {
            Some(ProbeBy::Auto | ProbeBy::Helper) => {
                let binary = looks.helper_binary.clone();
                let binary = binary.unwrap_or_else(own_binary);
                Some(Helper::new(engine.clone(), platform.to_owned(), binary))
            }
            Some(ProbeBy::Direct) | None => None,
        };
        Self {
            is_probing: by.is_some(),
            beyond: match looks.reach {
                ProbeReach::Engine => LadderDepth::Connect,
                ProbeReach::Anywhere => LadderDepth::Full,
            },
            direct,
            helper,
        }
    }

    /// Whether bytes may be sent to the endpoints of services.
    pub(crate) fn may_probe(&self) -> bool {
        self.is_probing
    }

    /// Whether everything is to be seen as from another machine: by the engine and the helper alone.
    pub(crate) fn keeps_off_disks(&self) -> bool {
        match self.direct {
            Direct::NotWanted => true,
            Direct::Possible | Direct::Elsewhere => false,
        }
    }

    /// How far an endpoint outside of the engine is probed.
    pub(crate) fn depth_beyond(&self) -> LadderDepth {
        self.beyond
    }

    /// Performs tasks in the network namespace of a container. `Err` says why nobody could.
    pub(crate) async fn in_network_of(
        &self,
        container: &Container,
        tasks: Vec<Task>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, NoHands> {
        if !container.is_running() {
            return Err(NoHands::Failed(format!(
                "the container is {}",
                container.state.status.word()
            )));
        }
        let refused = match (self.direct, container.state.pid) {
            (Direct::Possible, Some(pid)) => {
                let order = Order {
                    deadline,
                    tasks: tasks.clone(),
                };
                match inside::perform_inside(pid, &container.id.0, order).await {
                    Ok(answers) => return Ok(answers),
                    Err(error) => on_one_line(&error),
                }
            }
            (Direct::Possible, None) => "the engine does not name its process".to_owned(),
            (Direct::Elsewhere, _) => "its process is on another machine".to_owned(),
            (Direct::NotWanted, _) => String::new(),
        };
        let spot = Spot::NetworkOf(container.id.clone());
        self.by_helper(&spot, tasks, deadline, &refused).await
    }

    /// Performs a task beside files of the engine's host; `task` gets the folder in which they are seen.
    pub(crate) async fn beside(
        &self,
        files: &Files,
        task: impl Fn(&Path) -> Task,
        deadline: Deadline,
    ) -> Result<Answer, NoHands> {
        let refused = match self.direct {
            Direct::Possible => match files.open(deadline).await {
                Ok(()) => {
                    let answer = task(&files.folder).perform(&Place::own(), deadline).await;
                    return Ok(answer);
                }
                Err(FolderError::Closed(refused)) => refused,
                // A helper would wait for the same disk.
                Err(FolderError::Hangs(reason)) => return Err(NoHands::Failed(reason)),
            },
            Direct::Elsewhere => "the files are on another machine".to_owned(),
            Direct::NotWanted => String::new(),
        };
        let spot = Spot::Beside {
            source: files.source.clone(),
            reader: files.reader,
        };
        let tasks = vec![task(Path::new(MOUNT))];
        let answers = self.by_helper(&spot, tasks, deadline, &refused).await?;
        answers
            .into_iter()
            .next()
            .ok_or_else(|| NoHands::Failed("the helper gave no answer".to_owned()))
    }

    /// A way to ask pages from inside the network namespace of a running container.
    pub(crate) async fn relay_into(
        &self,
        container: &Container,
        deadline: Deadline,
    ) -> Result<Relay, NoHands> {
        if let (Direct::Possible, Some(pid)) = (self.direct, container.state.pid) {
            let relay = Relay::Direct {
                pid,
                container: container.id.0.clone(),
            };
            let nothing = Order {
                deadline,
                tasks: Vec::new(),
            };
            // Whether it may be entered is found out by entering.
            if inside::perform_inside(pid, &container.id.0, nothing)
                .await
                .is_ok()
            {
                return Ok(relay);
            }
        }
        let Some(helper) = &self.helper else {
            return Err(NoHands::NotAsked(
                "its network cannot be entered from here".to_owned(),
            ));
        };
        let spot = Spot::NetworkOf(container.id.clone());
        let opened = async {
            let session = helper.open(&spot, deadline.left()).await;
            let session = session.map_err(|error| on_one_line(&error))?;
            // Whether the container can be had is found out by a question that nobody else has a part in.
            let sockets = Task::from(SocketsTask { ports: Vec::new() });
            let answered = session.ask(sockets).await;
            answered.map_err(|error| on_one_line(error.as_ref()))?;
            Ok(Relay::Helper(session))
        };
        match deadline.cut(opened).await {
            Ok(opened) => opened.map_err(NoHands::Failed),
            Err(_) => Err(NoHands::Failed(
                "the helper container did not start in time".to_owned(),
            )),
        }
    }

    /// Ends what was begun on the engine; what was done there, for a person.
    pub(super) async fn finish(&self) -> Vec<String> {
        match &self.helper {
            Some(helper) => {
                helper.finish(Deadline::after(FAREWELL)).await;
                helper.deeds()
            }
            None => Vec::new(),
        }
    }

    async fn by_helper(
        &self,
        spot: &Spot,
        tasks: Vec<Task>,
        deadline: Deadline,
        refused: &str,
    ) -> Result<Vec<Answer>, NoHands> {
        let Some(helper) = &self.helper else {
            return Err(if self.is_probing {
                NoHands::Failed(refused.to_owned())
            } else {
                NoHands::NotAsked(refused.to_owned())
            });
        };
        let ask = async {
            let session = helper.open(spot, deadline.left()).await?;
            let answers = tasks.into_iter().map(|task| session.ask(task));
            futures_util::future::try_join_all(answers).await
        };
        match deadline.cut(ask).await {
            Ok(Ok(answers)) => Ok(answers),
            Ok(Err(error)) => Err(NoHands::Failed(on_one_line(error.as_ref()))),
            Err(_) => Err(NoHands::Failed(
                "the helper container gave no answer in time".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::fixtures;

    use super::*;

    #[test]
    fn a_label_of_another_stack_allows_nothing_here() {
        let mut snapshot = fixtures::healthy();
        let shop = snapshot.containers[0].project.clone();
        snapshot.containers[0]
            .labels
            .push((PROBE_LABEL.to_owned(), "allow".to_owned()));
        let label = |project| ProbeLabel::of(&snapshot.containers, project);
        assert_eq!(label(shop.as_ref()), ProbeLabel::Allows);
        let other = "bank".to_owned();
        assert_eq!(label(Some(&other)), ProbeLabel::Silent);
        assert_eq!(label(None), ProbeLabel::Silent);
    }
}
