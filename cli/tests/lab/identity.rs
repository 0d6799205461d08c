//! What a run of the lab is called, and whether another run that left something behind is still alive.

use std::fmt;
use std::fs;
use std::str::FromStr;

/// The label on everything that a run makes; its value is the run's [`RunId`].
pub(crate) const LABEL: &str = "dev.ptctl.lab";

/// A run of the lab: the machine, the process and when it started, so that it is never taken for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunId {
    machine: String,
    process: u32,
    started: String,
}

impl RunId {
    /// This process.
    pub(crate) fn of_this_process() -> Self {
        let process = std::process::id();
        Self {
            machine: machine(),
            process,
            started: start_time(process).unwrap_or_else(|| "unknown".to_owned()),
        }
    }

    /// The process id, for names of projects.
    pub(crate) fn process(&self) -> u32 {
        self.process
    }

    /// Whether the run is certainly over: it ran on this machine, and its process is gone.
    pub(crate) fn is_over(&self) -> bool {
        self.machine == machine() && start_time(self.process).as_deref() != Some(&self.started)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}.{}.{}",
            self.machine, self.process, self.started
        )
    }
}

impl FromStr for RunId {
    type Err = NotARunId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.rsplitn(3, '.');
        let (Some(started), Some(process), Some(machine)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(NotARunId);
        };
        Ok(Self {
            machine: machine.to_owned(),
            process: process.parse().map_err(|_| NotARunId)?,
            started: started.to_owned(),
        })
    }
}

/// A value of the label that no run wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotARunId;

/// One boot of one machine: process ids mean nothing beyond it. What cannot be read is a machine like no other.
fn machine() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let namespace = fs::read_link("/proc/self/ns/pid");
    let (Ok(boot), Ok(namespace)) = (boot, namespace) else {
        return format!("unknown-{}", std::process::id());
    };
    let namespace = namespace.to_string_lossy();
    let digits: String = namespace.chars().filter(char::is_ascii_digit).collect();
    format!("{}-{digits}", boot.trim())
}

/// When a process started, in clock ticks since boot; nothing for one that is gone.
fn start_time(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The program's name stands in parentheses and may contain anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(19).map(str::to_owned)
}
