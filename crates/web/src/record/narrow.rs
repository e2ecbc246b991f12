//! What the small forms of a list send, made into the one address that holds the view: columns, picks, one more filter.

use model::{Filter, Kind, Type, filter::Operand, filter_text, filter_write};

use super::{
    address::Address,
    chip::{conjuncts, path_of},
};

/// Parameters that only the forms of a list use; they never stay in an address.
const OWN: &[&str] = &["set", "column", "field", "test", "to", "in", "day"];

/// The address that a form of the list means; `None` when the address is already whole.
pub fn settled(here: &Address, kind: &Kind) -> Option<Address> {
    let set = here.get("set")?;
    let rest = here.without(OWN).without(&["page_token"]);
    Some(match set {
        "columns" => {
            let columns: Vec<&str> = here.all("column").collect();
            let own = columns.is_empty() || columns == kind.columns;
            rest.with("fields", if own { String::new() } else { columns.join(",") })
        }
        "pick" => picked(here, &rest, kind),
        "filter" => added(here, &rest),
        "as_of" => rest.with("as_of", here.get("day").unwrap_or_default()),
        // Unknown forms lose nothing: the view stays as it is.
        _ => rest,
    })
}

/// `field in (…)` in place of what the filter says of that field so far.
fn picked(here: &Address, rest: &Address, kind: &Kind) -> Address {
    let (Some(field), Some(ty)) = (here.get("field"), here.get("field").and_then(|field| kind.type_of(field))) else {
        return rest.clone();
    };
    let text = rest.get("filter").unwrap_or_default();
    // A filter that cannot be read stays as it is, with its error, until it is put right.
    let Ok(filter) = filter_text::parse(text, kind) else { return rest.clone() };
    let mut parts = conjuncts(&filter);
    parts.retain(|part| path_of(part) != Some(field));
    let values: Vec<&str> = here.all("in").map(str::trim).filter(|value| !value.is_empty()).collect();
    let filled = Filter::Filled { path: field.into() };
    let operand = |value: &str| match value {
        "me" if matches!(ty, Type::Person) => Operand::Me,
        other => Operand::Value(model::Value::text(other)),
    };
    let named: Vec<Operand> = values.iter().filter(|value| **value != NOTHING).map(|value| operand(value)).collect();
    let some = match named.as_slice() {
        [] => None,
        [one] => Some(Filter::Compare { path: field.into(), op: model::filter::Op::Equal, value: one.clone() }),
        many => Some(Filter::In { path: field.into(), values: many.to_vec() }),
    };
    let none = values.contains(&NOTHING).then(|| Filter::Not(Box::new(filled)));
    parts.extend(match (some, none) {
        (Some(some), Some(none)) => Some(Filter::Any(vec![some, none])),
        (some, none) => some.or(none),
    });
    rest.with("filter", filter_write::write(&Filter::All(parts), kind))
}

/// Stands for "is empty" among the picks.
pub const NOTHING: &str = "(empty)";

/// One more test behind what is there; a mistake in it is told by the filter's own sentence.
fn added(here: &Address, rest: &Address) -> Address {
    let (field, test) = (here.get("field").unwrap_or_default(), here.get("test").unwrap_or("="));
    let to = here.get("to").unwrap_or_default().trim();
    let test = match test {
        "is filled" | "is empty" => format!("{field} {test}"),
        _ if to.is_empty() => return rest.clone(),
        _ => format!("{field} {test} {}", value(to)),
    };
    let before = rest.get("filter").map(str::trim).unwrap_or_default();
    let text = match before {
        "" => test,
        one if one.to_lowercase().contains(" or ") => format!("({one}) and {test}"),
        one => format!("{one} and {test}"),
    };
    rest.with("filter", text)
}

/// Times relative to now and "me" keep their meaning; everything else is quoted where it must be.
fn value(text: &str) -> String {
    let relative = text == "me" || text.starts_with("now") || text.starts_with("today");
    let plain = text.chars().all(|c| c.is_alphanumeric() || "_-.:@".contains(c));
    if relative || plain { text.into() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use model::field::{Choice, Key, Person};

    use super::*;

    fn kind() -> Kind {
        Kind::new("ticket", "tickets", "TIC")
            .field(Key::<Choice>::new("priority").choice(&["P1", "P2"]))
            .field(Key::<Person>::new("owner").person())
            .list(&["number", "title"])
    }

    fn settle(query: &str) -> String {
        let found = settled(&Address::read("/tickets", query), &kind()).unwrap();
        found.get("filter").unwrap_or_default().to_string()
    }

    #[test]
    fn picks_replace_and_tests_add() {
        assert_eq!(settle("set=pick&field=priority&in=P1&in=P2"), "priority in (P1, P2)");
        assert_eq!(
            settle("set=pick&field=priority&in=P1&filter=priority+=+P2+and+owner+=+me"),
            "owner = me and priority = P1"
        );
        assert_eq!(settle("set=pick&field=priority&filter=priority+=+P2"), "");
        assert_eq!(settle("set=pick&field=owner&in=me&in=(empty)"), "owner = me or owner is empty");
        assert_eq!(
            settle("set=filter&field=title&test=contains&to=card+pay&filter=owner+=+me"),
            "owner = me and title contains \"card pay\""
        );
        assert_eq!(settle("set=filter&field=owner&test=is+empty"), "owner is empty");
    }

    #[test]
    fn columns_are_told_only_where_they_differ() {
        let here = |query| settled(&Address::read("/tickets", query), &kind()).unwrap().to_string();
        assert_eq!(here("set=columns&column=number&column=owner&page_token=x"), "/tickets?fields=number%2Cowner");
        assert_eq!(here("set=columns&column=number&column=title&fields=owner"), "/tickets");
        assert_eq!(settled(&Address::read("/tickets", "filter=x"), &kind()), None);
    }
}
