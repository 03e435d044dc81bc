//! The `spendgate` command: check a policy, explain a decision, replay past usage, look up a price,
//! run the conformance vectors.
//!
//! Exit codes: 0 all is well, 1 something was found or refused, 2 wrong usage or trouble with files.

mod args;
mod check;
mod completions;
mod conformance;
mod exit;
mod explain;
mod files;
mod price_args;
mod prices;
mod replay;
mod sample_log;
mod values;

use clap::Parser as _;
use std::process::ExitCode;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli.color.apply();
    let done = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Conformance(args) => conformance::run(&args),
        Command::Prices(args) => prices::run(&args),
        Command::SampleLog(args) => sample_log::run(&args),
        Command::Completions(args) => completions::run(&args),
    };
    match done {
        Ok(code) => code.into(),
        Err(failure) => failure.report(),
    }
}
