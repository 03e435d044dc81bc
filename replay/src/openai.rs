//! Pages of OpenAI's usage API: a page holds buckets, a bucket holds results.

use std::collections::VecDeque;

use serde_json::Value;

/// Keys kept beside the fields: the lists of a page and of a bucket.
pub(crate) const KEYS: [&str; 2] = ["data", "results"];

/// Values by the index of their key.
type Values = Vec<Option<Value>>;

fn index(keys: &[String], key: &str) -> Option<usize> {
    keys.iter().position(|k| k == key)
}

fn take(keys: &[String], values: &mut Values, key: &str) -> Option<Value> {
    values.get_mut(index(keys, key)?)?.take().filter(|v| !v.is_null())
}

/// True for a page or a bucket, false for one result.
pub(crate) fn is_page(keys: &[String], values: &Values) -> bool {
    KEYS.iter().any(|key| index(keys, key).and_then(|i| values.get(i)).is_some_and(Option::is_some))
}

/// Puts every result of a page or bucket into `queue`, each with the start of its bucket.
pub(crate) fn unfold(
    keys: &[String],
    values: &mut Values,
    queue: &mut VecDeque<Values>,
) -> Result<(), &'static str> {
    if let Some(data) = take(keys, values, "data") {
        let Value::Array(buckets) = data else { return Err("`data` is not a list of buckets") };
        for bucket in buckets {
            unfold_bucket(keys, bucket, queue)?;
        }
        return Ok(());
    }
    let start = take(keys, values, "start_time");
    let results = take(keys, values, "results");
    unfold_results(keys, start, results, queue)
}

fn unfold_bucket(keys: &[String], bucket: Value, queue: &mut VecDeque<Values>) -> Result<(), &'static str> {
    let Value::Object(mut bucket) = bucket else { return Err("a bucket is not an object") };
    unfold_results(keys, bucket.remove("start_time"), bucket.remove("results"), queue)
}

fn unfold_results(
    keys: &[String],
    start: Option<Value>,
    results: Option<Value>,
    queue: &mut VecDeque<Values>,
) -> Result<(), &'static str> {
    let Some(Value::Array(results)) = results else { return Err("`results` is not a list") };
    for result in results {
        let Value::Object(mut result) = result else { return Err("a result is not an object") };
        if let Some(start) = &start {
            result.insert("start_time".to_owned(), start.clone());
        }
        queue.push_back(keys.iter().map(|key| result.remove(key)).collect());
    }
    Ok(())
}
