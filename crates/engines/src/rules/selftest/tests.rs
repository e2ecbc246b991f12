//! The built-in vectors pass; wrong ones fail; malformed ones are refused in a sentence and never panic.

use serde_json::{Value, json};

use super::{BUILT_IN_VECTORS, Outcome, selftest};

fn built_in() -> Value {
    serde_json::from_str(BUILT_IN_VECTORS).unwrap()
}

/// Runs one vector with the built-in calendars.
fn run(vector: &Value) -> Outcome {
    let mut file = built_in();
    file["vectors"] = json!([vector]);
    selftest(&file)
}

fn check(rule: &str, input: Value, expected: Value) {
    let outcome = run(&json!({"id": format!("{rule}-test"), "rule": rule, "input": input, "expected": expected}));
    assert_eq!(outcome.to_string(), "1 passed, 0 failed", "{input}");
}

/// The sentence with which a vector fails.
fn refusal(rule: &str, input: Value, expected: Value) -> String {
    let outcome = run(&json!({"id": format!("{rule}-test"), "rule": rule, "input": input, "expected": expected}));
    assert_eq!((outcome.passed, outcome.failed()), (0, 1));
    outcome.failures[0].to_string()
}

#[test]
fn built_in_vectors_pass() {
    let outcome = selftest(&built_in());
    let count = built_in()["meta"]["count"].as_u64().unwrap();
    assert_eq!(outcome.to_string(), format!("{count} passed, 0 failed"));
}

/// Every value below `value`, replaced by each of some others.
fn mutations(
    value: &Value,
    replacements: &impl Fn(&Value) -> Vec<Value>,
    found: &mut Vec<Value>,
    rebuild: &dyn Fn(Value) -> Value,
) {
    for replacement in replacements(value) {
        found.push(rebuild(replacement));
    }
    match value {
        Value::Object(parts) => {
            for name in parts.keys() {
                let inner = |part: Value| {
                    let mut whole = parts.clone();
                    whole.insert(name.clone(), part);
                    rebuild(Value::Object(whole))
                };
                mutations(&parts[name], replacements, found, &inner);
            }
        }
        Value::Array(items) => {
            // The first items stand for all of a long list.
            for (at, item) in items.iter().enumerate().take(3) {
                let inner = |part: Value| {
                    let mut whole = items.clone();
                    whole[at] = part;
                    rebuild(Value::Array(whole))
                };
                mutations(item, replacements, found, &inner);
            }
        }
        _ => {}
    }
}

#[test]
fn every_wrong_expectation_fails() {
    let wrong = |value: &Value| match value {
        Value::Null => vec![json!(false), json!(0), json!("x")],
        Value::Bool(flag) => vec![json!(!flag), Value::Null],
        Value::Number(number) => {
            vec![json!(number.as_i64().unwrap() + 1), json!(number.to_string() + "0"), Value::Null]
        }
        Value::String(text) => vec![json!(format!("{text}0")), json!("1"), Value::Null],
        Value::Array(items) => vec![json!([items.clone(), [json!("x")].to_vec()].concat()), Value::Null],
        Value::Object(_) => vec![json!({"more": 1}), json!(7)],
    };
    let mut file = built_in();
    let mut vectors = Vec::new();
    for vector in file["vectors"].as_array().unwrap() {
        for (name, wanted) in vector["expected"].as_object().unwrap() {
            let mut found = Vec::new();
            mutations(wanted, &wrong, &mut found, &|value| value);
            for wanted in found {
                let mut changed = vector.clone();
                changed["expected"][name] = wanted;
                vectors.push(changed);
            }
        }
    }
    assert!(vectors.len() > 1500, "{}", vectors.len());
    file["vectors"] = json!(vectors);
    let outcome = selftest(&file);
    let mut failed = outcome.failures.iter().map(|failure| failure.vector.as_str()).peekable();
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        assert!(failed.next_if(|name| *name == id).is_some(), "passed: {vector}");
    }
}

#[test]
fn malformed_vectors_never_panic() {
    let strange = |_: &Value| {
        vec![
            Value::Null,
            json!(-1),
            json!(u64::MAX),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(0.5),
            json!(1e300),
            json!(""),
            json!("9999-12-31"),
            json!("2026-03-29T01:30:00.999Z"),
            json!("79228162514264337593543950335"),
            json!("-0.0000000000000000000000000001"),
            json!([]),
            json!({}),
        ]
    };
    let mut file = built_in();
    let mut vectors = Vec::new();
    let mut last_rule = Value::Null;
    for vector in file["vectors"].as_array().unwrap() {
        // One vector of each rule, and all of those that come in several forms.
        if vector["rule"] != last_rule || vector["input"].get("kind").is_some() || vector["rule"] == json!("R23") {
            mutations(vector, &strange, &mut vectors, &|value| value);
        }
        last_rule = vector["rule"].clone();
    }
    file["vectors"] = json!(vectors);
    let outcome = selftest(&file);
    assert_eq!(outcome.passed + outcome.failed(), vectors.len());
    assert!(outcome.failed() > vectors.len() / 2);
    for strange in [json!(null), json!([]), json!({"vectors": {}}), json!({"vectors": []}), json!({"vectors": [1, {}]})]
    {
        assert!(selftest(&strange).failed() > 0, "{strange}");
    }
}

#[test]
fn refusals_name_the_field() {
    let input = json!({"calendar": "nowhere", "from": "2026-02-03T10:00:00Z", "to": "2026-02-03T12:30:00Z"});
    assert_eq!(
        refusal("R01", input, json!({"seconds": 1})),
        "R01-test: input.calendar names the calendar \"nowhere\", which the file does not have"
    );
    let input = json!({"calendar": "always", "from": "yesterday", "to": "2026-02-03T12:30:00Z"});
    assert_eq!(
        refusal("R01", input, json!({"seconds": 1})),
        "R01-test: input.from is \"yesterday\", not an instant such as 2026-02-03T09:00:00Z"
    );
    let counts = json!({"counts": {"met": 7, "missed": 25}, "target_percent": "20"});
    let wanted = json!({"missed": 24, "percent": {"num": 7, "den": 31, "shown": "22.58"}});
    assert_eq!(
        refusal("R09", counts, wanted),
        "R09-test: missed: wanted 24, got 25; percent: wanted {\"num\":7,\"den\":31,\"shown\":\"22.58\"}, \
         got {\"num\":7,\"den\":32,\"shown\":\"21.88\"}"
    );
    let input = json!({"calendar": "always", "from": "2026-02-03T12:30:00Z"});
    assert_eq!(refusal("R01", input, json!({"seconds": 1})), "R01-test: input.to is missing");
    let input = json!({"calendar": "always", "from": "2026-02-03T12:00:00Z", "to": "2026-02-03T12:30:00Z"});
    assert_eq!(refusal("R01", input.clone(), json!({"seconds": 1})), "R01-test: seconds: wanted 1, got 1800");
    assert_eq!(
        refusal("R01", input, json!({"secs": 1})),
        "R01-test: secs: wanted 1, but this form of the rule does not give it"
    );
    assert_eq!(
        refusal("R17", json!({"changes": [{"outcome": "fine"}]}), json!({"implemented": 1})),
        "R17-test: input.changes[0].outcome is \"fine\", not one of successful, failed, backed-out, partly, rejected, \
         cancelled"
    );
    let outcome = run(&json!({"id": "R99-01", "rule": "R99", "input": {}, "expected": {"x": 1}}));
    assert_eq!(
        outcome.to_string(),
        "R99-01: the rule R99 has no implementation\nwithout implementation: R99\n0 passed, 1 failed"
    );
    let outcome = selftest(&json!({"vectors": [{"rule": "R01", "input": {}, "expected": {"seconds": 1}}]}));
    assert_eq!(outcome.failures[0].to_string(), "vector 1: it has no text \"id\"");
}

#[test]
fn malformed_calendars_are_refused() {
    let with = |calendar: Value| {
        let input = json!({"calendar": "c", "from": "2026-02-03T10:00:00Z", "to": "2026-02-03T12:30:00Z"});
        let vector = json!({"id": "R01-x", "rule": "R01", "input": input, "expected": {"seconds": 0}});
        selftest(&json!({"calendars": {"c": calendar}, "vectors": [vector]})).to_string()
    };
    assert!(with(json!({"zone": "+02:00", "week": {}})).contains("calendars.c.zone: \"+02:00\" is not a time zone"));
    assert!(with(json!({"zone": "UTC", "week": {"day": []}})).contains("calendars.c.week.day is no weekday"));
    assert!(with(json!({"zone": "UTC", "week": {"mon": [["22:00", "06:00"]]}})).contains("calendars.c.week.mon[0]"));
    assert!(with(json!({"zone": "UTC", "week": {"mon": [["9", "10"]]}})).contains("\"9\" is not a time of day"));
    assert!(with(json!({"zone": "UTC", "week": {}, "holidays": ["2026-02-30"]})).contains("calendars.c.holidays[0]"));
    assert!(with(json!({"zone": "UTC", "week": {}, "special": {"soon": []}})).contains("calendars.c.special.soon"));
    assert_eq!(with(json!({"zone": "UTC", "week": {}})), "1 passed, 0 failed");
}

#[test]
fn nothing_to_divide_by_is_no_data() {
    let none = json!({"num": null, "den": null, "shown": null});
    let counts = json!({"counts": {"met": 0, "cancelled": 3}, "target_percent": "95"});
    check("R09", counts, json!({"percent": none, "target_reached": null, "met": 0, "missed": 0}));
    let period = json!(["2026-02-01T00:00:00Z", "2026-02-01T04:00:00Z"]);
    let input = json!({"calendar": "london-office", "period": period, "outages": [], "target_percent": "99"});
    check("R13", input, json!({"agreed_service_seconds": 0, "percent": none, "target_reached": null}));
    check("R18", json!({"tickets": []}), json!({"eligible": 0, "share": none}));
    let empty = json!({"open": 0, "ages_days": [], "median_days": null, "p90_days": null, "mean_days": null});
    check("R19", json!({"opened": [], "as_of": "2026-03-01T09:00:00Z"}), empty);
    check("R25", json!({"kind": "nps", "scores": []}), json!({"nps": null, "enough": false}));
    check("R33", json!({"checked": 0, "wrong": 0}), json!({"accuracy": none, "good_enough": null}));
    let slo = json!({"slo_percent": "100", "window_seconds": 3600, "bad_seconds": 5});
    check("R23", slo, json!({"budget_seconds": "0.0", "left_seconds": "-5.0", "used": none}));
}

#[test]
fn texts_of_the_rules_that_no_built_in_vector_shows() {
    let maintenance = json!([{"start": "2026-02-15T02:00:00Z", "end": "2026-02-15T04:00:00Z",
        "announced": "2026-02-12T02:00:00Z"}]);
    let input = json!({"calendar": "always", "period": ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"],
        "outages": [["2026-02-15T02:00:00Z", "2026-02-15T04:00:00Z"]], "maintenance": maintenance,
        "min_notice_hours": 72, "maintenance_cap_minutes": 90, "target_percent": "99.9"});
    check("R13", input, json!({"counted_seconds": 2_419_200 - 5400, "downtime_seconds": 1800}));

    let falling = json!({"points": [["2026-01-01", "60"], ["2026-01-11", "55"]], "threshold": "80",
        "as_of": "2026-01-11", "lead_days": 14});
    let expected = json!({"slope_per_day": "-0.500000", "fitted_now": "55.0000", "threshold_date": null,
        "order_by": null, "state": "not-rising"});
    check("R20", falling, expected);
    let one_day = json!({"points": [["2026-01-01", "60"], ["2026-01-01", "61"]], "threshold": "80",
        "as_of": "2026-01-11", "lead_days": 14});
    check("R20", one_day, json!({"slope_per_day": null, "fitted_now": null, "state": "too-few-points"}));

    let renewed = json!({"kind": "renew", "valid_to": "2029-03-14", "decision": "2029-02-20"});
    check("R26", renewed.clone(), json!({"path": "renewed", "valid_to": "2032-03-14", "gap_days": 0}));
    check("R26", renewed.clone(), json!({"valid_from": "2029-03-15"}));
    check("R26", renewed.clone(), json!({"valid_from": "2029-02-20"}));
    assert!(refusal("R26", renewed.clone(), json!({"valid_from": "2029-02-19"})).contains("got \"2029-03-15\""));
    assert!(refusal("R26", renewed, json!({"path": "restored"})).contains("got \"renewed\""));

    let duty = json!({"last_done": "2025-08-20", "interval_months": 12, "as_of": "2026-07-20", "soon_days": 30});
    check("R27", duty.clone(), json!({"due": "2026-08-20", "state": "ok", "days_left": 31}));
    assert!(refusal("R27", duty, json!({"state": "due-soon"})).contains("got \"in-time\""));

    let few = json!({"values": ["1", "2", "3", "4", "5"], "higher_is_better": true});
    check("R29", few, json!({"trend": "not-enough", "change": {"num": null, "den": null, "shown": null}}));
    let on_budget = json!({"budget_cents": 0, "actual_cents": 0, "flag_over_percent": 10});
    check("R22", on_budget, json!({"variance_cents": 0, "side": "on", "flag": false, "variance": null}));

    let csat = json!({"kind": "csat", "scores": [5, 4, 4, 3], "invited": 8, "min_answers": 4});
    let expected = json!({"answers": 4, "csat": {"num": 3, "den": 4, "shown": "75.00"}, "mean": "4.00",
        "response": {"num": 1, "den": 2, "shown": "50.00"}, "enough": true});
    check("R25", csat.clone(), expected);
    check("R25", csat, json!({"mean": "4.0"}));

    let reduced = json!({"people": 60, "factors_percent": [-20, -25], "max_reduction_percent": -30,
        "table": [[46, 125, "8.5"]]});
    check(
        "R31",
        reduced,
        json!({"base_days": "8.5", "factor_percent": -30, "initial_days": "6.0",
        "surveillance_days": "2.0", "recertification_days": "4.0"}),
    );

    // The target is used up exactly at the change: breached at that moment, says R07.
    let targets = json!({"P2": {"calendar": "always", "minutes": 60}, "P3": {"calendar": "always", "minutes": 600}});
    let changes = json!([["2026-02-03T09:00:00Z", "P3"], ["2026-02-03T10:00:00Z", "P2"]]);
    let input = json!({"targets": targets, "changes": changes, "now": "2026-02-03T10:00:00Z"});
    let moment = "2026-02-03T10:00:00Z";
    check("R07", input, json!({"consumed_seconds": 3600, "due": moment, "first_breach": moment}));
}

#[test]
fn long_chains_stay_exact() {
    // 1999^20 over 2000^20, far beyond 128 bits.
    let input = json!({"kind": "series", "parts_percent": vec!["99.95"; 20]});
    let denominator = format!("1048576{}", "0".repeat(60));
    let reason = refusal("R14", input.clone(), json!({"percent": {"den": 1, "shown": "99.0047"}}));
    assert!(reason.contains(&format!("\"den\":\"{denominator}\"")), "{reason}");
    let as_read: Value = serde_json::from_str(&denominator).unwrap();
    check("R14", input, json!({"percent": {"den": as_read, "shown": "99.0047"}}));
}
