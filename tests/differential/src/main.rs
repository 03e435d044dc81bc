//! `spendgate-differential SEED N NAME=COMMAND…`: N random commands through the engine and through each program, the
//! seeds in a row from SEED. Prints mismatches, then a line for each program; exit status 1 when one differs.
//! `spendgate-differential --serve` is such a program over the engine itself, for the tests of the run.

use spendgate_conformance::serve;
use spendgate_differential::{Engine, Program, Script};
use std::io;
use std::process::ExitCode;

/// Commands of a sequence: enough to fill counters, few enough to be shortened quickly.
const LENGTH: usize = 500;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<bool, String> {
    if arguments == ["--serve"] {
        let mut output = io::BufWriter::new(io::stdout().lock());
        return serve(&mut Engine::default(), io::stdin().lock(), &mut output)
            .map(|()| true)
            .map_err(|e| e.to_string());
    }
    let [seed, commands, given @ ..] = arguments else {
        return Err("usage: spendgate-differential SEED N NAME=COMMAND…".to_owned());
    };
    let first: u64 = seed.parse().map_err(|e| format!("the seed `{seed}`: {e}"))?;
    let commands: usize =
        commands.parse().map_err(|e| format!("the number of commands `{commands}`: {e}"))?;
    let mut programs = given.iter().map(|one| Program::start(one)).collect::<Result<Vec<_>, _>>()?;
    if programs.is_empty() || commands == 0 {
        return Err("names no program, or no command".to_owned());
    }
    let mut left = commands;
    let mut seed = first;
    while left > 0 {
        let script = Script::of_seed(seed, left.min(LENGTH));
        let lines = script.lines();
        // All of them work on it at the same time.
        programs.iter_mut().for_each(|program| program.send(&lines));
        for said in programs.iter_mut().filter_map(|program| program.check(&script, &lines)) {
            println!("{said}");
        }
        left = left.saturating_sub(LENGTH);
        seed = seed.wrapping_add(1);
    }
    println!("{commands} commands in the sequences of the seeds {first} to {}", seed.wrapping_sub(1));
    programs.iter().for_each(|program| println!("{}", program.summary()));
    Ok(programs.iter().all(|program| program.failed == 0))
}
