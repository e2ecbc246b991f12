//! A filter back as people write it, so that an address, a saved view and a text box can hold it.

use crate::{
    filter::{Filter, Op, Operand},
    kind::Kind,
    time::{DAY, HOUR, MINUTE},
    types::Type,
    value::Value,
};

/// The text that [`crate::filter_text::parse`] reads as this filter; empty for everything.
pub fn write(filter: &Filter, kind: &Kind) -> String {
    match filter {
        Filter::All(parts) => joined(parts, " and ", kind),
        Filter::Any(parts) => joined(parts, " or ", kind),
        Filter::Not(part) => match &**part {
            Filter::Compare { path, op: Op::Equal, value } => format!("{path} != {}", operand(value, kind, path)),
            Filter::In { path, values } => format!("{path} not in ({})", operands(values, kind, path)),
            Filter::Filled { path } => format!("{path} is empty"),
            other => format!("not {}", enclosed(other, kind)),
        },
        Filter::Compare { path, op, value } => format!("{path} {} {}", op.sign(), operand(value, kind, path)),
        Filter::In { path, values } => format!("{path} in ({})", operands(values, kind, path)),
        Filter::Contains { path, text } => format!("{path} contains {}", quoted(text)),
        Filter::Filled { path } => format!("{path} is filled"),
        Filter::Linked { name, kind, number } => {
            let mut text = "linked".to_string();
            if let Some(name) = name {
                text.push_str(&format!(" as {}", word(name)));
            }
            if let Some(to) = number.as_ref().or(kind.as_ref()) {
                text.push_str(&format!(" to {}", word(to)));
            }
            text
        }
    }
}

fn joined(parts: &[Filter], by: &str, kind: &Kind) -> String {
    match parts {
        [one] => write(one, kind),
        many => many.iter().map(|part| enclosed(part, kind)).collect::<Vec<_>>().join(by),
    }
}

fn enclosed(filter: &Filter, kind: &Kind) -> String {
    match filter {
        Filter::All(_) | Filter::Any(_) => format!("({})", write(filter, kind)),
        _ => write(filter, kind),
    }
}

fn operands(values: &[Operand], kind: &Kind, path: &str) -> String {
    values.iter().map(|value| operand(value, kind, path)).collect::<Vec<_>>().join(", ")
}

fn operand(value: &Operand, kind: &Kind, path: &str) -> String {
    match value {
        Operand::Me => "me".into(),
        Operand::Now(0) => "now".into(),
        Operand::Now(offset) => format!("now {} {}", if *offset < 0 { '-' } else { '+' }, length(offset.abs())),
        Operand::Value(Value::Text(text)) => {
            let relative =
                matches!(kind.type_of(path), Some(Type::Person | Type::Date | Type::Instant | Type::List(_)));
            // A word that means something else where it stands is quoted.
            if relative && (text == "me" || text.starts_with("now") || text.starts_with("today")) {
                quoted(text)
            } else {
                word(text)
            }
        }
        Operand::Value(other) => word(&plain(other)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.normalize().to_string(),
        other => Type::Mixed.print(other),
    }
}

fn length(milliseconds: i64) -> String {
    let units = [(7 * DAY, 'w'), (DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')];
    let (size, unit) = units.into_iter().find(|(size, _)| milliseconds % size == 0).unwrap_or((MINUTE, 'm'));
    format!("{}{unit}", milliseconds / size)
}

fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-.:@/%+".contains(c);
    let meant = ["and", "or", "not", "in", "is"].contains(&text.to_ascii_lowercase().as_str());
    if !text.is_empty() && !meant && text.chars().all(plain) { text.into() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        field::{Choice, Key, Many, Person, Ref, Text},
        filter_text::parse,
        time::Moment,
    };

    fn kind() -> Kind {
        Kind::new("incident", "incidents", "INC")
            .field(Key::<Choice>::new("priority").choice(&["P1", "P2", "P3"]))
            .field(Key::<Person>::new("owner").person())
            .field(Key::<Text>::new("symptom").text())
            .field(Key::<bool>::new("major").flag())
            .field(Key::<crate::Decimal>::new("users").number())
            .field(Key::<Moment>::new("raised_on").instant())
            .field(Key::<Many<Ref>>::new("services").references(&["service"]))
    }

    fn text(path: &'static str) -> impl Strategy<Value = Filter> {
        ".{1,12}".prop_filter("needs a letter", |text| !text.trim().is_empty() && text.trim() == text).prop_flat_map(
            move |text| {
                let value = Operand::Value(Value::text(&text));
                prop_oneof![
                    Just(Filter::Compare { path: path.into(), op: Op::Equal, value: value.clone() }),
                    Just(Filter::In { path: path.into(), values: vec![value.clone(), value] }),
                    Just(Filter::Contains { path: path.into(), text }),
                    Just(Filter::Filled { path: path.into() }),
                ]
            },
        )
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let at = |value: Operand| Filter::Compare { path: "raised_on".into(), op: Op::Greater, value };
        let leaf = prop_oneof![
            text("symptom"),
            text("services"),
            text("owner"),
            (-5_000i64..5_000).prop_map(move |minutes| at(Operand::Now(minutes * MINUTE))),
            (0i64..4_000_000_000_000).prop_map(move |ms| at(Operand::Value(Value::Instant(Moment(ms))))),
            Just(Filter::Compare { path: "owner".into(), op: Op::Equal, value: Operand::Me }),
            Just(Filter::Compare { path: "major".into(), op: Op::Equal, value: Operand::Value(Value::Flag(true)) }),
            (-1_000i64..1_000).prop_map(|number| Filter::Compare {
                path: "users".into(),
                op: Op::AtMost,
                value: Operand::Value(Value::Number(crate::Decimal::new(number, 1))),
            }),
            Just(Filter::Linked { name: Some("caused_by".into()), kind: Some("change".into()), number: None }),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::All),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Any),
                inner.prop_map(|filter| Filter::Not(Box::new(filter))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_the_same_filter(filter in filters()) {
            let text = write(&filter, &kind());
            prop_assert_eq!(parse(&text, &kind()), Ok(filter), "{}", text);
        }
    }

    #[test]
    fn reads_well() {
        let text =
            "state != withdrawn and priority in (P1, P2) and (owner = me or owner is empty) and raised_on > now - 30d";
        assert_eq!(write(&parse(text, &kind()).unwrap(), &kind()), text);
    }
}
