//! `spendgate check`.

use serde_json::json;
use std::path::Path;

use spendgate_core::policy::Policy;
use spendgate_core::pricing::PriceBook;

use crate::args::CheckArgs;
use crate::exit::{Code, Failure, error, plain, print};
use crate::{files, price_args};

pub(crate) fn run(args: &CheckArgs) -> Result<Code, Failure> {
    files::stdin_once(&args.policies)?;
    let (prices, now_ms) = (price_args::book(&args.prices), files::now_ms());
    let mut code = Code::Fine;
    let mut findings = Vec::new();
    let mut text = String::new();
    // A file that cannot be read takes nothing from what the others are told.
    let mut troubles = Vec::new();
    for path in &args.policies {
        let name = path.display().to_string();
        let checked = match check(path, &prices, now_ms) {
            Err(Failure::Trouble(line)) => {
                troubles.push(line);
                continue;
            }
            other => other?,
        };
        match checked {
            Ok(policy) => {
                text.push_str(&format!("{}: valid, {}\n", plain(&name), summary(&policy)));
                findings
                    .push(json!({"file": name, "valid": true, "version": policy.version(), "errors": []}));
            }
            Err(errors) => {
                code = Code::Found;
                for (path, message) in &errors {
                    let place = if path.is_empty() { String::new() } else { format!("{path}: ") };
                    text.push_str(&plain(&format!("{name}: {place}{message}")));
                    text.push('\n');
                }
                let errors: Vec<_> = errors.iter().map(|(p, m)| json!({"path": p, "message": m})).collect();
                findings.push(json!({"file": name, "valid": false, "errors": errors}));
            }
        }
    }
    if args.json && !findings.is_empty() {
        text = format!("{:#}\n", serde_json::Value::Array(findings));
    }
    print(&text)?;
    let Some(last) = troubles.pop() else { return Ok(code) };
    troubles.iter().for_each(|line| error(line));
    Err(Failure::Trouble(last))
}

type Faults = Vec<(String, String)>;

/// The policy, or every fault with its path.
fn check(path: &Path, prices: &PriceBook, now_ms: i64) -> Result<Result<Policy, Faults>, Failure> {
    let text = match files::read_text(path) {
        Err(Failure::Refused(lines)) => {
            let name = format!("{}: ", path.display());
            let short = |line: &String| line.strip_prefix(&name).unwrap_or(line).to_owned();
            return Ok(Err(lines.iter().map(|l| (String::new(), short(l))).collect()));
        }
        other => other?,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(Policy::parse_all(text, prices, now_ms).map_err(|errors| {
        let fault = |e: spendgate_core::error::Error| {
            let (path, said) = (e.path().unwrap_or("").to_owned(), e.to_string());
            let message = said.strip_prefix(&format!("{path}: ")).unwrap_or(&said).to_owned();
            (path, message)
        };
        errors.into_iter().map(fault).collect()
    }))
}

fn summary(policy: &Policy) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "version {}, {}, {}",
        policy.version(),
        count(policy.budgets().len(), "budget", "budgets"),
        count(policy.breakers().len(), "breaker", "breakers")
    )
}
