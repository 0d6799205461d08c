//! A task: which page is scraped when.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;
use url::Url;
use uuid::Uuid;

use super::schedule::{InvalidSchedule, Schedule};

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// The longest URL, in bytes.
const LONGEST_URL: usize = 4096;

/// A name for people, one line, not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskName(String);

/// The page to scrape: an absolute http or https URL without credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageUrl(Url);

/// Whether a task runs by its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// It does.
    Enabled,
    /// It runs only when asked to.
    Disabled,
}

/// What a caller says about a task, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDefinition {
    /// What people call it; no two tasks have the same name.
    pub name: TaskName,
    /// When it runs.
    pub schedule: Schedule,
    /// What it scrapes.
    pub url: PageUrl,
    /// Whether it runs by its schedule.
    pub activation: Activation,
}

/// A task as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The task's id.
    pub id: Uuid,
    /// What it does and when.
    pub definition: TaskDefinition,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its definition was changed last; earlier occurrences are none of its own.
    pub updated_at: Timestamp,
}

/// Why a definition is refused.
#[derive(Debug, Error)]
pub enum InvalidTask {
    /// The name is empty, too long, or has control characters.
    #[error("`name` must be one line of 1 to {LONGEST_NAME} characters")]
    Name,
    /// The URL is none of a page.
    #[error("`url` must be an absolute http or https URL of at most {LONGEST_URL} bytes")]
    Url,
    /// User name or password in the URL, which would be shown wherever the URL is.
    #[error("`url` must not have a user name or password")]
    Credentials,
    /// The expression is no schedule.
    #[error(transparent)]
    Schedule(#[from] InvalidSchedule),
}

impl Task {
    /// The next time the task runs by itself; never while it is disabled.
    pub fn next_run(&self, now: Timestamp) -> Option<Timestamp> {
        match self.definition.activation {
            Activation::Enabled => self.definition.schedule.next_after(now),
            Activation::Disabled => None,
        }
    }

    /// The latest occurrence that lies after `since` and not after `now`.
    pub fn due(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if self.definition.activation == Activation::Disabled {
            return None;
        }
        let occurrence = self.definition.schedule.last_until(now)?;
        (occurrence > since && occurrence > self.updated_at).then_some(occurrence)
    }
}

impl FromStr for TaskName {
    type Err = InvalidTask;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        let length = name.chars().count();
        if (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidTask::Name)
        }
    }
}

impl FromStr for PageUrl {
    type Err = InvalidTask;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidTask::Url)?;
        if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > LONGEST_URL {
            return Err(InvalidTask::Url);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTask::Credentials);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hourly(activation: Activation) -> Task {
        let updated_at = at("2026-11-22T09:30:00Z");
        let definition = TaskDefinition {
            name: "news".parse().unwrap(),
            schedule: "0 * * * *".parse().unwrap(),
            url: "http://news.example/".parse().unwrap(),
            activation,
        };
        Task {
            id: Uuid::now_v7(),
            definition,
            created_at: updated_at,
            updated_at,
        }
    }

    #[test]
    fn an_occurrence_is_due_once_the_clock_has_passed_it() {
        let task = hourly(Activation::Enabled);
        let ten = at("2026-11-22T10:00:00Z");
        assert_eq!(task.due(at("2026-11-22T09:59:59Z"), ten), Some(ten));
        assert_eq!(task.due(ten, at("2026-11-22T10:00:01Z")), None);
    }

    #[test]
    fn an_occurrence_before_the_last_change_is_not_due() {
        let task = hourly(Activation::Enabled);
        assert_eq!(
            task.due(at("2026-11-22T08:59:00Z"), at("2026-11-22T09:31:00Z")),
            None
        );
    }

    #[test]
    fn a_disabled_task_is_never_due() {
        let task = hourly(Activation::Disabled);
        assert_eq!(
            task.due(at("2026-11-22T09:59:59Z"), at("2026-11-22T10:00:00Z")),
            None
        );
        assert_eq!(task.next_run(at("2026-11-22T09:59:59Z")), None);
    }

    #[test]
    fn names_are_one_line_and_not_empty() {
        for name in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(name.parse::<TaskName>().is_err(), "{name:?}");
        }
        assert_eq!(" news ".parse::<TaskName>().unwrap().to_string(), "news");
    }

    #[test]
    fn only_pages_are_scraped() {
        for url in ["news.example", "ftp://news.example/", ""] {
            assert!(url.parse::<PageUrl>().is_err(), "{url}");
        }
    }

    #[test]
    fn a_user_name_and_a_password_are_refused() {
        for url in [
            "http://user:password@news.example/",
            "http://user@news.example/",
            "http://:password@news.example/",
        ] {
            assert!(
                matches!(url.parse::<PageUrl>(), Err(InvalidTask::Credentials)),
                "{url}"
            );
        }
    }
}
