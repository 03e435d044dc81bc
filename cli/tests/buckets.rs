//! Logs that add calls up by bucket.

mod common;

use common::Folder;

#[test]
fn calls_are_counted_and_not_rows() {
    let log = "start_time,model,user_id,num_model_requests,input_tokens,output_tokens\n\
        1777593600,gpt-4o,,10,1000,10\n1777597200,gpt-4o,u,2,200,2\n";
    let folder = Folder::new("buckets").with("log.csv", log);
    let out = folder.run(&["replay", "--format", "openai", "--json", "log.csv"]).expect_code(0);
    let json = out.json();
    assert_eq!((&json["total"]["calls"], &json["log"]["rows"]), (&12.into(), &2.into()));
    assert_eq!(json["log"]["anonymous_calls"], 10);
    assert_eq!(json["notes"][0], "1 row named no user: in the totals, and in no user's sums.");
}
