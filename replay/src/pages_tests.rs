//! JSON as it comes from APIs: pages, and keys that nobody knows beforehand.

use crate::format::Format;
use crate::reader_tests::read;

#[test]
fn a_page_of_langfuse_holds_observations() {
    let page = r#"{"data": [
        {"id": "b", "type": "GENERATION", "startTime": "2026-05-02T00:00:00.875Z", "providedModelName": "gpt-4o",
         "usageDetails": {"input": 98, "output": 68, "total": 166}, "totalCost": 0.00253, "userId": "u", "traceName": "chat"},
        {"id": "a", "type": "SPAN", "startTime": "2026-05-01T00:00:00Z"}], "meta": {"cursor": "x"}}"#;
    let (rows, said) = read(page, Format::Langfuse);
    assert_eq!(said, ["an observation that is neither a generation nor an embedding"]);
    assert_eq!((rows.len(), rows[0].user.as_str(), rows[0].cost_nanos), (1, "u", Some(2_530_000)));
    assert_eq!((rows[0].input_tokens, rows[0].model.as_str()), (Some(98), "gpt-4o"));
}

#[test]
fn a_page_of_litellm_holds_spend_logs() {
    let page = r#"{"data":[{"spend":0.5,"startTime":"2026-05-01T00:00:00Z","end_user":"u1"},7,
        {"spend":0.25,"startTime":"2026-05-01T00:00:01Z","end_user":"u2"}],"total":2,"page":1,"total_pages":1}"#;
    let (rows, said) = read(&page.replace('\n', ""), Format::Litellm);
    assert_eq!(said, ["log:1: row: `data` holds what is not an object"]);
    assert_eq!((rows.len(), rows[1].user.as_str(), rows[1].cost_nanos), (2, "u2", Some(250_000_000)));
    assert_eq!(read(r#"{"data": {}}"#, Format::Litellm).1, ["log:1: row: `data` is not a list"]);
    // A log of one's own may have a column of that name.
    assert_eq!(read(r#"{"data": [1], "time": 1777593600, "cost": 1}"#, Format::Auto).0.len(), 1);
}

#[test]
fn a_wrong_result_costs_itself_and_not_its_page() {
    let page = r#"{"data": [{"start_time": 1777593600, "results": [
        {"input_tokens": 9, "num_model_requests": 1}, null, {"input_tokens": 8, "num_model_requests": 1}]},
        7, {"start_time": 1777597200, "results": [{"input_tokens": 7, "num_model_requests": 1}]}]}"#;
    let (rows, said) = read(page, Format::Openai);
    assert_eq!(rows.iter().map(|row| row.input_tokens).collect::<Vec<_>>(), [Some(9), Some(8), Some(7)]);
    assert_eq!(said.len(), 2, "{said:?}");
}

#[test]
fn cache_writes_are_part_of_the_input_of_openai() {
    let bucket = r#"{"start_time": 1777593600, "results": [{"input_tokens": 1000, "input_cached_tokens": 300,
        "input_cache_write_tokens": 200, "output_tokens": 5, "num_model_requests": 1, "model": "gpt-5.6-sol"}]}"#;
    let row = &read(bucket, Format::Openai).0[0];
    assert_eq!((row.input_tokens, row.cached_tokens, row.cache_write_tokens), (Some(1000), 300, 200));
}

#[test]
fn a_long_run_of_empty_buckets_is_read_through() {
    let mut text = "{\"start_time\":1777593600,\"results\":[]}\n".repeat(200_000);
    text.push_str(r#"{"start_time":1777593600,"results":[{"input_tokens":9,"num_model_requests":1}]}"#);
    let (rows, said) = read(&text, Format::Openai);
    assert_eq!((rows.len(), said.len()), (1, 0));
}

#[test]
fn a_row_without_a_time_says_where_it_was_looked_for() {
    let said = read(r#"{"ts_ms": 1777593600000, "cost": 1}"#, Format::Auto).1;
    assert!(said[0].starts_with("log:1: time: is missing: none of `time`, `timestamp`, "), "{}", said[0]);
    assert!(said[0].ends_with(" is there (name it with `--map time=KEY`)"), "{}", said[0]);
    // A header has been looked at before.
    assert_eq!(read("time,cost\n,1\n", Format::Auto).1, ["log:2: time: is missing"]);
}
