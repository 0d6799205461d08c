//! The parts that a stack consists of, each with the subject that findings about it carry.

use crate::{
    export::{ExportSettings, ServiceName, Sign, Target},
    observed::Observed,
    snapshot::{Container, Tempo},
    subject::Subject,
};

/// A service that is meant to send traces.
#[derive(Debug)]
pub struct Service<'s> {
    /// What findings about it carry.
    pub subject: Subject,
    /// Its container.
    pub container: &'s Container,
    /// Why it counts as traced; never empty.
    pub signs: Vec<Sign>,
    /// Where it exports, as far as its environment tells.
    pub settings: Observed<ExportSettings>,
    /// Whom that reaches; `None` where the settings are unknown or malformed.
    pub target: Option<Target<'s>>,
    /// The name on its spans, where anything tells it.
    pub name: Option<ServiceName>,
}

impl Service<'_> {
    /// Its name in a sentence.
    pub fn label(&self) -> &str {
        self.subject.name()
    }
}

/// A trace backend.
#[derive(Debug)]
pub struct Backend<'s> {
    /// What findings about it carry.
    pub subject: Subject,
    /// Its facts.
    pub tempo: &'s Tempo,
    /// Its container; `None` outside this engine.
    pub container: Option<&'s Container>,
}

impl Backend<'_> {
    /// Its name in a sentence.
    pub fn label(&self) -> &str {
        self.subject.name()
    }
}

/// A program around the services, with its own facts.
#[derive(Debug)]
pub struct Neighbour<'s, T> {
    /// What findings about it carry.
    pub subject: Subject,
    /// Its facts.
    pub facts: &'s T,
    /// Its container.
    pub container: &'s Container,
}

impl<T> Neighbour<'_, T> {
    /// Its name in a sentence.
    pub fn label(&self) -> &str {
        self.subject.name()
    }
}

/// Any container of the stack.
#[derive(Debug)]
pub struct Member<'s> {
    /// What findings about it carry.
    pub subject: Subject,
    /// The container.
    pub container: &'s Container,
}

impl Member<'_> {
    /// Its name in a sentence.
    pub fn label(&self) -> &str {
        self.subject.name()
    }
}
