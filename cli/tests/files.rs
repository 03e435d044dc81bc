//! What is read and written besides ordinary files: standard input, links, pipes.

mod common;

use common::Folder;

const LOG: &str = "time,user,cost\n2026-05-01,u,1\n";

#[test]
fn standard_input_is_read_once() {
    let folder = Folder::new("stdin-twice").with("log.csv", LOG);
    for args in [
        &["replay", "-", "-"][..],
        &["replay", "--policy", "-", "-"],
        &["replay", "--policy", "-", "--compare", "-", "log.csv"],
        &["check", "-", "-"],
    ] {
        let out = folder.run_with(args, b"{}").expect_code(2).says("`-` is named twice");
        assert!(out.stdout.is_empty(), "{out:#?}");
    }
    folder.run_with(&["replay", "--policy", "-", "--json", "log.csv"], b"{}").expect_code(0);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays_a_link() {
    let folder = Folder::new("link").with("log.csv", LOG).with("old.html", "old");
    let link = folder.path.join("report.html");
    std::os::unix::fs::symlink("old.html", &link).unwrap();
    folder.run(&["replay", "--html", "report.html", "log.csv"]).expect_code(0);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(std::fs::read_to_string(folder.path.join("old.html")).unwrap().starts_with("<!doctype html>"));
    assert_eq!(folder.files(), ["log.csv", "old.html", "report.html"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;

    let folder = Folder::new("fifo").with("log.csv", LOG);
    for args in [&["replay", "--html", "out", "log.csv"][..], &["sample-log", "--calls", "3", "--out", "out"]]
    {
        let pipe = folder.path.join("out");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        // Opened for both, so that neither side waits for the other.
        let open = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        folder.run(args).expect_code(0);
        assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "the pipe was replaced");
        drop(open);
        std::fs::remove_file(&pipe).unwrap();
    }
}
