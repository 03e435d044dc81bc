use super::{BLOCK, Block, HALF, Op, Status, request, run};
use crate::Engine;
use crate::wire;
use serde_json::{Value, json};

/// A host: writes calls, reads answers.
struct Host {
    engine: Engine,
    block: Block,
    text: String,
}

fn policy(budgets: usize) -> Value {
    let budgets: Vec<Value> = (0..budgets)
        .map(|n| {
            json!({"id": format!("b{n}"), "scope": {"user": "*"}, "limit": {"usd": "1"}, "window": "daily",
                "steps": [{"at_percent": 10, "action": "warn"}, {"at_percent": 50, "action": "downgrade"},
                    {"at_percent": 100, "action": "block"}]})
        })
        .collect();
    json!({"budgets": budgets, "downgrades": {"gpt-4o": "gpt-4o-mini"}})
}

impl Host {
    fn new(budgets: usize) -> Host {
        let config = json!({"at_ms": 0, "policy": policy(budgets)}).to_string();
        let engine = wire::open(&config).expect("a policy");
        let mut host = Host { engine, block: [0; BLOCK], text: String::new() };
        host.epoch(host.engine.epoch());
        host
    }

    fn epoch(&mut self, epoch: u32) {
        self.block[60..64].copy_from_slice(&epoch.to_le_bytes());
    }

    fn write(&mut self, attributes: &[(usize, &[u8])], usd: Option<f64>, now_ms: f64) {
        let mut flags = 0;
        for (index, bytes) in attributes {
            flags |= request::ATTRIBUTES << index;
            let length = u32::try_from(bytes.len()).expect("short");
            self.block[64 + 4 * index..68 + 4 * index].copy_from_slice(&length.to_le_bytes());
            let at = request::TEXT + request::ROOM * index;
            let written = bytes.len().min(request::ROOM);
            self.block[at..at + written].copy_from_slice(&bytes[..written]);
        }
        if let Some(usd) = usd {
            flags |= request::AMOUNTS;
            self.block[16..24].copy_from_slice(&usd.to_le_bytes());
        }
        self.block[0..8].copy_from_slice(&now_ms.to_le_bytes());
        self.block[56..60].copy_from_slice(&flags.to_le_bytes());
    }

    fn run(&mut self, op: Op) -> Status {
        run(&mut self.engine, op as u32, &mut self.block, &mut self.text)
    }

    fn word(&self, word: usize) -> u32 {
        u32::from_le_bytes(*self.block[HALF + 4 * word..].first_chunk().expect("a word"))
    }

    fn number(&self, word: usize) -> i64 {
        f64::from_le_bytes(*self.block[HALF + 4 * word..].first_chunk().expect("two words")) as i64
    }
}

#[test]
fn a_packed_decision_says_what_the_json_one_says() {
    let (mut host, mut twin) = (Host::new(2), Host::new(2));
    for (usd, model) in [(0.05, "gpt-4o"), (0.1, "gpt-4o"), (0.4, "gpt-4o"), (0.2, "gpt-4o"), (0.9, "other")]
    {
        host.write(&[(0, b"user"), (6, model.as_bytes())], Some(usd), 7.0);
        assert_eq!(host.run(Op::Reserve), Status::Done);
        let call = json!({"user": "user", "model": model, "estimate": {"usd": usd}});
        let json = wire::step(&mut twin.engine, &json!({"at_ms": 7, "reserve": call}));
        let flag = |bit: u32| host.word(0) & bit != 0;
        assert_eq!(json["allowed"], flag(super::answer::ALLOWED));
        assert_eq!(json["action"], crate::action::Action::ALL[(host.word(1) & 255) as usize].as_str());
        assert_eq!(json["reason"], crate::decision::Reason::ALL[(host.word(1) >> 8 & 255) as usize].as_str());
        assert_eq!(json["budget"], format!("b{}", host.word(2)));
        for (word, key) in [(4, "limit"), (6, "spent"), (8, "held"), (10, "estimate"), (12, "remaining")] {
            assert_eq!(json[key], crate::amount::format(host.number(word), crate::unit::Unit::Usd), "{key}");
        }
        assert_eq!(json["window"]["end"], crate::time::format(host.number(16)));
        assert_eq!(json["reservation"].is_string(), flag(super::answer::RESERVATION));
        assert_eq!(json["triggered"].as_array().expect("a list").len(), host.word(3) as usize);
        let model_at = HALF + 4 * (super::answer::TRIGGERED + 2 * host.word(3) as usize);
        if flag(super::answer::DOWNGRADED) {
            assert_eq!(json["model"], "gpt-4o-mini");
            assert_eq!(&host.block[model_at..model_at + host.word(25) as usize], b"gpt-4o-mini");
        }
        if flag(super::answer::RESERVATION) && json["action"] == "warn" {
            let id = host.number(20) as f64;
            host.block[48..56].copy_from_slice(&id.to_le_bytes());
            host.write(&[], Some(usd), 8.0);
            assert_eq!(host.run(Op::Settle), Status::Done);
            let settle = json!({"at_ms": 8, "settle": json["reservation"], "actual": {"usd": usd}});
            let settled = wire::step(&mut twin.engine, &settle);
            assert_eq!(settled["usd"], crate::amount::format(host.number(6), crate::unit::Unit::Usd));
            assert_eq!(settled["outcome"], crate::engine::Outcome::ALL[host.word(1) as usize].as_str());
        }
        assert_eq!(host.word(24) as usize, host.engine.waiting_events());
    }
}

#[test]
fn what_is_not_plain_is_left_alone() {
    let mut host = Host::new(1);
    let before = host.engine.snapshot();
    let long = vec![b'a'; HALF];
    let cases: [(&[u8], Option<f64>, f64); 7] = [
        (b"\xff", None, 7.0),
        (&long, None, 7.0),
        (b"u", Some(f64::NAN), 7.0),
        (b"u", Some(-1.0), 7.0),
        (b"u", None, 7.5),
        (b"u", None, f64::INFINITY),
        (b"u", Some(1e300), 7.0),
    ];
    for (user, usd, now_ms) in cases {
        host.write(&[(0, user)], usd, now_ms);
        assert_eq!(host.run(Op::Reserve), Status::Json);
    }
    assert_eq!(run(&mut host.engine, 4, &mut host.block, &mut host.text), Status::Json);
    host.write(&[(0, b"u")], None, 7.0);
    host.epoch(9);
    assert_eq!(host.run(Op::Reserve), Status::Names);
    assert_eq!(host.engine.snapshot(), before);
}

#[test]
fn refusals_and_long_answers_come_as_text() {
    let mut host = Host::new(600);
    host.write(&[(0, b"")], None, 7.0);
    assert_eq!(host.run(Op::Reserve), Status::Text);
    assert!(host.text.contains(r#""error":"invalid_id""#), "{}", host.text);
    host.write(&[(0, b"u")], Some(2.0), 7.0);
    assert_eq!(host.run(Op::Reserve), Status::Text);
    let answer: Value = serde_json::from_str(&host.text).expect("JSON");
    assert_eq!(answer["triggered"].as_array().expect("a list").len(), 600);
    let raised = json!({"budgets": [{"id": "b", "scope": {"user": "*"}, "limit": {"usd": "9007199.254740993"},
        "window": "daily", "action": "block"}]});
    wire::step(&mut host.engine, &json!({"at_ms": 7, "set_policy": raised}));
    host.epoch(host.engine.epoch());
    host.write(&[(0, b"v")], Some(2.0), 7.0);
    assert_eq!(host.run(Op::Preview), Status::Text);
    assert!(host.text.contains(r#""limit":"9007199.254740993""#), "{}", host.text);
    host.block[48..56].copy_from_slice(&99.0_f64.to_le_bytes());
    host.write(&[], None, 8.0);
    assert_eq!(host.run(Op::Release), Status::Text);
    assert!(host.text.contains("unknown_reservation"));
}

#[test]
fn a_user_who_was_seen_is_known_by_a_handle_as_by_name() {
    let (mut host, mut twin) = (Host::new(1), Host::new(1));
    let handle = |host: &Host| host.number(26) as f64;
    for host in [&mut host, &mut twin] {
        host.write(&[(0, b"ann"), (1, b"free")], Some(0.01), 7.0);
        assert_eq!(
            (host.run(Op::Reserve), handle(host)),
            (Status::Done, 0.0),
            "the first has no counters yet"
        );
        host.write(&[(0, b"ann"), (1, b"free")], Some(0.01), 7.0);
        assert_eq!(host.run(Op::Reserve), Status::Done);
    }
    let ann = handle(&host);
    assert!(ann > 0.0);
    let seen = |host: &mut Host, user: f64, usd: f64, now_ms: f64| {
        host.write(&[(1, b"free")], Some(usd), now_ms);
        host.block[96..104].copy_from_slice(&user.to_le_bytes());
        let flags = host.block[56..60].first_chunk().map_or(0, |flags| u32::from_le_bytes(*flags));
        host.block[56..60].copy_from_slice(&(flags | request::SEEN).to_le_bytes());
        host.run(Op::Reserve)
    };
    assert_eq!(seen(&mut host, ann, 0.02, 8.0), Status::Done);
    twin.write(&[(0, b"ann"), (1, b"free")], Some(0.02), 8.0);
    assert_eq!(twin.run(Op::Reserve), Status::Done);
    assert_eq!(host.block[HALF..], twin.block[HALF..]);
    assert_eq!(host.engine.snapshot(), twin.engine.snapshot());
    // Not for an ordinary call of hers: nothing is held then.
    assert_eq!(seen(&mut host, ann, 0.99, 8.0), Status::Who);
    for nobody in [0.0, ann + 1.0, ann + 4_294_967_296.0, -ann, 0.5, f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(seen(&mut host, nobody, 0.01, 8.0), Status::Who, "{nobody}");
    }
    assert_eq!(host.engine.snapshot(), twin.engine.snapshot());
}

#[test]
fn a_handle_of_somebody_who_has_gone_leads_to_nobody() {
    let mut host = Host::new(1);
    let day = 86_400_000.0;
    let mut handles = Vec::new();
    // Somebody else's calls move the time on, less than a day at once.
    let mut calls: Vec<(&[u8], f64)> = vec![(b"ann", 0.1)];
    calls.extend((1..14).map(|half: u8| (&b"eve"[..], f64::from(half) / 2.0)));
    calls.push((b"bob", 6.9));
    for (name, at_ms) in calls.into_iter().map(|(name, days)| (name, (days * day).floor())) {
        for _ in 0..2 {
            host.write(&[(0, name)], Some(0.01), at_ms);
            assert_eq!(host.run(Op::Reserve), Status::Done);
        }
        handles.push(host.number(26) as f64);
    }
    let handles = [handles[0], handles[14]];
    let row = |handle: f64| (handle - 1.0) % 4_294_967_296.0;
    assert!(handles[0] > 0.0 && handles[0] != handles[1]);
    assert!((row(handles[0]) - row(handles[1])).abs() < 0.5, "bob has taken the row that ann had");
    for (handle, status) in [(handles[0], Status::Who), (handles[1], Status::Done)] {
        host.write(&[], Some(0.01), (6.9 * day).floor());
        host.block[96..104].copy_from_slice(&handle.to_le_bytes());
        host.block[56..60].copy_from_slice(&(request::AMOUNTS | request::SEEN).to_le_bytes());
        assert_eq!(host.run(Op::Reserve), status);
    }
}
