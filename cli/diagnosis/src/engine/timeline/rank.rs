//! How much an event tells of what happened around a cause.

use super::{Event, Happening};
use crate::subject::Subject;

/// The rank of a first error; what ranks before it is trouble.
pub(super) const FIRST_ERROR_RANK: u8 = 2;

/// How little an event tells: the greatest go first where there are too many.
pub(super) fn rank(event: &Event, root: &Subject) -> u8 {
    let whose = if event.subject == *root {
        Whose::Root
    } else {
        Whose::Another
    };
    rank_of(event.happening, whose)
}

/// To whom an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// To the subject of the root cause.
    Root,
    /// To one that suffers from it.
    Another,
}

pub(super) fn rank_of(happening: Happening, whose: Whose) -> u8 {
    match (happening, whose) {
        (
            Happening::Noted
            | Happening::OomKilled
            | Happening::Exited
            | Happening::Paused
            | Happening::Left
            | Happening::Unhealthy,
            Whose::Root,
        ) => 0,
        (Happening::LastSpan, _) => 1,
        (Happening::FirstError, _) => FIRST_ERROR_RANK,
        (Happening::Created | Happening::ImageBuilt | Happening::Started, Whose::Root) => 3,
        (
            Happening::Noted
            | Happening::OomKilled
            | Happening::Exited
            | Happening::Paused
            | Happening::Left
            | Happening::Unhealthy,
            Whose::Another,
        ) => 4,
        (
            Happening::Created
            | Happening::ImageBuilt
            | Happening::Started
            | Happening::Joined
            | Happening::Thawed
            | Happening::Signalled,
            _,
        ) => 5,
        (Happening::LastError, _) => 6,
    }
}
