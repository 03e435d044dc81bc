//! `spendgate completions`.

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};
use crate::exit::{Code, Failure, print};

pub(crate) fn run(args: &CompletionsArgs) -> Result<Code, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "spendgate", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Code::Fine)
}
