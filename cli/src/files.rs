//! Reading and writing files, with errors that name them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;

use crate::exit::Failure;

/// The largest policy document that is read, in bytes.
const POLICY_MAX: u64 = 256 * 1024 * 1024;

/// The time of the machine, in epoch milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Refuses `-` where it stands twice among `paths`: what comes in by a pipe is there once.
pub(crate) fn stdin_once<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    if paths.into_iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Failure::trouble("`-` is named twice, and standard input can be read once only"));
    }
    Ok(())
}

/// The text of a file, `-` being standard input.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let name = path.display();
    let trouble = |e: io::Error| Failure::trouble(format!("{name}: {e}"));
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(POLICY_MAX + 1).read_to_end(&mut bytes).map_err(trouble)?;
    } else {
        if path.is_dir() {
            return Err(Failure::trouble(format!("{name}: is a directory")));
        }
        let file = fs::File::open(path).map_err(trouble)?;
        file.take(POLICY_MAX + 1).read_to_end(&mut bytes).map_err(trouble)?;
    }
    if bytes.len() as u64 > POLICY_MAX {
        return Err(Failure::trouble(format!("{name}: is larger than {} MiB", POLICY_MAX >> 20)));
    }
    String::from_utf8(bytes).map_err(|e| {
        let line =
            e.as_bytes().iter().take(e.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count() + 1;
        Failure::Refused(vec![format!("{name}: line {line} is not UTF-8")])
    })
}

/// A policy file. Every fault found is a line `file: path: what is wrong`.
pub(crate) fn read_policy(path: &Path, prices: &PriceBook, now_ms: i64) -> Result<Policy, Failure> {
    let text = read_text(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Policy::parse_all(text, prices, now_ms).map_err(|errors| {
        let line = |e: spendgate_core::error::Error| {
            let said = e.to_string();
            format!("{}: {}", path.display(), said.strip_prefix(": ").unwrap_or(&said))
        };
        Failure::Refused(errors.into_iter().map(line).collect())
    })
}

/// A file that appears whole or not at all: written beside its place in `pieces`, then moved there.
/// A link is followed. A pipe or a device is written to as it is: nothing may take its place.
pub(crate) fn write_whole(path: &Path, pieces: impl Iterator<Item = impl AsRef<str>>) -> Result<(), Failure> {
    let trouble = |e: io::Error| Failure::trouble(format!("{}: {e}", path.display()));
    if is_special(path) {
        let written = fs::OpenOptions::new().write(true).open(path).and_then(|file| write(file, pieces));
        return written.map(drop).map_err(trouble);
    }
    let beside = beside(path)?;
    let written = fs::File::create(&beside).and_then(|file| {
        write(file, pieces)?.sync_all()?;
        fs::rename(&beside, target(path))
    });
    written.map_err(|e| {
        let _ = fs::remove_file(&beside);
        trouble(e)
    })
}

fn write(file: fs::File, pieces: impl Iterator<Item = impl AsRef<str>>) -> io::Result<fs::File> {
    let mut out = io::BufWriter::new(file);
    for piece in pieces {
        out.write_all(piece.as_ref().as_bytes())?;
    }
    Ok(out.into_inner()?)
}

/// True for what is there and is neither a file nor a folder.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// The file that `path` leads to; itself where nothing is there yet.
fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Refuses a place that cannot be written to, before the work is done.
pub(crate) fn check_place(path: &Path) -> Result<(), Failure> {
    if is_special(path) {
        return Ok(());
    }
    let beside = beside(path)?;
    match fs::File::create(&beside) {
        Ok(_) => {
            let _ = fs::remove_file(&beside);
            Ok(())
        }
        Err(e) => Err(Failure::trouble(format!("{}: {e}", path.display()))),
    }
}

/// Refuses to write to `target` where it is one of the files that are read, also by a link or
/// another spelling of its path. `-` among `inputs` is whatever standard input was redirected from.
pub(crate) fn keep_apart<'a>(
    option: &str,
    target: &Path,
    inputs: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), Failure> {
    // A target that is not there cannot be an input.
    let Ok(place) = fs::canonicalize(target) else { return Ok(()) };
    for input in inputs {
        let from = if input.as_os_str() == "-" { Path::new("/dev/stdin") } else { input };
        if fs::canonicalize(from).is_ok_and(|from| from == place) {
            let (target, input) = (target.display(), input.display());
            return Err(Failure::trouble(format!(
                "{option}: `{target}` is the same file as the input `{input}`, which would be overwritten"
            )));
        }
    }
    Ok(())
}

fn beside(path: &Path) -> Result<PathBuf, Failure> {
    let target = target(path);
    let name = target.file_name().filter(|_| !target.is_dir());
    let name = name.ok_or_else(|| Failure::trouble(format!("{}: is not a file name", path.display())))?;
    Ok(target.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id())))
}
