//! The end of a stack that was started: it is removed or left, as was asked for, also where the program is interrupted.

use super::{Afterwards, Begun, REMOVING, UpStack, failed, remove};
use crate::{clients::deadline::Deadline, error::CommandError, exit::Exit, up::UpError};

impl UpStack<'_> {
    /// The end of all: the stack is removed or left, as was asked for, and the checks' result is passed on.
    pub(in crate::commands) async fn end(
        mut self,
        result: Result<Exit, CommandError>,
    ) -> Result<Exit, CommandError> {
        match result {
            Ok(exit @ (Exit::Ok | Exit::Findings | Exit::Deadline)) => match self.leave().await {
                None => Ok(exit),
                Some(problem) => Err(problem),
            },
            // What weighs more than a stack that stays behind.
            Ok(_) | Err(_) => {
                self.leave_telling().await;
                result
            }
        }
    }

    /// Leaves, and says what could not be removed.
    pub(super) async fn leave_telling(&mut self) {
        if let Some(problem) = self.leave().await {
            self.output.error(&problem);
        }
    }

    /// Removes what was begun, or leaves it, as was asked for. What could not be removed is returned.
    async fn leave(&mut self) -> Option<CommandError> {
        self.begun.as_ref()?;
        if self.afterwards == Afterwards::Leave {
            self.begun = None;
            self.farewell.shorten();
            self.left();
            return None;
        }
        self.output
            .progress(&format!("removing {} …", self.project));
        // Once begun it is carried to its end.
        let (engine, project) = (self.engine.clone(), self.project.clone());
        self.begun = None;
        let removal =
            tokio::spawn(async move { remove(&engine, &project, Deadline::after(REMOVING)).await });
        let removed = match removal.await {
            Ok(removed) => removed,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        };
        self.farewell.shorten();
        let problem = match removed {
            Ok(None) => return None,
            Ok(Some(removed)) => {
                for line in &removed.gone {
                    self.output.note(line);
                }
                if removed.failed.is_empty() {
                    return None;
                }
                UpError::Remains {
                    project: self.project.clone(),
                    reasons: removed.failed,
                }
            }
            Err(error) => error,
        };
        Some(failed("remove", &self.project, problem))
    }

    /// Says how to go on with a stack that is left.
    fn left(&mut self) {
        let project = &self.project;
        self.output.note(&format!(
            "{project} is left as it is; look at it with `ptctl doctor --project {project}`, remove it with `ptctl smoke \
             --down --up-project {project}`"
        ));
    }
}

/// Interrupted: what was begun is left as was asked for.
impl Drop for UpStack<'_> {
    fn drop(&mut self) {
        let Some(begun) = self.begun.take() else {
            return;
        };
        if self.afterwards == Afterwards::Leave {
            self.left();
            return;
        }
        self.output.note(&format!(
            "removing {} first; a second Ctrl-C leaves at once",
            self.project
        ));
        let (engine, project) = (self.engine.clone(), self.project.clone());
        tokio::spawn(async move {
            if let Begun::Underway(compose) = begun {
                // Whatever came of it is removed.
                drop(compose.await);
            }
            // Nobody listens any more; `--down` says what is left.
            drop(remove(&engine, &project, Deadline::after(REMOVING)).await);
        });
    }
}
