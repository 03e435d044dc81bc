//! Prints, as JSON, what other languages are given of the engine: the catalogues, the layout of a block, and the
//! schemas of policies and of vectors.
//! `scripts/generate/` makes types and tables from it.

use serde_json::json;
use spendgate_core::packed::{BLOCK, HALF, Op, Status, answer, request};

fn main() {
    let surface = json!({
        "catalogue": spendgate_core::catalogue::catalogue(),
        "schemas": {
            "policy": spendgate_core::policy::schema(),
            "vectors": spendgate_conformance::schema(),
        },
        "layout": {
            "BLOCK_BYTES": BLOCK,
            "HALF_BYTES": HALF,
            "Op": {
                "reserve": Op::Reserve as u32, "preview": Op::Preview as u32,
                "settle": Op::Settle as u32, "release": Op::Release as u32,
                "estimate": Op::Estimate as u32, "waiting": Op::Waiting as u32,
            },
            "Status": {
                "Done": Status::Done as u32, "Names": Status::Names as u32,
                "Json": Status::Json as u32, "Text": Status::Text as u32, "Who": Status::Who as u32,
            },
            "Asked": {
                "ATTRIBUTES": request::ATTRIBUTES, "AMOUNTS": request::AMOUNTS, "DURATION": request::DURATION,
                "OK_SAID": request::OK_SAID, "OK": request::OK, "SEEN": request::SEEN, "USAGE": request::USAGE,
                "TEXT": request::TEXT, "ROOM": request::ROOM, "USAGE_TEXT": request::USAGE_TEXT, "USAGE_ROOM": request::USAGE_ROOM,
            },
            "Answer": {
                "ALLOWED": answer::ALLOWED, "RETRYABLE": answer::RETRYABLE, "DOWNGRADED": answer::DOWNGRADED,
                "DEGRADED": answer::DEGRADED, "FIGURES": answer::FIGURES, "ESTIMATE": answer::ESTIMATE,
                "RESETS": answer::RESETS, "RESERVATION": answer::RESERVATION, "CHARGED": answer::CHARGED,
                "WAITING": answer::WAITING, "TRIGGERED": answer::TRIGGERED,
            },
        },
    });
    println!("{surface}");
}
