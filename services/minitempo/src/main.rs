//! minitempo as a program: Tempo's command line, configuration file, ports and log lines.

use std::process::ExitCode;

fn main() -> ExitCode {
    minitempo::command::run(std::env::args().skip(1))
}
