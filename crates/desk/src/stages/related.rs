//! Which other records a draft's kind looks at, found round by round: what its fields refer to, then the people whom these
//! name as approvers and their stand-ins.

use std::collections::BTreeSet;

use model::{Draft, Kind, Record, Value, kind::Related};

use super::approvals;

/// Whether the rules will look at anything: a write that touches none of it reads nothing more.
pub fn matters(kind: &Kind, draft: &Draft, before: Option<&Record>) -> bool {
    let Some(before) = before else { return !kind.looks_at.is_empty() };
    let differs = |name: &str| match name {
        "state" => draft.state != before.state,
        name => draft.fields.get(name) != before.fields.get(name),
    };
    let asks = kind.approval.is_some_and(|approval| before.fields.contains_key(approval.rows));
    let answers = kind.form.is_some_and(|form| differs(form.answers));
    let refers = kind.looks_at.iter().chain(&kind.looks_when).any(|name| differs(name));
    let moves = (kind.approval.is_some() || !kind.looks_back.is_empty()) && draft.state != before.state;
    !kind.looks_at.is_empty() && (asks || answers || refers || moves)
}

/// Numbers and e-mails that are wanted and not yet known.
pub fn wanted(kind: &Kind, draft: &Draft, known: &Related) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for name in &kind.looks_at {
        wanted.extend(draft.fields.get(*name).map(texts).unwrap_or_default());
    }
    // What the record that asks will give where the draft says nothing.
    if let Some((form, asking)) = kind.form.and_then(|form| Some((form, known.of(draft, form.by)?))) {
        let missing = |to: &str| kind.looks_at.contains(&to) && !draft.fields.contains_key(to);
        let offered = form.offered.iter().filter(|(_, to)| missing(to));
        wanted.extend(offered.filter_map(|(from, _)| asking.fields.get(*from)).flat_map(texts));
    }
    wanted.extend(approvals::people(kind, draft, known));
    wanted.retain(|reference| known.get(reference).is_none());
    wanted
}

/// The texts of a value: one, or those of a list.
pub fn texts(value: &Value) -> Vec<String> {
    value.entries().iter().filter_map(Value::as_text).filter(|text| *text != "none").map(str::to_string).collect()
}
