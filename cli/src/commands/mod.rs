//! The commands: each a sequence of steps, everything else is elsewhere.

mod backend;
mod backends;
mod bundle;
mod canary;
mod carry_out;
mod catalogue;
mod cleanup;
mod diff;
mod doctor;
mod end;
mod env;
mod fix;
mod helper;
mod journey;
mod latency;
mod lint;
mod logs;
mod look;
mod map;
mod probe;
mod proof;
mod report;
mod restart;
mod round;
mod serve;
mod shell;
mod smoke;
mod status;
mod steps;
mod storage;
mod trace;
mod up;
mod version;
mod wait;
mod watch;

use crate::{
    cli::{Cli, Command},
    error::CommandError,
    exit::Exit,
    farewell::Farewell,
    output::Output,
};

/// Does what the command line says.
pub async fn run(cli: Cli, output: &mut Output, farewell: &Farewell) -> Result<Exit, CommandError> {
    let global = &cli.global;
    match cli.command {
        Command::Doctor(args) => doctor::run(global, args, output, farewell).await,
        Command::Lint(args) => lint::run(global, args, output).await,
        Command::Status(args) => status::run(global, args, output).await,
        Command::Env(args) => env::run(global, args, output).await,
        Command::Storage(args) => storage::run(global, args, output).await,
        Command::Logs(args) => logs::run(global, args, output).await,
        Command::Trace(args) => trace::run(global, args, output).await,
        Command::Map(args) => map::run(global, args, output).await,
        Command::Latency(args) => latency::run(global, args, output).await,
        Command::Restart(args) => restart::run(global, args, output, farewell).await,
        Command::Smoke(args) => Box::pin(smoke::run(global, args, output, farewell)).await,
        Command::Serve(args) => serve::run(global, &args, output).await,
        Command::Backend(args) => backend::run(args, output).await,
        Command::Canary(args) => canary::run(global, args, output).await,
        Command::Probe(args) => probe::run(global, args, output).await,
        Command::Diff(args) => diff::run(&args, output),
        Command::Bundle(args) => bundle::run(global, args, output).await,
        Command::Cleanup => cleanup::run(global, output).await,
        Command::Helper => helper::run().await,
        Command::Checks(args) => catalogue::checks(&args, output),
        Command::Explain(args) => catalogue::explain(args.code, output),
        Command::Version => version::run(global, output).await,
        Command::Completions { shell } => shell::completions(shell, output),
        Command::Man => shell::manual(output),
    }
}
