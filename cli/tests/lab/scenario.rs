//! What a scenario is: a fault and the cause that must be named, or a healthy variant that must be left in peace.

use std::fmt;

use futures_util::future::LocalBoxFuture;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::trial::Trial;

/// How a scenario comes by what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A fault that is really there.
    Fault,
    /// A fault of which a part is played by a stand-in.
    StandIn,
    /// Nothing is wrong.
    Healthy,
}

impl Kind {
    /// Its word in the table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Fault => "real fault",
            Self::StandIn => "stand-in",
            Self::Healthy => "healthy",
        }
    }
}

/// A finding by its code and subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    /// The check's code.
    pub(crate) code: &'static str,
    /// The bare name of what it is about.
    pub(crate) subject: &'static str,
}

impl fmt::Display for Named {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.subject)
    }
}

/// Does what the scenario is about, with a healthy stack before and after.
pub(crate) type Play = for<'a> fn(&'a mut Trial) -> LocalBoxFuture<'a, Result<(), Failure>>;

/// One scenario.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it comes by what it shows.
    pub(crate) kind: Kind,
    /// The root cause that must stand first; none for a healthy variant.
    pub(crate) cause: Option<Named>,
    /// Findings that must stand as symptoms under the first cause.
    pub(crate) symptoms: &'static [Named],
    /// Root causes that the same fault has beside the first.
    pub(crate) also: &'static [Named],
    /// Root causes of further faults that are made at the same time: each must be there, and any of them may stand first.
    pub(crate) together: &'static [Named],
    /// What happens.
    pub(crate) play: Play,
}

impl Scenario {
    /// A fault whose root cause is `code` of `subject`.
    pub(crate) const fn fault(
        name: &'static str,
        code: &'static str,
        subject: &'static str,
        play: Play,
    ) -> Self {
        Self {
            name,
            kind: Kind::Fault,
            cause: Some(Named { code, subject }),
            symptoms: &[],
            also: &[],
            together: &[],
            play,
        }
    }

    /// A healthy variant.
    pub(crate) const fn healthy(name: &'static str, play: Play) -> Self {
        Self {
            name,
            kind: Kind::Healthy,
            cause: None,
            symptoms: &[],
            also: &[],
            together: &[],
            play,
        }
    }

    /// Whether it is a fault that needs no other program than the stack's own.
    pub(crate) fn shows_by_itself(&self) -> bool {
        self.kind == Kind::Fault
    }

    /// The root causes of all its faults.
    pub(crate) fn causes(&self) -> Vec<Named> {
        [self.cause.as_slice(), self.together].concat()
    }

    /// The causes that must be named, in words.
    pub(crate) fn expected(&self) -> String {
        let causes: Vec<String> = self.causes().iter().map(Named::to_string).collect();
        match causes.as_slice() {
            [] => "nothing".to_owned(),
            causes => causes.join(", "),
        }
    }

    /// The same with a part of it played by a stand-in.
    pub(crate) const fn with_stand_in(mut self) -> Self {
        self.kind = Kind::StandIn;
        self
    }

    /// The same with findings that must be folded under the first cause.
    pub(crate) const fn folding(mut self, symptoms: &'static [Named]) -> Self {
        self.symptoms = symptoms;
        self
    }

    /// The same with further faults at the same time, by their root causes.
    pub(crate) const fn with(mut self, together: &'static [Named]) -> Self {
        self.together = together;
        self
    }

    /// The same with further root causes of the one fault.
    pub(crate) const fn beside(mut self, also: &'static [Named]) -> Self {
        self.also = also;
        self
    }
}

/// A finding by its code and subject.
pub(crate) const fn named(code: &'static str, subject: &'static str) -> Named {
    Named { code, subject }
}

/// A stack and the scenarios that are played on it, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    /// Its name, a part of the project's.
    pub(crate) name: &'static str,
    /// The services that it needs, Tempo included where it is needed.
    pub(crate) services: &'static [&'static str],
    /// What differs from `compose.yml`, beyond what the lab always changes.
    pub(crate) furnish: fn(&mut Blueprint, &crate::lab::Lab),
    /// The scenarios, in the order in which they are played.
    pub(crate) scenarios: &'static [Scenario],
    /// The file that they stand in.
    pub(crate) file: &'static str,
    /// Whether the demo can show them.
    pub(crate) demo: Demo,
}

/// Whether the faults of a stage can be made on the demo, which has all services and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demo {
    /// They can.
    Shows,
    /// They need what only the lab has.
    Lacks,
}

/// Nothing differs.
pub(crate) fn as_it_is(_: &mut Blueprint, _: &crate::lab::Lab) {}
