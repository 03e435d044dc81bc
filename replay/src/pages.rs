//! Pages of usage APIs: LiteLLM and Langfuse put rows into `data`, OpenAI buckets that hold rows.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use crate::format::Format;

/// Keys kept beside the fields of a format's rows: the lists of a page, and of a bucket.
pub(crate) const fn keys(format: Format) -> &'static [&'static str] {
    match format {
        Format::Openai => &["data", "results"],
        Format::Litellm | Format::Langfuse => &["data"],
        Format::Auto | Format::Csv | Format::Jsonl | Format::Azure => &[],
    }
}

/// Values by the index of their key.
pub(crate) type Values = Vec<Option<Value>>;

fn index(keys: &[String], key: &str) -> Option<usize> {
    keys.iter().position(|k| k == key)
}

fn take(keys: &[String], values: &mut Values, key: &str) -> Option<Value> {
    values.get_mut(index(keys, key)?)?.take().filter(|v| !v.is_null())
}

/// True for a page or a bucket, false for one row.
pub(crate) fn is_page(format: Format, keys: &[String], values: &Values) -> bool {
    let has = |key: &&str| index(keys, key).and_then(|i| values.get(i)).is_some_and(Option::is_some);
    self::keys(format).iter().any(has)
}

/// A row of a page, or what is wrong with what stands in its place.
pub(crate) type Item = Result<Values, &'static str>;

/// Puts every row of a page or bucket into `queue`, OpenAI's with the start of its bucket.
pub(crate) fn unfold(format: Format, keys: &[String], values: &mut Values, queue: &mut VecDeque<Item>) {
    let Some(data) = take(keys, values, "data") else {
        let start = take(keys, values, "start_time");
        let results = take(keys, values, "results");
        return unfold_results(keys, start, results, queue);
    };
    let Value::Array(list) = data else { return queue.push_back(Err("`data` is not a list")) };
    for item in list {
        match item {
            Value::Object(mut bucket) if format == Format::Openai => {
                unfold_results(keys, bucket.remove("start_time"), bucket.remove("results"), queue);
            }
            Value::Object(mut row) => queue.push_back(Ok(pick(keys, &mut row))),
            _ => queue.push_back(Err("`data` holds what is not an object")),
        }
    }
}

fn unfold_results(keys: &[String], start: Option<Value>, results: Option<Value>, queue: &mut VecDeque<Item>) {
    let Some(Value::Array(results)) = results else { return queue.push_back(Err("`results` is not a list")) };
    for result in results {
        let Value::Object(mut result) = result else {
            queue.push_back(Err("a result is not an object"));
            continue;
        };
        if let Some(start) = &start {
            result.insert("start_time".to_owned(), start.clone());
        }
        queue.push_back(Ok(pick(keys, &mut result)));
    }
}

/// The values of the keys that are kept.
fn pick(keys: &[String], row: &mut Map<String, Value>) -> Values {
    keys.iter().map(|key| row.remove(key)).collect()
}
