//! Whether an answer is the one that was expected.

use super::{
    expectation::{StatusPattern, What},
    verdict::Outcome,
};

/// So much of a body is shown.
const SHOWN: usize = 200;

/// Judges what is expected of the answer to a request; `None` for what is not about it.
pub fn judge_answer(what: &What, status: u16, body: &str) -> Option<Outcome> {
    let holds = match what {
        What::Status(patterns) => patterns
            .iter()
            .any(|pattern| StatusPattern::matches(*pattern, status)),
        What::Body(text) => body.contains(text.as_str()),
        What::Service(_)
        | What::Edge { .. }
        | What::NoOrphans
        | What::NoErrors
        | What::Duration(_)
        | What::Span(_)
        | What::Log(_)
        | What::NoLosses => return None,
    };
    Some(if holds {
        Outcome::Held
    } else {
        Outcome::Failed(told(status, body))
    })
}

/// The status and the beginning of the body.
fn told(status: u16, body: &str) -> String {
    let body = body.trim();
    if body.is_empty() {
        return format!("it was HTTP {status} without a body");
    }
    let shown: String = body.chars().take(SHOWN).collect();
    let more = if shown.len() < body.len() { " …" } else { "" };
    format!("it was HTTP {status}: {shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_status_is_told_with_the_beginning_of_the_body() {
        let wanted = What::Status(vec![StatusPattern::Class(2), StatusPattern::Exactly(409)]);
        assert_eq!(judge_answer(&wanted, 201, ""), Some(Outcome::Held));
        assert_eq!(judge_answer(&wanted, 409, ""), Some(Outcome::Held));
        let Some(Outcome::Failed(reason)) = judge_answer(&wanted, 500, " no database \n") else {
            panic!("500 is neither");
        };
        assert_eq!(reason, "it was HTTP 500: no database");
        assert_eq!(judge_answer(&What::NoErrors, 500, ""), None);
    }

    #[test]
    fn a_body_is_searched_as_it_came() {
        let wanted = What::Body("\"ok\":true".to_owned());
        assert_eq!(
            judge_answer(&wanted, 200, "{\"ok\":true}"),
            Some(Outcome::Held)
        );
        assert!(matches!(
            judge_answer(&wanted, 200, "{}"),
            Some(Outcome::Failed(_))
        ));
    }
}
