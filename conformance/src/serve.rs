//! The other side of [`crate::Process`]: an implementation that answers JSON lines.

use crate::Implementation;
use serde_json::{Value, json};
use std::io::{self, BufRead as _, BufReader, Read, Write};

/// Answers each line of `input` with one line on `output` until the input ends: `{"start": {…}}` begins anew, any
/// other line is a step. Answers are flushed when no whole line is left to read.
///
/// # Errors
/// What reading and writing say.
pub fn serve(engine: &mut dyn Implementation, input: impl Read, output: &mut dyn Write) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        writeln!(output, "{}", answer(engine, &line))?;
        line.clear();
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    output.flush()
}

fn answer(engine: &mut dyn Implementation, line: &str) -> Value {
    let command: Value = match serde_json::from_str(line) {
        Ok(command) => command,
        Err(e) => return json!({"error": "invalid_call", "path": "", "message": format!("is not JSON: {e}")}),
    };
    let Some(config) = command.get("start") else { return engine.step(&command) };
    let Some(at_ms) = config.get("at_ms").and_then(Value::as_i64) else {
        return json!({"error": "invalid_time", "message": "`start` needs `at_ms`"});
    };
    let policy = config.get("policy").filter(|policy| !policy.is_null());
    match engine.start(config.get("prices").unwrap_or(&Value::Null), policy, at_ms) {
        Ok(()) => json!({"outcome": "started"}),
        Err(refusal) => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers with what it was asked.
    struct Echo;

    impl Implementation for Echo {
        fn start(&mut self, prices: &Value, policy: Option<&Value>, now_ms: i64) -> Result<(), Value> {
            match policy {
                Some(_) => Err(json!({"error": "invalid_policy", "prices": prices, "at_ms": now_ms})),
                None => Ok(()),
            }
        }

        fn step(&mut self, step: &Value) -> Value {
            step.clone()
        }
    }

    #[test]
    fn every_line_has_its_answer() {
        let asked = [
            r#"{"start": {"prices": null, "policy": null, "at_ms": 7}}"#,
            r#"{"start": {"prices": {}, "policy": "x", "at_ms": 7}}"#,
            r#"{"start": {}}"#,
            r#"{"at_ms": 8, "expire": true}"#,
            "{",
            "5",
        ];
        let mut output = Vec::new();
        serve(&mut Echo, asked.join("\n").as_bytes(), &mut output).unwrap();
        let said = String::from_utf8(output).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], r#"{"outcome":"started"}"#);
        assert_eq!(lines[1], r#"{"at_ms":7,"error":"invalid_policy","prices":{}}"#);
        assert!(lines[2].contains("invalid_time") && lines[4].contains("is not JSON"), "{said}");
        assert_eq!((lines[3], lines[5], lines.len()), (r#"{"at_ms":8,"expire":true}"#, "5", 6));
    }
}
