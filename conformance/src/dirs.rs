//! Where vectors are found.

use std::path::{Path, PathBuf};

/// The folders named by the environment variable `SPENDGATE_VECTORS`, colon-separated; empty
/// entries are skipped.
#[must_use]
pub fn extra_dirs() -> Vec<PathBuf> {
    std::env::var("SPENDGATE_VECTORS").map(|text| split(&text)).unwrap_or_default()
}

fn split(text: &str) -> Vec<PathBuf> {
    text.split(':').filter(|part| !part.is_empty()).map(PathBuf::from).collect()
}

/// The vector files of a path: itself where it is a file, the `*.json` of a folder by name.
///
/// # Errors
/// The reason in words when the path cannot be read or holds no vector file.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| e.to_string())? {
        let entry = entry.map_err(|e| e.to_string())?.path();
        if entry.is_file() && entry.extension().is_some_and(|e| e == "json") {
            found.push(entry);
        }
    }
    found.sort();
    if found.is_empty() { Err("no `*.json` file".to_owned()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_split_at_colons() {
        assert_eq!(split("a:/b/c::"), [PathBuf::from("a"), PathBuf::from("/b/c")]);
        assert!(split("").is_empty());
    }
}
