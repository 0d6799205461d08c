//! Every flag has a variable, and the page of the command line names it.

use clap::{ArgAction, CommandFactory};
use ptctl::cli::Cli;

fn walk(command: &clap::Command, seen: &mut Vec<(String, Option<String>)>) {
    for argument in command.get_arguments().filter(|argument| {
        !argument.is_positional()
            && !matches!(
                argument.get_action(),
                ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
            )
    }) {
        let name = format!("{} --{}", command.get_name(), argument.get_id());
        let variable = argument
            .get_env()
            .map(|name| name.to_string_lossy().into_owned());
        seen.push((name, variable));
    }
    for inner in command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
    {
        walk(inner, seen);
    }
}

#[test]
fn every_flag_has_a_variable_and_the_documents_name_it() {
    let mut program = Cli::command();
    program.build();
    let mut seen = Vec::new();
    walk(&program, &mut seen);
    assert!(seen.len() > 40, "only {} flags", seen.len());
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (flag, variable) in seen {
        let variable = variable.unwrap_or_else(|| panic!("{flag} has no variable"));
        assert!(variable.starts_with("PTCTL_"), "{flag}: {variable}");
        assert!(
            page.contains(&variable),
            "docs/cli.md does not name {variable}"
        );
    }
}

#[test]
fn a_format_that_only_reports_have_leaves_other_commands_at_their_table() {
    let folder = tempfile::tempdir().unwrap();
    let checks = |arguments: &[&str], format: &str| {
        assert_cmd::Command::cargo_bin("ptctl")
            .unwrap()
            .current_dir(folder.path())
            .env_clear()
            .env("PTCTL_OUTPUT", format)
            .arg("checks")
            .args(arguments)
            .output()
            .unwrap()
    };
    let table = checks(&[], "table");
    for format in ["short", "junit", "sarif", "github", "markdown"] {
        let output = checks(&[], format);
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(output.stdout, table.stdout, "{format}");
    }
    assert!(checks(&[], "json").stdout.starts_with(b"["));
    // A slip is a slip, and a flag is meant.
    assert_eq!(checks(&[], "jsno").status.code(), Some(2));
    assert_eq!(checks(&["-o", "sarif"], "table").status.code(), Some(2));
}

#[test]
fn a_variable_does_what_its_flag_does() {
    let folder = super::folder_with(&super::broken("PT0803"));
    let run = |variables: &[(&str, &str)]| super::doctor_in(folder.path(), &[], variables);
    let ends = |variables: &[(&str, &str)]| run(variables).status.code();
    assert_eq!(ends(&[]), Some(1));
    for (variable, value) in [
        ("PTCTL_FAIL_ON", "error"),
        ("PTCTL_EXIT_ZERO", "true"),
        ("PTCTL_SKIP", "PT08*,tempo"),
        ("PTCTL_ONLY", "network"),
        ("PTCTL_SUPPRESS", "PT0803"),
        ("PTCTL_BASELINE", "look.json"),
    ] {
        assert_eq!(ends(&[(variable, value)]), Some(0), "{variable}");
    }
    assert_eq!(super::stdout(&run(&[("PTCTL_QUIET", "2")])), "");
    let verbose = super::stdout(&run(&[("PTCTL_VERBOSE", "1")]));
    assert!(verbose.contains("Passed ("), "{verbose}");
    let short = super::stdout(&run(&[("PTCTL_OUTPUT", "short")]));
    assert!(short.starts_with("PT0803 warning"), "{short}");
    let ascii = run(&[("PTCTL_ASCII", "true")]);
    assert!(super::stdout(&ascii).is_ascii());
}
