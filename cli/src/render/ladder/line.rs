//! What is told of one service's way, for a program too: how far it holds, and what is wrong with it or its service.

use ptctl_diagnosis::{
    code::Code,
    finding::Finding,
    ladder::{Break, Judgement, RungName, judge},
    snapshot::{Ladder, LadderDepth, NameResult, NetworkPath, WayPlace},
};
use serde::Serialize;

/// The way of one service.
#[derive(Debug, Serialize)]
pub struct LadderLine<'s> {
    /// From where.
    pub(super) from: &'s str,
    /// The way, where it was tried.
    #[serde(flatten)]
    pub(super) path: Option<&'s NetworkPath>,
    /// Why nobody tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) untried: Option<String>,
    /// The state of its container, where that is another than running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<&'static str>,
    /// The first rung that does not hold.
    pub(super) broken: Option<Broken>,
    /// The cause, where a check names it.
    pub(super) cause: Option<LadderRemedy>,
}

/// The first rung that does not hold.
#[derive(Debug, Serialize)]
pub(super) struct Broken {
    pub(super) rung: RungName,
    pub(super) code: Code,
}

/// What to do about a break.
#[derive(Debug, Serialize)]
pub struct LadderRemedy {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) remedy: String,
    pub(super) command: Option<String>,
}

impl LadderRemedy {
    /// The remedy of a finding.
    pub fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            message: finding.message.clone(),
            remedy: finding.remedy.action.clone(),
            command: finding.remedy.command.clone(),
        }
    }
}

impl<'s> LadderLine<'s> {
    /// A way that nobody tried, why, and what to do about it.
    pub fn untried(from: &'s str, why: String, cause: Option<LadderRemedy>) -> Self {
        Self {
            from,
            path: None,
            untried: Some(why),
            state: None,
            broken: None,
            cause,
        }
    }

    /// The same way of a container that does not run as it should.
    #[must_use]
    pub fn while_it_is(mut self, state: &'static str) -> Self {
        self.state = Some(state);
        self
    }

    /// Whether something about the service is wrong, whatever its way is.
    pub fn has_cause(&self) -> bool {
        self.cause.is_some()
    }

    /// A way with what to do about its break, or about its service where it holds.
    pub fn tried(from: &'s str, path: &'s NetworkPath, cause: Option<LadderRemedy>) -> Self {
        let broken = at(path).map(|at| Broken {
            rung: at.obstacle.rung(),
            code: at.obstacle.code(),
        });
        Self {
            from,
            path: Some(path),
            untried: path.ladder.gap().map(|gap| gap.reason.clone()),
            state: None,
            broken,
            cause,
        }
    }

    /// Whether every rung that was to be tried holds; `None` where nobody could try them all.
    pub fn is_whole(&self) -> Option<bool> {
        let ladder = self.path?.ladder.known()?;
        let is_whole = self.broken.is_none();
        let is_told = ladder.unfinished.is_none()
            && !stops_outside(ladder)
            && !matches!(ladder.resolution.result, NameResult::Untold { .. });
        (is_told || !is_whole).then_some(is_whole)
    }
}

/// Whether all that takes connections is outside the engine, where nothing was sent to.
pub(super) fn stops_outside(ladder: &Ladder) -> bool {
    let mut open = ladder.open().peekable();
    ladder.depth == LadderDepth::Full
        && open.peek().is_some()
        && open.all(|way| way.place == WayPlace::Outside && way.speech.is_none())
}

/// Where a way breaks.
pub(super) fn at(path: &NetworkPath) -> Option<Break<'_>> {
    match judge(&path.destination, path.ladder.known()?) {
        Judgement::Holds(_) | Judgement::Untold(_) => None,
        Judgement::Breaks(at) => Some(at),
    }
}
