//! How containers came onto networks and left them by somebody's hand.

use jiff::{SignedDuration, Timestamp};

use super::Stack;
use crate::snapshot::{Container, EngineEvent, EngineEventKind};

/// The engine, or Compose, moves a container this long around its starts and ends at most.
const AROUND: SignedDuration = SignedDuration::from_secs(10);

impl<'s> Stack<'s> {
    /// The times that a container was put on a network or taken off one, oldest first. What belongs to a start or an end
    /// is left out: the engine connects whoever starts and disconnects whoever ended, and Compose 1.x takes a new
    /// container off its networks and puts it back before it starts it.
    pub fn moves_of<'a>(
        &'a self,
        container: &'a Container,
    ) -> impl Iterator<Item = &'s EngineEvent> + 'a {
        let turns: Vec<Turn> = self
            .events_of(&container.id)
            .filter_map(Turn::of)
            .chain(container.state.started_at.map(Turn::Start))
            .collect();
        self.events_of(&container.id).filter(move |event| {
            matches!(
                event.kind,
                EngineEventKind::Connect | EngineEventKind::Disconnect
            ) && !turns.iter().any(|turn| turn.moves(event.at))
        })
    }
}

/// A start or an end of a container.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Start(Timestamp),
    End(Timestamp),
}

impl Turn {
    fn of(event: &EngineEvent) -> Option<Self> {
        match event.kind {
            EngineEventKind::Start => Some(Self::Start(event.at)),
            EngineEventKind::Die { .. } => Some(Self::End(event.at)),
            EngineEventKind::Oom
            | EngineEventKind::Pause
            | EngineEventKind::Unpause
            | EngineEventKind::Kill { .. }
            | EngineEventKind::Connect
            | EngineEventKind::Disconnect => None,
        }
    }

    /// Whether what moved at a moment moved because of it.
    fn moves(self, at: Timestamp) -> bool {
        let (from, to) = match self {
            Self::Start(start) => (at, start),
            Self::End(end) => (end, at),
        };
        let after = to.duration_since(from);
        after >= SignedDuration::ZERO && after <= AROUND
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    /// The moves of `scraper`, which started 600 s ago, by seconds before now.
    fn moves(reported: &[(i64, EngineEventKind)]) -> Vec<i64> {
        let mut snapshot = fixtures::healthy();
        for (seconds_ago, kind) in reported {
            snapshot.reported("scraper", *seconds_ago, *kind);
        }
        let scraper = snapshot.service_mut("scraper").clone();
        Stack::of(&snapshot)
            .moves_of(&scraper)
            .map(|event| fixtures::now().duration_since(event.at).as_secs())
            .collect()
    }

    #[test]
    fn what_a_start_and_an_end_move_is_nobody_s_hand() {
        let (connect, disconnect) = (EngineEventKind::Connect, EngineEventKind::Disconnect);
        // Compose 1.x, before the first start, of which no event is left.
        assert!(moves(&[(602, disconnect), (601, connect)]).is_empty());
        let restart = [
            (300, EngineEventKind::Die { exit_code: 0 }),
            (299, disconnect),
            (291, connect),
            (290, EngineEventKind::Start),
        ];
        assert!(moves(&restart).is_empty());
    }

    #[test]
    fn what_moves_while_it_runs_somebody_moved() {
        let by_hand = [
            (130, EngineEventKind::Disconnect),
            (100, EngineEventKind::Connect),
        ];
        assert_eq!(moves(&by_hand), [130, 100]);
    }
}
