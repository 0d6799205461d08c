//! The generated pages are current: `PTCTL_WRITE_DOCS=1` (or `make docs`) writes them instead.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{fmt::Write as _, path::PathBuf};

use clap::{CommandFactory, Parser};
use ptctl::cli::Cli;
use ptctl_diagnosis::{
    catalogue::{self, CATALOGUE},
    check::Check,
    code::AREAS,
    unrecognised::UNRECOGNISED,
};

fn is_current(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name);
    if std::env::var_os("PTCTL_WRITE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/{name} is not current: run `make docs`"
    );
}

#[test]
fn the_page_of_checks_is_current() {
    let mut page = String::from(
        "# Checks\n\nMade from the catalogue by `make docs`. `ptctl explain CODE` shows the same in the terminal.\n\
         A code is permanent and never used again.\n",
    );
    for area in AREAS {
        let checks: Vec<_> = CATALOGUE
            .iter()
            .filter(|check| check.code.area() == Some(area))
            .collect();
        if !checks.is_empty() {
            write!(page, "\n## {}\n", area.title()).unwrap();
            for check in checks {
                section(&mut page, check);
            }
        }
    }
    page.push_str(
        "\n## What no check sees\n\nWays to break that a read-only look from a Docker host cannot recognise.\n\n\
         | what | why not | what shows it |\n|---|---|---|\n",
    );
    for unseen in UNRECOGNISED {
        writeln!(
            page,
            "| {} | {} | {} |",
            unseen.what, unseen.why, unseen.instead
        )
        .unwrap();
    }
    is_current("checks.md", &page);
}

fn section(page: &mut String, check: &Check) {
    write!(
        page,
        "\n<a id=\"pt{}\"></a>\n\n### {} {}\n\n{}: {}.\n",
        check.code.to_string().trim_start_matches("PT"),
        check.code,
        check.name,
        check.severity.word(),
        check.summary
    )
    .unwrap();
    write!(
        page,
        "\n**Why it matters.** {}\n\n**Common causes.**\n",
        check.why
    )
    .unwrap();
    for cause in check.causes {
        write!(page, "\n- {cause}").unwrap();
    }
    write!(
        page,
        "\n\n**Remedy.** {}\n\n**Verify.** {}\n",
        check.remedy, check.verify
    )
    .unwrap();
    let explained_by: Vec<String> = check
        .explained_by()
        .filter_map(|cause| catalogue::by_code(cause.code))
        .map(|cause| format!("{} {}", cause.code, cause.name))
        .collect();
    if !explained_by.is_empty() {
        write!(page, "\n**Explained by.** {}.\n", explained_by.join(", ")).unwrap();
    }
}

#[test]
fn the_page_of_the_command_line_is_current() {
    let mut page =
        String::from("# Command line\n\nMade from the program's own definition by `make docs`.\n");
    let mut program = Cli::command().term_width(100);
    program.build();
    write!(
        page,
        "\n## ptctl\n\n```text\n{}```\n",
        program.render_help()
    )
    .unwrap();
    commands(&mut page, &mut program, "ptctl");
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    let page = lines.join("\n") + "\n";
    is_current("cli.md", &page);
}

/// The help of each command below one, and of those below them.
fn commands(page: &mut String, of: &mut clap::Command, path: &str) {
    for command in of.get_subcommands_mut() {
        if command.get_name() == "help" {
            continue;
        }
        let path = format!("{path} {}", command.get_name());
        write!(
            page,
            "\n## {path}\n\n```text\n{}```\n",
            command.render_help()
        )
        .unwrap();
        commands(page, command, &path);
    }
}

#[test]
fn every_ptctl_command_in_a_text_of_the_catalogue_parses() {
    let mut seen = 0;
    for check in CATALOGUE.iter() {
        for text in [check.why, check.remedy, check.verify]
            .iter()
            .chain(check.causes)
        {
            for command in text.split('`').filter(|part| part.starts_with("ptctl ")) {
                let words = command.split_whitespace().map(|word| {
                    let word = word.replace("CODE", "PT0101");
                    word.replace("TRACE", "4bf92f3577b34da6a3ce929d0e0e4736")
                });
                assert!(
                    Cli::try_parse_from(words).is_ok(),
                    "{}: `{command}`",
                    check.code
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} commands found");
}
