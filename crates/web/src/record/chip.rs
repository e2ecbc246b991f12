//! The conditions of a list in words, one chip each, and the address without it.

use desk::Names;
use model::{
    Filter, Kind, Type, Value,
    filter::{Op, Operand},
    filter_write,
};

use super::address::Address;
use crate::view::{parts::Chip, time};

/// The conditions that all must hold, one by one.
pub fn conjuncts(filter: &Filter) -> Vec<Filter> {
    match filter {
        Filter::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        one => vec![one.clone()],
    }
}

/// One chip for each condition of the filter.
pub fn chips(filter: &Filter, kind: &Kind, names: &Names, here: &Address) -> Vec<Chip> {
    let parts = conjuncts(filter);
    let chip = |at: usize| {
        let others: Vec<Filter> =
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| part.clone()).collect();
        let without = here.without(&["page_token"]).with("filter", filter_write::write(&Filter::All(others), kind));
        Chip { text: words(&parts[at], kind, names), without: without.to_string() }
    };
    (0..parts.len()).map(chip).collect()
}

/// The field that a condition is about, where it is about one.
pub fn path_of(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Compare { path, .. }
        | Filter::In { path, .. }
        | Filter::Contains { path, .. }
        | Filter::Filled { path } => Some(path),
        Filter::Not(part) => path_of(part),
        _ => None,
    }
}

/// References and people that a filter names, to look their names up with those of the rows.
pub fn named(filter: &Filter) -> Vec<String> {
    let text = |operand: &Operand| match operand {
        Operand::Value(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().flat_map(named).collect(),
        Filter::Not(part) => named(part),
        Filter::Compare { value, .. } => text(value).into_iter().collect(),
        Filter::In { values, .. } => values.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

/// A condition as people say it: `Priority: P1, P2`.
pub fn words(filter: &Filter, kind: &Kind, names: &Names) -> String {
    let label = |path: &str| label_of(kind, path);
    let value = |path: &str, operand: &Operand| operand_words(kind, path, operand, names);
    let values = |path: &str, operands: &[Operand]| {
        operands.iter().map(|operand| value(path, operand)).collect::<Vec<_>>().join(", ")
    };
    match filter {
        Filter::Compare { path, op: Op::Equal, value: operand } => format!("{}: {}", label(path), value(path, operand)),
        Filter::Compare { path, op, value: operand } => {
            format!("{} {} {}", label(path), op_words(kind, path, *op), value(path, operand))
        }
        Filter::In { path, values: operands } => format!("{}: {}", label(path), values(path, operands)),
        Filter::Contains { path, text } => format!("{} contains “{text}”", label(path)),
        Filter::Filled { path } => format!("{}: filled", label(path)),
        Filter::Linked { .. } => sentence(&filter_write::write(filter, kind)),
        Filter::Not(part) => match &**part {
            Filter::Compare { path, op: Op::Equal, value: operand } => {
                format!("{}: not {}", label(path), value(path, operand))
            }
            Filter::In { path, values: operands } => format!("{}: none of {}", label(path), values(path, operands)),
            Filter::Filled { path } => format!("{}: empty", label(path)),
            _ => sentence(&filter_write::write(filter, kind)),
        },
        Filter::All(_) | Filter::Any(_) => sentence(&filter_write::write(filter, kind)),
    }
}

fn sentence(text: &str) -> String {
    model::lifecycle::sentence_case(&text.replace('_', " "))
}

/// The label of a path; a part stands behind its field: `Review, on`.
pub fn label_of(kind: &Kind, path: &str) -> String {
    match path.split_once('.') {
        None => kind.label_of(path),
        Some((name, rest)) => format!("{}, {}", kind.label_of(name), rest.replace(['.', '_'], " ")),
    }
}

fn op_words(kind: &Kind, path: &str, op: Op) -> &'static str {
    let timely = matches!(kind.type_of(path), Some(Type::Date | Type::Instant));
    match (op, timely) {
        (Op::Less, true) => "before",
        (Op::AtMost, true) => "until",
        (Op::Greater, true) => "after",
        (Op::AtLeast, true) => "from",
        (op, _) => op.sign(),
    }
}

fn operand_words(kind: &Kind, path: &str, operand: &Operand, names: &Names) -> String {
    match operand {
        Operand::Me => "me".into(),
        Operand::Now(0) => "now".into(),
        Operand::Now(offset) => {
            let length = time::span(offset.abs());
            if *offset < 0 { format!("{length} ago") } else { format!("in {length}") }
        }
        Operand::Value(Value::Text(text)) => {
            let person = names.people.get(text).map(|person| person.0.clone());
            let record = names.records.get(text).map(|record| record.0.clone());
            person.or(record).unwrap_or_else(|| match kind.type_of(path) {
                Some(ty) => ty.print(&Value::text(text)),
                None => text.clone(),
            })
        }
        Operand::Value(Value::Instant(at)) if at.0 % model::time::DAY == 0 => time::day(at.date()),
        Operand::Value(Value::Instant(at)) => time::exact(*at),
        Operand::Value(Value::Date(date)) => time::day(*date),
        Operand::Value(value) => kind.type_of(path).unwrap_or(Type::Mixed).print(value),
    }
}

#[cfg(test)]
mod tests {
    use model::{
        field::{Choice, Key, Person},
        filter_text::parse,
    };

    use super::*;

    fn kind() -> Kind {
        Kind::new("ticket", "tickets", "TIC")
            .field(Key::<Choice>::new("priority").choice(&["P1", "P2"]))
            .field(Key::<Person>::new("owner").person())
            .field(Key::<model::Moment>::new("raised_on").instant())
    }

    #[test]
    fn each_condition_is_one_chip_that_can_go() {
        let text = "priority in (P1, P2) and owner != me and raised_on > now - 30d and title contains card";
        let filter = parse(text, &kind()).unwrap();
        let here = Address::read("/tickets", "page_token=x").with("filter", text);
        let chips = chips(&filter, &kind(), &Names::default(), &here);
        let words: Vec<&str> = chips.iter().map(|chip| chip.text.as_str()).collect();
        assert_eq!(words, ["Priority: P1, P2", "Owner: not me", "Raised on after 30 d ago", "Title contains “card”"]);
        let left = Address::read("/tickets", chips[1].without.split_once('?').unwrap().1);
        assert_eq!(
            left.get("filter"),
            Some("priority in (P1, P2) and raised_on > now - 30d and title contains \"card\"")
        );
        assert_eq!(left.get("page_token"), None);
    }
}
