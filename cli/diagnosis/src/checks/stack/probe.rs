//! What the last run of a health check says of the health check itself.

/// What is wrong with a health check rather than with what it checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProbeFault<'o> {
    /// The image does not have this program.
    ToolMissing(&'o str),
    /// The program is there and does not know this option.
    OptionUnknown(&'o str),
    /// Nobody listens where it asks.
    Refused,
    /// Who answers where it asks does not have that page.
    NoSuchPage,
}

/// Reads what the probe printed, or the engine in its stead.
pub(super) fn fault(output: &str) -> Option<ProbeFault<'_>> {
    output
        .lines()
        .find_map(|line| {
            let line = line.trim();
            by_engine(line)
                .or_else(|| by_shell(line))
                .map(ProbeFault::ToolMissing)
                .or_else(|| by_flags(line).map(ProbeFault::OptionUnknown))
        })
        .or_else(|| by_answer(output))
}

/// `exec: "wget": executable file not found in $PATH`, or by crun ``executable file `wget` not found``.
fn by_engine(line: &str) -> Option<&str> {
    if let Some((_, rest)) = line.split_once("exec: \"") {
        let (tool, rest) = rest.split_once('"')?;
        let is_missing = rest.contains("executable file not found")
            || rest.contains("no such file or directory");
        return is_missing.then_some(tool);
    }
    let (_, rest) = line.split_once("executable file `")?;
    let (tool, rest) = rest.split_once('`')?;
    rest.contains("not found").then_some(tool)
}

/// `/bin/sh: curl: not found`, `sh: 1: wget: not found`, `bash: line 1: curl: command not found`.
fn by_shell(line: &str) -> Option<&str> {
    let said = line
        .strip_suffix(": not found")
        .or_else(|| line.strip_suffix(": command not found"))?;
    let (shell, _) = said.split_once(':')?;
    let is_shell = shell.ends_with("sh") && !shell.contains(' ');
    let (_, tool) = said.rsplit_once(": ")?;
    (is_shell && !tool.is_empty() && !tool.contains(' ')).then_some(tool)
}

/// `flag provided but not defined: -health`, by Go's own package.
fn by_flags(line: &str) -> Option<&str> {
    let (_, flag) = line.split_once("flag provided but not defined: ")?;
    flag.split_whitespace().next()
}

fn by_answer(output: &str) -> Option<ProbeFault<'static>> {
    const REFUSED: [&str; 5] = [
        "connection refused",
        "econnrefused",
        "can't connect to remote host",
        "couldn't connect to server",
        "could not connect to server",
    ];
    const NO_SUCH_PAGE: [&str; 5] = [
        "404 not found",
        "returned error: 404",
        "http error 404",
        "error 404",
        "status code 404",
    ];
    let output = output.to_lowercase();
    let says = |sentences: &[&str]| sentences.iter().any(|sentence| output.contains(sentence));
    if says(&REFUSED) {
        Some(ProbeFault::Refused)
    } else if says(&NO_SUCH_PAGE) {
        Some(ProbeFault::NoSuchPage)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_missing_program_is_named_whoever_says_so() {
        for (output, tool) in [
            (
                r#"OCI runtime exec failed: exec failed: unable to start container process: exec: "wget": executable file not found in $PATH: unknown"#,
                "wget",
            ),
            (
                r#"OCI runtime exec failed: exec failed: container_linux.go:380: starting container process caused: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown"#,
                "/bin/sh",
            ),
            (
                "exec failed: executable file `curl` not found in $PATH: No such file or directory",
                "curl",
            ),
            ("/bin/sh: curl: not found", "curl"),
            ("/bin/sh: 1: wget: not found\n", "wget"),
            ("bash: line 1: nc: command not found", "nc"),
        ] {
            assert_eq!(
                fault(output),
                Some(ProbeFault::ToolMissing(tool)),
                "{output}"
            );
        }
        assert_eq!(
            fault("flag provided but not defined: -health\nUsage of config-file-loader:"),
            Some(ProbeFault::OptionUnknown("-health"))
        );
    }

    #[test]
    fn a_wrong_target_is_told_from_an_ill_service() {
        for (output, read) in [
            (
                "curl: (7) Failed to connect to localhost port 80: Connection refused",
                Some(ProbeFault::Refused),
            ),
            (
                "wget: can't connect to remote host (127.0.0.1): Connection refused",
                Some(ProbeFault::Refused),
            ),
            (
                "wget: server returned error: HTTP/1.1 404 Not Found",
                Some(ProbeFault::NoSuchPage),
            ),
            (
                "curl: (22) The requested URL returned error: 404",
                Some(ProbeFault::NoSuchPage),
            ),
            ("wget: server returned error: HTTP/1.1 500 Internal", None),
            ("user bob: not found", None),
            ("database: relation \"x\" not found", None),
            ("", None),
        ] {
            assert_eq!(fault(output), read, "{output}");
        }
    }

    proptest! {
        #[test]
        fn no_output_is_too_strange(output in any::<String>()) {
            let _ = fault(&output);
        }

        #[test]
        fn nor_one_that_begins_as_a_known_one(output in "(/bin/sh|exec: \"|sh)[: a\"`é\n]{0,20}(: not found|executable file `|not found)?") {
            let _ = fault(&output);
        }
    }
}
