//! What Compose complains of, fit for one line of a report.

use std::borrow::Cow;

use ptctl_diagnosis::redact;

/// No complaint that helps is longer.
const LONGEST: usize = 400;
/// The first words of what Compose 1 says when it fails within.
const TRACE: &str = "Traceback (most recent call last)";

/// The complaints on one line: no warnings, no stack traces, no values of the files.
pub(super) fn said(stderr: &str) -> String {
    let mut lines: Vec<&str> = stderr
        .lines()
        .filter(|line| !line.trim().is_empty() && !is_warning(line))
        .collect();
    if let Some(trace) = lines.iter().position(|line| line.starts_with(TRACE)) {
        // The error itself is the first line behind the trace that is not indented.
        let after = lines[trace + 1..]
            .iter()
            .position(|line| !line.starts_with(char::is_whitespace));
        lines.drain(trace..after.map_or(lines.len(), |after| trace + 1 + after));
    }
    let lines: Vec<_> = lines.into_iter().map(without_values).collect();
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    let text = redact::text(&words.collect::<Vec<_>>().join(" "));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A variable that is not set is told by the variable itself.
fn is_warning(line: &str) -> bool {
    line.contains("level=warning") || line.contains("variable is not set. Defaulting")
}

/// A line without the value that it complains of, which may be anybody's secret.
fn without_values(line: &str) -> Cow<'_, str> {
    if line
        .to_ascii_lowercase()
        .contains("invalid interpolation format")
        && let Some((before, _)) = line.split_once(": \"")
    {
        return before.into();
    }
    if line.contains("invalid type")
        && let Some((before, _)) = line.split_once(" contains ")
    {
        return format!("{before} contains a value of an invalid type").into();
    }
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_are_quoted_without_noise_and_without_values() {
        for (stderr, expected) in [
            (
                "The NAME variable is not set. Defaulting to a blank string.\nThe Compose file './bad.yml' is invalid because:\nUnsupported config option for services.web: 'port' (did you mean 'ports'?)\n",
                "The Compose file './bad.yml' is invalid because: Unsupported config option for services.web: 'port' (did you mean 'ports'?)",
            ),
            (
                "time=\"2026-11-22T14:38:10Z\" level=warning msg=\"The \\\"NAME\\\" variable is not set.\"\nerror while interpolating services.web.image: required variable X is missing a value: set it\n",
                "error while interpolating services.web.image: required variable X is missing a value: set it",
            ),
            (
                "Traceback (most recent call last):\n  File \"/usr/bin/docker-compose\", line 33, in <module>\n    sys.exit(main())\nyaml.constructor.ConstructorError: could not determine a constructor for the tag '!override'\n  in \"./inc.yml\", line 7, column 18\n",
                "yaml.constructor.ConstructorError: could not determine a constructor for the tag '!override' in \"./inc.yml\", line 7, column 18",
            ),
            (
                "invalid interpolation format for services.web.environment.DB: \"hunter2${\".\nYou may need to escape any $ with another $.\n",
                "invalid interpolation format for services.web.environment.DB You may need to escape any $ with another $.",
            ),
            (
                "services.web.environment.DB contains [\"hunter2\"], which is an invalid type, it should be a string\n",
                "services.web.environment.DB contains a value of an invalid type",
            ),
            ("", ""),
        ] {
            assert_eq!(said(stderr), expected);
        }
    }

    #[test]
    fn a_complaint_without_end_is_cut() {
        let shown = said(&"é ".repeat(1_000));
        assert_eq!(shown.chars().count(), LONGEST + 1);
    }
}
