//! From what a tool calls things to the configuration item and the service on record, and to planned work that explains it.

use std::collections::{BTreeMap, HashMap};

use events::Event;
use model::{
    Catalog, Filter, Kind, Moment, Type, Value,
    filter::{Context, Op, Operand},
    monitoring::{Monitored, Planned},
};

use crate::{
    monitoring::Source,
    store::{
        db::Conn,
        events as store,
        fault::Fault,
        filter::Builder,
        known::{self, Known},
        record,
    },
};

/// Where a trouble is, as far as it is on record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    pub item: Option<String>,
    pub service: Option<String>,
    /// The customer whose item it is.
    pub customer: Option<String>,
    /// What is to be said where something is not known, for the people who work on it.
    pub doubt: String,
}

/// Names that were looked up in this transaction.
#[derive(Default)]
pub struct Names {
    found: HashMap<Vec<String>, Vec<Known>>,
}

impl Names {
    async fn find(&mut self, conn: &mut Conn, names: Vec<String>) -> Result<Vec<Known>, Fault> {
        if let Some(found) = self.found.get(&names) {
            return Ok(found.clone());
        }
        let found = known::find(conn, &names).await?;
        self.found.insert(names, found.clone());
        Ok(found)
    }
}

/// Finds item and service: what the mapping says first, then what the event calls them.
pub async fn place(
    conn: &mut Conn,
    names: &mut Names,
    kind: &Kind,
    source: &Source,
    event: &Event,
    mapped: &BTreeMap<String, String>,
) -> Result<Place, Fault> {
    let Some(of) = kind.monitored else { return Ok(Place::default()) };
    let said = |name: &str, otherwise: Vec<String>| match mapped.get(name) {
        Some(value) => vec![events::known_as(value)],
        None => otherwise,
    };
    let (items, services) = (said("ci", event.items()), said("service", event.services()));
    let mut all = [items.clone(), services.clone()].concat();
    all.sort_unstable();
    all.dedup();
    let found: Vec<Known> = names
        .find(conn, all)
        .await?
        .into_iter()
        // What belongs to another customer is not this source's to name.
        .filter(|known| {
            let own = &source.policy.customer;
            own.is_empty() || known.customer.is_empty() || known.customer == *own
        })
        .collect();
    let (item, item_doubt) = chosen(&found, &kinds_of(kind, of.item), &items, "configuration item");
    let (service, service_doubt) = chosen(&found, &kinds_of(kind, of.service), &services, "service");
    let mut place = Place { doubt: item_doubt, ..Place::default() };
    if let Some(item) = item {
        place.customer = Some(item.customer.clone()).filter(|number| !number.is_empty());
        place.service = Some(item.service.clone()).filter(|number| !number.is_empty());
        place.item = Some(item.number.clone());
    }
    if let Some(service) = service {
        place.service = Some(service.number.clone());
    }
    if let (Some(item), None) = (&place.item, &place.service) {
        // The item does not say whose it is; perhaps one service says that it consists of it.
        let wholes = vec![known::whole_of(item)];
        let found = names.find(conn, wholes.clone()).await?;
        let (whole, _) = chosen(&found, &kinds_of(kind, of.service), &wholes, "service");
        place.service = whole.map(|known| known.number.clone());
    }
    if place.service.is_none() && !service_doubt.is_empty() {
        place.doubt = [place.doubt, service_doubt].join("\n").trim().to_string();
    }
    Ok(place)
}

fn kinds_of(kind: &Kind, field: &str) -> Vec<&'static str> {
    match kind.type_of(field) {
        Some(Type::Ref(refs)) => refs.kinds,
        _ => Vec::new(),
    }
}

/// The one record that goes by the likeliest name; where none or several do, what is to be said about it.
fn chosen<'k>(found: &'k [Known], kinds: &[&str], names: &[String], what: &str) -> (Option<&'k Known>, String) {
    for name in names {
        let mut of_name: Vec<&Known> =
            found.iter().filter(|known| known.name == *name && kinds.contains(&known.kind.as_str())).collect();
        of_name.dedup_by(|left, right| left.number == right.number);
        match of_name.as_slice() {
            [] => {}
            [one] => return (Some(one), String::new()),
            many => {
                let numbers: Vec<&str> = many.iter().take(5).map(|known| known.number.as_str()).collect();
                return (None, format!("The {what} is not clear: {} all go by \"{name}\".", numbers.join(", ")));
            }
        }
    }
    let told: Vec<String> = names.iter().take(5).map(|name| format!("\"{name}\"")).collect();
    let doubt = match told.as_slice() {
        [] => format!("The {what} is not known: the event names none."),
        _ => format!("The {what} is not known: none on record goes by {}.", told.join(", ")),
    };
    (None, doubt)
}

/// Planned work that touches the place at this moment: its number, and until when.
pub async fn planned(
    conn: &mut Conn,
    catalog: &Catalog,
    place: &Place,
    now: Moment,
) -> Result<Option<(String, Moment)>, Fault> {
    let touched: Vec<&String> = place.item.iter().chain(&place.service).collect();
    if touched.is_empty() {
        return Ok(None);
    }
    for kind in catalog.kinds() {
        let Some(of) = kind.planned else { continue };
        let mut builder = Builder::new(conn.dialect(), Context { me: "", now });
        let condition = builder.filter(&holds_now(&of, &touched), kind);
        let Some(number) = store::first_number(conn, kind.name, &condition, &builder.args).await? else { continue };
        let found = record::load(conn, catalog, std::slice::from_ref(&number), false).await?;
        let end = found.get(&number).and_then(|kept| kept.record.value(kind, of.to)?.as_moment());
        // One without an end holds until somebody ends it.
        return Ok(Some((number, end.unwrap_or(now.plus(model::time::DAY)))));
    }
    Ok(None)
}

fn holds_now(of: &Planned, touched: &[&String]) -> Filter {
    let at = |path: &str, op: Op| Filter::Compare { path: path.into(), op, value: Operand::Now(0) };
    let values = |texts: Vec<&str>| texts.into_iter().map(|text| Operand::Value(Value::text(text))).collect();
    let touches = |field: &&str| Filter::In {
        path: (*field).into(),
        values: values(touched.iter().map(|number| number.as_str()).collect()),
    };
    let mut all = vec![
        Filter::In { path: "state".into(), values: values(of.states.to_vec()) },
        at(of.from, Op::AtMost),
        Filter::Any(vec![at(of.to, Op::Greater), Filter::Not(Box::new(Filter::Filled { path: of.to.into() }))]),
        Filter::Any(of.touches.iter().map(touches).collect()),
    ];
    if let Some(flag) = of.only {
        let value = Operand::Value(Value::Flag(true));
        all.push(Filter::Compare { path: flag.into(), op: Op::Equal, value });
    }
    Filter::All(all)
}

/// Names of the fields that a place is written into.
pub fn fields(of: &Monitored, place: &Place) -> Vec<(&'static str, String)> {
    let item = place.item.clone().map(|number| (of.item, number));
    item.into_iter().chain(place.service.clone().map(|number| (of.service, number))).collect()
}
