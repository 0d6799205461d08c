//! Whether an answer is the one that was expected.

use super::{
    expectation::{StatusPattern, What},
    filled::Filled,
    verdict::Outcome,
};
use crate::redact;

/// So much of a body is shown.
const SHOWN: usize = 200;
/// So much of it is searched for secrets, which may begin in what is shown and end behind it.
const SEARCHED: usize = 64 << 10;

/// Judges what is expected of the answer to a request; `None` for what is not about it.
/// What was filled in is not shown.
pub fn judge_answer(what: &What, status: u16, body: &str, filled: &Filled) -> Option<Outcome> {
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
        Outcome::Failed(told(status, body, filled))
    })
}

/// The status and the beginning of the body, without secrets: it may be a page that shows the request.
fn told(status: u16, body: &str, filled: &Filled) -> String {
    let body = body.trim();
    if body.is_empty() {
        return format!("it was HTTP {status} without a body");
    }
    let searched: String = body.chars().take(SEARCHED).collect();
    let body = redact::text(&filled.hidden_in(&searched));
    let shown: String = body.chars().take(SHOWN).collect();
    let more = if shown.len() < body.len() { " …" } else { "" };
    format!("it was HTTP {status}: {shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(wanted: &What, status: u16, body: &str) -> Option<Outcome> {
        let mut filled = Filled::default();
        filled.note("SESSION", "s3ss10n");
        judge_answer(wanted, status, body, &filled)
    }

    #[test]
    fn a_body_is_shown_without_secrets_and_without_what_was_filled_in() {
        let wanted = What::Status(vec![StatusPattern::NoError]);
        let long = "x".repeat(190);
        for (body, shown) in [
            ("id s3ss10n", "it was HTTP 500: id ${SESSION}".to_owned()),
            (
                "Authorization: Bearer abcdefghijkl",
                "it was HTTP 500: Authorization: [redacted]".to_owned(),
            ),
            (
                &format!("{long} s3ss10n!!!!"),
                format!("it was HTTP 500: {long} ${{SESSION …"),
            ),
        ] {
            let expected = Some(Outcome::Failed(shown));
            assert_eq!(judge(&wanted, 500, body), expected, "{body}");
        }
    }

    #[test]
    fn another_status_is_told_with_the_beginning_of_the_body() {
        let wanted = What::Status(vec![StatusPattern::Class(2), StatusPattern::Exactly(409)]);
        assert_eq!(judge(&wanted, 201, ""), Some(Outcome::Held));
        assert_eq!(judge(&wanted, 409, ""), Some(Outcome::Held));
        let Some(Outcome::Failed(reason)) = judge(&wanted, 500, " no database \n") else {
            panic!("500 is neither");
        };
        assert_eq!(reason, "it was HTTP 500: no database");
        assert_eq!(judge(&What::NoErrors, 500, ""), None);
    }

    #[test]
    fn a_body_is_searched_as_it_came() {
        let wanted = What::Body("\"ok\":true".to_owned());
        assert_eq!(judge(&wanted, 200, "{\"ok\":true}"), Some(Outcome::Held));
        assert!(matches!(
            judge(&wanted, 200, "{}"),
            Some(Outcome::Failed(_))
        ));
    }
}
