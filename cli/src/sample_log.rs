//! `spendgate sample-log`.

use std::io::Write as _;

use spendgate_replay::sample::Sample;

use crate::args::SampleLogArgs;
use crate::exit::{Code, Failure};
use crate::files;

pub(crate) fn run(args: &SampleLogArgs) -> Result<Code, Failure> {
    let sample = Sample::new(args.seed, args.calls, args.users);
    match &args.out {
        Some(path) => files::write_whole(path, sample)?,
        None => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            for line in sample {
                out.write_all(line.as_bytes())?;
            }
            out.flush()?;
        }
    }
    Ok(Code::Fine)
}
