//! What keeps a look from telling anything of the way: its own time was over, or something failed on this side.

use std::{io, time::Duration};

use rustix::io::Errno;

use crate::clients::deadline::Deadline;

/// What this program may run out of, whatever the way is like.
const OWN: [Errno; 5] = [
    Errno::MFILE,
    Errno::NFILE,
    Errno::NOMEM,
    Errno::NOBUFS,
    Errno::ADDRINUSE,
];

/// Nobody can tell, for this reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Untold(pub(super) String);

impl Untold {
    /// The time of the look was over.
    pub(super) fn over() -> Self {
        Self("the time of the look was over before the way was tried to its end".to_owned())
    }

    /// An error of this side's own; `None` for one that the way made.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        let is_own = Errno::from_io_error(error).is_some_and(|errno| OWN.contains(&errno));
        is_own.then(|| Self(format!("the way could not be tried from here: {error}")))
    }
}

/// Why an answer did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// As long as it was to be waited for, there was none.
    Silence,
    /// The time of the look was over before that.
    CutShort,
}

/// Waits for an answer with this patience, as far as the look lets.
pub(super) async fn wait<T>(
    answer: impl Future<Output = T>,
    patience: Duration,
    deadline: Deadline,
) -> Result<T, Unanswered> {
    let whole = Deadline::after(patience);
    deadline.min(whole).cut(answer).await.map_err(|_| {
        if deadline < whole {
            Unanswered::CutShort
        } else {
            Unanswered::Silence
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_silence_that_was_not_waited_out_is_told_from_one_that_was() {
        let short = Duration::from_millis(1);
        let long = Duration::from_mins(1);
        let silence = || std::future::pending::<()>();
        assert_eq!(
            wait(silence(), short, Deadline::after(long)).await,
            Err(Unanswered::Silence)
        );
        assert_eq!(
            wait(silence(), long, Deadline::after(short)).await,
            Err(Unanswered::CutShort)
        );
    }

    #[test]
    fn what_this_program_ran_out_of_says_nothing_of_the_way() {
        let of = |errno: Errno| Untold::of(&io::Error::from(errno)).is_some();
        assert!(of(Errno::MFILE));
        assert!(!of(Errno::CONNREFUSED));
        assert!(!of(Errno::NETUNREACH));
    }
}
