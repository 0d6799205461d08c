//! Whether a service can do its work: the dependencies it has, each asked when `/ready` is.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;

/// How long one dependency may take to answer before it counts as missing.
const PATIENCE: Duration = Duration::from_secs(2);

type Probe =
    dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Unavailable>> + Send>> + Send + Sync;

/// Something that a service cannot work without.
#[derive(Clone)]
pub struct Dependency {
    name: &'static str,
    probe: Arc<Probe>,
}

/// Why a dependency is missing, in one sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

/// The answer of `/ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// `ready`, or `not_ready` when anything is missing.
    pub status: &'static str,
    /// Each dependency in the order in which the service named them.
    pub dependencies: Vec<DependencyState>,
}

/// One line of [`Readiness`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DependencyState {
    /// The dependency's name.
    pub name: &'static str,
    /// `available` or `missing`.
    pub status: &'static str,
    /// Why it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Dependency {
    /// A dependency called `name`, which `probe` looks at.
    pub fn new<F, Answer>(name: &'static str, probe: F) -> Self
    where
        F: Fn() -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<(), Unavailable>> + Send + 'static,
    {
        Self {
            name,
            probe: Arc::new(move || Box::pin(probe())),
        }
    }

    async fn state(&self) -> DependencyState {
        let answer = tokio::time::timeout(PATIENCE, (self.probe)()).await;
        let reason = match answer {
            Ok(Ok(())) => None,
            Ok(Err(Unavailable(reason))) => Some(reason),
            Err(_elapsed) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
        };
        let status = if reason.is_none() {
            "available"
        } else {
            "missing"
        };
        DependencyState {
            name: self.name,
            status,
            reason,
        }
    }
}

impl Readiness {
    /// Asks every dependency, all at once.
    pub async fn of(dependencies: &[Dependency]) -> Self {
        let dependencies = join_all(dependencies.iter().map(Dependency::state)).await;
        let missing = dependencies
            .iter()
            .any(|dependency| dependency.reason.is_some());
        Self {
            status: if missing { "not_ready" } else { "ready" },
            dependencies,
        }
    }

    /// Whether nothing is missing.
    pub fn is_ready(&self) -> bool {
        self.dependencies
            .iter()
            .all(|dependency| dependency.reason.is_none())
    }
}

impl fmt::Debug for Dependency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Dependency")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_missing_dependency_is_named_with_the_reason() {
        let readiness = Readiness::of(&[
            Dependency::new("database", || async { Ok(()) }),
            Dependency::new("scraper", || async {
                Err(Unavailable("connection refused".into()))
            }),
        ])
        .await;
        assert!(!readiness.is_ready());
        assert_eq!(readiness.dependencies[0].status, "available");
        assert_eq!(
            readiness.dependencies[1].reason.as_deref(),
            Some("connection refused")
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_dependency_that_never_answers_is_missing() {
        let readiness = Readiness::of(&[Dependency::new("scraper", std::future::pending)]).await;
        assert_eq!(
            readiness.dependencies[0].reason.as_deref(),
            Some("no answer within 2 s")
        );
    }
}
