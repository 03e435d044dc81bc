//! One small fixture a format, and one for each way a file can be wrong.

use crate::field::{Field, Mapping};
use crate::format::Format;
use crate::reader::{Next, Reader};
use crate::row::Row;

/// Rows and the complaints of `text`, in order.
fn read_with(
    text: &str,
    format: Format,
    mapping: &Mapping,
    asked: &[Field],
) -> Result<(Vec<Row>, Vec<String>), String> {
    let mut reader =
        Reader::open("log", text.as_bytes(), format, mapping, asked).map_err(|e| e.to_string())?;
    let (mut rows, mut said, mut row) = (Vec::new(), Vec::new(), Row::default());
    loop {
        match reader.next(&mut row).map_err(|e| e.to_string())? {
            Next::Row => rows.push(row.clone()),
            Next::Skipped(why) => said.push(why.to_owned()),
            Next::Bad(bad) => said.push(bad.to_string()),
            Next::End => return Ok((rows, said)),
        }
    }
}

pub(crate) fn read(text: &str, format: Format) -> (Vec<Row>, Vec<String>) {
    read_with(text, format, &Mapping::of(format), &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn at(text: &str) -> i64 {
    spendgate_core::time::parse(text).unwrap()
}

#[test]
fn common_csv() {
    let text = "time,user,tier,feature,model,input_tokens,output_tokens,cached_tokens,cost\n\
        2026-05-01T00:00:00Z,u1,free,chat,gpt-4o,100,20,40,\n\
        1777593601,\"u,2\",pro,,gpt-4o-mini,,,,0.000125\n";
    let (rows, said) = read(text, Format::Auto);
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(
        (rows[0].user.as_str(), rows[0].tier.as_str(), rows[0].feature.as_str()),
        ("u1", "free", "chat")
    );
    assert_eq!(
        (rows[0].input_tokens, rows[0].output_tokens, rows[0].cached_tokens),
        (Some(100), Some(20), 40)
    );
    assert_eq!(
        (rows[1].user.as_str(), rows[1].cost_nanos, rows[1].input_tokens),
        ("u,2", Some(125_000), None)
    );
    assert_eq!(rows[1].at_ms, at("2026-05-01T00:00:01Z"));
}

#[test]
fn mapped_columns_and_paths() {
    let mut mapping = Mapping::of(Format::Jsonl);
    mapping.set(Field::User, "meta.customer.id");
    mapping.set(Field::Input, "n");
    let text = "{\"ts\":1777593600000,\"n\":5,\"meta\":{\"customer\":{\"id\":42}},\"user\":\"no\"}\n";
    let (rows, said) = read_with(text, Format::Jsonl, &mapping, &[Field::User, Field::Input]).unwrap();
    assert!(said.is_empty(), "{said:?}");
    assert_eq!((rows[0].user.as_str(), rows[0].input_tokens), ("42", Some(5)));
}

#[test]
fn a_column_may_be_called_like_its_field() {
    use Field::{
        CacheWrite, Cached, Calls, Cost, Feature, Input, Model, Org, Output, Provider, Session, Tier, Time,
        User,
    };
    let fields = [
        Time, User, Tier, Org, Feature, Session, Provider, Model, Input, Output, Cached, CacheWrite, Cost,
        Calls,
    ];
    assert_eq!(fields, Field::MAPPABLE);
    let header = fields.map(Field::as_str).join(",");
    let text = format!("{header}\n2026-05-01,u,t,o,f,s,p,m,100,20,40,30,0.5,2\n");
    let (rows, said) = read(&text, Format::Auto);
    assert!(said.is_empty(), "{said:?}");
    let row = &rows[0];
    assert_eq!((row.input_tokens, row.output_tokens), (Some(100), Some(20)));
    assert_eq!((row.cached_tokens, row.cache_write_tokens, row.calls), (40, 30, 2));
    assert_eq!((row.user.as_str(), row.org.as_str(), row.model.as_str()), ("u", "o", "m"));
    // The longer name is preferred: `input` may be the prompt.
    let text = "{\"time\":1777593600,\"input\":\"Hello\",\"input_tokens\":3}\n";
    assert_eq!(read(text, Format::Auto).0[0].input_tokens, Some(3));
}

#[test]
fn azure_trace() {
    let text = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109";
    let (rows, said) = read(text, Format::Azure);
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].at_ms, rows[0].input_tokens), (at("2023-11-16T18:15:46.680Z"), Some(374)));
    assert_eq!(rows[1].output_tokens, Some(109));
}

#[test]
fn litellm_spend_logs() {
    let json = r#"[{"request_id":"r1","call_type":"acompletion","api_key":"k","spend":3.45e-05,"total_tokens":30,
        "prompt_tokens":20,"completion_tokens":10,"startTime":"2026-05-01 00:00:00.123","endTime":"2026-05-01 00:00:01",
        "model":"gpt-4o-mini","custom_llm_provider":"openai","user":"admin","end_user":"u1","team_id":"t1",
        "request_tags":["chat","x"],"metadata":{"spend_logs_metadata":{"tier":"pro"},
        "usage_object":{"prompt_tokens_details":{"cached_tokens":8}}},"cache_hit":"None","status":"success"},
        {"spend":0,"prompt_tokens":0,"completion_tokens":0,"startTime":"2026-05-01T00:00:02Z","status":"failure"}]"#;
    let (rows, said) = read(json, Format::Litellm);
    assert_eq!(said, ["a failed call that cost nothing"]);
    let row = &rows[0];
    assert_eq!(
        (row.user.as_str(), row.org.as_str(), row.feature.as_str(), row.tier.as_str()),
        ("u1", "t1", "chat", "pro")
    );
    assert_eq!((row.cost_nanos, row.cached_tokens, row.provider.as_str()), (Some(34_500), 8, "openai"));
    assert_eq!(row.at_ms, at("2026-05-01T00:00:00.123Z"));
    // The same table as CSV: objects are JSON inside a field, and an empty end user falls back to the user.
    let csv = "startTime,spend,prompt_tokens,completion_tokens,model,user,end_user,request_tags,metadata\n\
        2026-05-01 00:00:00,0.5,20,10,gpt-4o,admin,,\"[\"\"batch\"\"]\",\"{\"\"tier\"\":\"\"free\"\"}\"\n";
    let (rows, said) = read(csv, Format::Litellm);
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(
        (rows[0].user.as_str(), rows[0].feature.as_str(), rows[0].tier.as_str()),
        ("admin", "batch", "free")
    );
}

#[test]
fn openai_usage_export() {
    let csv = "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,input_tokens,output_tokens,input_cached_tokens\n\
        1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00,proj_1,10.0,user-1,key_1,gpt-4o-2024-08-06,FALSE,59200.0,10646.0,5760.0\n\
        1759881600,1759968000,2025-10-08T00:00:00+00:00,2025-10-09T00:00:00+00:00,,,,,,,,,\n";
    let (rows, said) = read(csv, Format::Openai);
    assert_eq!(said, ["a bucket without calls"]);
    assert_eq!((rows[0].calls, rows[0].input_tokens, rows[0].cached_tokens), (10, Some(59_200), 5_760));
    let page = r#"{
      "object": "page",
      "data": [
        {"object": "bucket", "start_time": 1759622400, "end_time": 1759708800, "results": [
          {"object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 500,
           "input_cached_tokens": 800, "num_model_requests": 5, "project_id": null, "user_id": "user-2", "model": "gpt-4o"}
        ]},
        {"object": "bucket", "start_time": 1759708800, "end_time": 1759795200, "results": []}
      ], "has_more": false, "next_page": null}"#;
    let (rows, said) = read(page, Format::Openai);
    assert!(said.is_empty(), "{said:?}");
    assert_eq!((rows.len(), rows[0].calls, rows[0].user.as_str()), (1, 5, "user-2"));
    assert_eq!(rows[0].at_ms, 1_759_622_400_000);
}

#[test]
fn langfuse_observations() {
    let json = r#"{"id":"o1","traceId":"t","type":"GENERATION","startTime":"2026-05-01T00:00:00.000Z","model":"gpt-4o","userId":"u1","traceName":"chat","usageDetails":{"input":60,"input_cached_tokens":40,"output":10,"output_reasoning_tokens":5,"total":115},"totalCost":0.00025}
{"id":"o2","type":"SPAN","startTime":"2026-05-01T00:00:01.000Z"}
{"id":"o3","type":"GENERATION","start_time":"2026-05-01 00:00:02.000000","provided_model_name":"m","promptTokens":7,"completionTokens":3}
"#;
    let (rows, said) = read(json, Format::Langfuse);
    assert_eq!(said, ["an observation that is neither a generation nor an embedding"]);
    assert_eq!(
        (rows[0].input_tokens, rows[0].cached_tokens, rows[0].output_tokens),
        (Some(100), 40, Some(15))
    );
    assert_eq!((rows[0].cost_nanos, rows[0].feature.as_str()), (Some(250_000), "chat"));
    assert_eq!(
        (rows[1].input_tokens, rows[1].output_tokens, rows[1].model.as_str()),
        (Some(7), Some(3), "m")
    );
    let csv = "id,type,start_time,provided_model_name,usage_details,total_cost,user_id\n\
        o1,GENERATION,2026-05-01 00:00:00.000000,gpt-4o,\"{\"\"input\"\":9,\"\"output\"\":1}\",,u9\n";
    let (rows, _) = read(csv, Format::Langfuse);
    assert_eq!(
        (rows[0].input_tokens, rows[0].output_tokens, rows[0].user.as_str()),
        (Some(9), Some(1), "u9")
    );
}

#[test]
fn bad_rows_are_named_and_the_rest_is_read() {
    let text = "time,user,input_tokens,output_tokens\n2026-05-01,u,-5,1\nsoon,u,1,1\n2026-05-01,u,1\n2026-05-01,u,,\n\
        2026-05-01,u,NaN,1\n2026-05-01,u,1e40,1\n,u,1,1\n2026-05-01,u,2,2\n2026-05-01,u,3";
    let (rows, said) = read(text, Format::Csv);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        said,
        [
            "log:2: input_tokens: `-5` is below zero",
            "log:3: time: `soon` is not a time in the years 1–9999",
            "log:4: row: 3 fields, the header has 4",
            "log:5: input_tokens: neither tokens nor a cost",
            "log:6: input_tokens: `NaN` is not a decimal amount",
            "log:7: input_tokens: `1e40` is beyond 2^53, more than a row can say: correct the row, or map the field to another column",
            "log:8: time: is missing",
            "log:10: row: 3 fields, the header has 4",
        ]
    );
    let text = "{\"time\":1777593600,\"cost\":1}\n{\"time\":1777593600,\"cost\":NaN}\nnull\n{\"time\":1777593600,\"cost\":\"2\"}\n{\"time\":17775";
    let (rows, said) = read(text, Format::Jsonl);
    assert_eq!((rows.len(), said.len()), (2, 3));
    assert!(said[0].starts_with("log:2: row: malformed JSON: "), "{}", said[0]);
    assert!(said[2].starts_with("log:5: row: malformed JSON: EOF"), "{}", said[2]);
}

#[test]
fn bytes_that_are_no_utf8_spoil_their_row_only() {
    let text = b"time,user,input_tokens\n2026-05-01,\xff\xfe,1\n2026-05-01,u,1\n";
    let mut reader = Reader::open("log", &text[..], Format::Csv, &Mapping::of(Format::Csv), &[]).unwrap();
    let mut row = Row::default();
    let Next::Bad(bad) = reader.next(&mut row).unwrap() else { panic!("a bad row was expected") };
    assert_eq!(bad.to_string(), "log:2: user: `\u{fffd}\u{fffd}` is not UTF-8");
    assert_eq!(reader.next(&mut row).unwrap(), Next::Row);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let open = |text: &str, format: Format| read_with(text, format, &Mapping::of(format), &[]).unwrap_err();
    assert_eq!(open("", Format::Auto), "log: the file is empty");
    assert_eq!(open(" \n\n", Format::Auto), "log: the file is empty");
    assert!(open("a,b\n1,2\n", Format::Csv).starts_with("log:1: no column for the time"));
    assert!(open("time,b\n1,2\n", Format::Csv).starts_with("log:1: no column for the tokens or the cost"));
    assert!(open("time,input_tokens\n1,2\n", Format::Azure).contains("`TIMESTAMP`"));
}

#[test]
fn cached_tokens_are_part_of_the_input() {
    let (rows, said) = read("time,input_tokens,cached_tokens\n2026-05-01,10,11\n", Format::Csv);
    assert!(rows.is_empty());
    assert_eq!(said, ["log:2: cached_tokens: 11 cached tokens of 10 input tokens"]);
}

#[test]
fn what_stands_twice_is_never_chosen_silently() {
    let open = |text: &str, format: Format| read_with(text, format, &Mapping::of(format), &[]);
    let row = "2026-05-01,1,2\n";
    for head in ["time,cost,cost", "time,Cost,COST", "time,cost , cost"] {
        let said = open(&format!("{head}\n{row}"), Format::Csv).unwrap_err();
        assert!(said.starts_with("log:1: the column `") && said.ends_with("` stands twice"), "{said}");
    }
    // Columns that no field is read from may do as they like, and an exact name is preferred.
    assert_eq!(open(&format!("time,cost,cost_center\n{row}"), Format::Csv).unwrap().0.len(), 1);
    assert_eq!(open("time,cost,x,x\n2026-05-01,1,2,2\n", Format::Csv).unwrap().0.len(), 1);
    assert_eq!(
        open(&format!("time,COST,cost\n{row}"), Format::Csv).unwrap().0[0].cost_nanos,
        Some(2_000_000_000)
    );
    let text = "{\"time\":1777593600,\"cost\":1,\"cost\":2}\n{\"time\":1777593600,\"cost\":1,\"x\":1,\"x\":2}\n\
        {\"time\":1777593600,\"cost\":null,\"cost\":2}\n";
    let (rows, said) = read(text, Format::Jsonl);
    assert_eq!(rows.len(), 1);
    assert!(said[0].starts_with("log:1: row: malformed JSON: the key `cost` stands twice at"), "{}", said[0]);
    assert!(said[1].starts_with("log:3: row: malformed JSON: the key `cost` stands twice at"), "{}", said[1]);
    let nested = "{\"startTime\":1777593600,\"spend\":1,\"metadata\":{\"tier\":\"free\",\"tier\":\"pro\"}}\n";
    assert!(read(nested, Format::Litellm).1[0].contains("the key `tier` stands twice"));
    let cell = "startTime,spend,metadata\n1777593600,1,\"{\"\"tier\"\":\"\"free\"\",\"\"tier\"\":\"\"pro\"\"}\"\n1777593600,1,no json\n";
    let (rows, said) = read(cell, Format::Litellm);
    assert_eq!(
        (rows.len(), &said[0][..]),
        (1, "log:2: metadata.spend_logs_metadata.tier: the key `tier` stands twice")
    );
    let usage =
        "type,start_time,usage_details\nGENERATION,1777593600,\"{\"\"input\"\":9,\"\"input\"\":1}\"\n";
    assert_eq!(read(usage, Format::Langfuse).1, ["log:2: usage_details: the key `input` stands twice"]);
}

/// Every line of a broken log is a row, a skipped row or a bad row, and nothing panics.
#[test]
fn broken_bytes_never_panic_and_never_vanish() {
    use crate::rng::SplitMix;
    let csv = b"time,user,input_tokens,output_tokens,cost\n2026-05-01T00:00:00Z,\"u,1\",12,3,0.5\n2026-05-02,u2,4,,\n1777593600,u3,,,1e-5\n";
    let json = b"{\"time\":\"2026-05-01\",\"user\":\"u\",\"cost\":0.5}\n{\"time\":1777593600,\"input_tokens\":3,\"usageDetails\":{\"input\":1}}\n";
    let mut random = SplitMix::new(11);
    for round in 0..2_000 {
        let mut bytes = if round % 2 == 0 { csv.to_vec() } else { json.to_vec() };
        for _ in 0..=random.below(4) {
            let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            match random.below(4) {
                0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 if bytes.len() > 2 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"\",\n{}[]:\\-."[usize::try_from(random.below(11)).unwrap()]),
                _ => bytes.truncate(at.max(1)),
            }
        }
        for format in [Format::Auto, Format::Langfuse, Format::Openai, Format::Litellm] {
            let Ok(mut reader) = Reader::open("log", &bytes[..], format, &Mapping::of(format), &[]) else {
                continue;
            };
            let mut row = Row::default();
            let mut steps = 0;
            while reader.next(&mut row).unwrap() != Next::End {
                steps += 1;
                assert!(steps < 1_000, "the reader does not end");
            }
        }
    }
}
