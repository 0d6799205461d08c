//! `ptctl logs classify`: for each line of any log, what it proves about exporting.
//!
//! Lines are answered as they come, so that `docker logs -f … | ptctl logs classify` speaks at once. Memory does not
//! grow with the input.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::PathBuf,
};

use ptctl_diagnosis::export_errors::{Classification, Context, Loss};
use serde::Serialize;
use tokio::sync::oneshot;

use super::stream::Stream;
use crate::{
    cli::{Classify, Format, LogInput},
    error::CommandError,
    exit::Exit,
    logs::quoted,
    output::Output,
    render::{Page, Tone},
};

/// What is said of one line.
#[derive(Debug, Serialize)]
struct Answer {
    /// Which line, the first being 1.
    number: u64,
    #[serde(flatten)]
    classification: Classification,
    /// The line as it is quoted: secrets out, control characters escaped, cut.
    line: String,
}

/// Why lines were not answered.
#[derive(Debug)]
enum Failure {
    Read(io::Error),
    Write(io::Error),
    Json(serde_json::Error),
}

pub(super) async fn run(args: Classify, output: &Output) -> Result<Exit, CommandError> {
    let path = match &args.file {
        LogInput::Stdin => PathBuf::from("-"),
        LogInput::File(path) => path.clone(),
    };
    let load = |source| CommandError::Load {
        path: path.clone(),
        source,
    };
    let input: Box<dyn Read + Send> = match &args.file {
        LogInput::Stdin => Box::new(io::stdin()),
        LogInput::File(path) => Box::new(File::open(path).map_err(load)?),
    };
    let format = args.output;
    let page = output.page();
    // A thread of its own, which nobody waits for when a signal asks to end while a pipe is silent.
    let (done, end) = oneshot::channel();
    std::thread::Builder::new()
        .name("classify".to_owned())
        .spawn(move || {
            let stdout = BufWriter::new(io::stdout().lock());
            // Nobody listens any more only when the program ends.
            drop(done.send(answer_all(Stream::new(input), stdout, format, &page)));
        })
        .map_err(CommandError::Runtime)?;
    match end.await {
        Ok(Ok(())) => Ok(Exit::Ok),
        // A reader that went away, such as `head`, is no failure.
        Ok(Err(Failure::Write(error))) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Ok(Err(Failure::Write(error))) => Err(CommandError::Stdout(error)),
        Ok(Err(Failure::Read(error))) => Err(load(error)),
        Ok(Err(Failure::Json(error))) => Err(CommandError::Json(error)),
        Err(ended) => Err(CommandError::Runtime(io::Error::other(ended))),
    }
}

fn answer_all(
    mut input: Stream<impl Read>,
    mut output: impl Write,
    format: Format,
    page: &Page,
) -> Result<(), Failure> {
    let context = Context::default();
    let mut number = 0;
    loop {
        if input.is_dry() {
            output.flush().map_err(Failure::Write)?;
        }
        let Some(line) = input.next().map_err(Failure::Read)? else {
            return output.flush().map_err(Failure::Write);
        };
        number += 1;
        let answer = Answer {
            number,
            classification: Classification::of(line, &context),
            line: quoted(line),
        };
        let mut text = match format {
            Format::Json => serde_json::to_string(&answer).map_err(Failure::Json)?,
            Format::Table => row(page, &answer),
        };
        if format == Format::Json {
            text.push('\n');
        }
        output.write_all(text.as_bytes()).map_err(Failure::Write)?;
    }
}

/// One line for people: the same columns for every line, the line itself last.
fn row(page: &Page, answer: &Answer) -> String {
    let found = &answer.classification;
    let tone = match (found.export_error, found.lost) {
        (true, Loss::Yes | Loss::Unknown) => Tone::Bad,
        (true, Loss::No) => Tone::Doubtful,
        (false, _) => Tone::Faint,
    };
    let sign = if found.export_error {
        page.sign(tone)
    } else {
        " "
    };
    let mut page = page.empty();
    page.verbatim(
        &format!(
            "{:>6} {sign} {:<24} {:<8} {:<12} ",
            answer.number,
            found.kind.slug(),
            found.signal.word(),
            found.source.slug(),
        ),
        tone,
        &answer.line,
    );
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(bytes: &[u8], format: Format) -> String {
        let page = Page::new(100, crate::render::Glyphs::Unicode);
        let mut written = Vec::new();
        answer_all(Stream::new(bytes), &mut written, format, &page).expect("memory can be written");
        String::from_utf8(written).expect("answers are text")
    }

    #[test]
    fn each_line_of_the_input_is_one_object_in_the_same_order() {
        let log = b"\nhello\n\x00\xff\xfe\n{\"log\":\"traces export: context deadline exceeded\\n\",\"stream\":\"stderr\"}\nlast";
        let text = answers(log, Format::Json);
        let objects: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("an object"))
            .collect();
        let numbers: Vec<_> = objects
            .iter()
            .map(|object| object["number"].as_u64())
            .collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3), Some(4), Some(5)]);
        let errors: Vec<_> = objects
            .iter()
            .map(|object| object["export_error"].as_bool())
            .collect();
        assert_eq!(
            errors,
            [
                Some(false),
                Some(false),
                Some(false),
                Some(true),
                Some(false)
            ]
        );
        assert_eq!(objects[3]["kind"], "backend-timeout");
        assert_eq!(objects[3]["source"], "go-otel");
    }

    #[test]
    fn a_table_has_one_line_for_each_line_and_lets_no_control_character_through() {
        let text = answers(b"a\x1b[31mb\x07\nc\x0bd\n", Format::Table);
        assert_eq!(text.lines().count(), 2);
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
    }
}
