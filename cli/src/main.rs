//! The spendgate command.
fn main() {}
