//! New records that follow from others: what the page of a record offers, and how the form of the new one begins.

use std::collections::BTreeMap;

use desk::{Shown, rights};
use model::{Act, Catalog, Kind, Refusal, Value, command::Raw, handling::Offer};

use super::sent::{Sent, write};
use crate::{App, Seat, view::parts::Link};

/// The parameter that names the records from which a new one follows.
pub const FROM: &str = "__from";
/// Most of them.
pub const MOST: usize = 200;

/// What a record's page offers to begin, as far as the reader may.
pub fn links(catalog: &Catalog, seat: &Seat, kind: &Kind, number: &str) -> Vec<Link> {
    let link = |offer: &Offer| {
        let to = catalog.find(offer.kind).filter(|to| rights::may(&seat.actor, to, Act::Create, None))?;
        let from = super::address::segment(number);
        Some(Link::new(format!("{}…", offer.label), format!("/{}/new?{FROM}={from}", to.plural)))
    };
    kind.offers.iter().filter_map(link).collect()
}

/// Fills a new form with what is known from the records that it follows from, as the reader sees them.
///
/// # Errors
/// `NotFound` for a number that is not there or not for the reader; `Invalid` for one that nothing of this kind follows from.
pub async fn fill(app: &App, seat: &Seat, kind: &Kind, given: &Sent, sent: &mut Sent) -> Result<(), Refusal> {
    let catalog = app.desk.catalog();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for number in given.all(FROM).take(MOST) {
        let shown = app.desk.find(&seat.actor, number.trim(), seat.now).await?;
        let source = catalog.find(shown.kind()).ok_or(Refusal::NotFound)?;
        let offer = source.offers.iter().find(|offer| offer.kind == kind.name).ok_or_else(|| {
            Refusal::field(FROM, format!("no {} follows from {}", kind.label.to_lowercase(), shown.number()))
        })?;
        carry(kind, source, offer, &shown, &mut pairs);
    }
    let names: Vec<String> = pairs.iter().map(|pair| pair.0.split('.').next().unwrap_or(&pair.0).to_string()).collect();
    let filled = Sent::new(pairs);
    for name in names {
        sent.take(&name, &filled);
    }
    Ok(())
}

/// The offer by which a record of a kind is split off from another one of it, and the field that says from which.
pub fn splitting(kind: &Kind) -> Option<(&Offer, &'static str)> {
    let offer = kind.offers.iter().find(|offer| offer.kind == kind.name)?;
    let origin = offer.carries.iter().find(|(_, from)| *from == "number")?;
    Some((offer, origin.0))
}

/// What a new record of the same kind begins with, of one that it is split off from.
pub fn carried(kind: &Kind, offer: &Offer, shown: &Shown) -> BTreeMap<String, Raw> {
    let says = offer.says.iter().map(|(to, says)| ((*to).to_string(), Raw::Text((*says).to_string())));
    let mut fields: BTreeMap<String, Raw> = says.collect();
    for (to, from) in offer.carries {
        let Some(value) = shown.value(kind, from) else { continue };
        let many = matches!(super::timeline::type_of(kind, to), model::Type::List(_));
        let value = if many && !matches!(value, Value::List(_)) { Value::List(vec![value]) } else { value };
        fields.insert((*to).to_string(), Raw::Json(value.to_json()));
    }
    fields
}

fn carry(kind: &Kind, source: &Kind, offer: &Offer, shown: &Shown, pairs: &mut Vec<(String, String)>) {
    for (to, says) in offer.says {
        if !pairs.iter().any(|pair| pair.0 == *to) {
            pairs.push(((*to).into(), (*says).into()));
        }
    }
    for (to, from) in offer.carries {
        let Some(value) = shown.value(source, from) else { continue };
        let ty = super::timeline::type_of(kind, to);
        let many = matches!(ty, model::Type::List(_));
        if !many && pairs.iter().any(|pair| pair.0 == *to) {
            continue;
        }
        let mut own = Vec::new();
        let value = if many && !matches!(value, Value::List(_)) { Value::List(vec![value]) } else { value };
        write(&ty, to, &value, &mut own);
        own.retain(|pair| !pairs.contains(pair));
        pairs.extend(own);
    }
}
