//! A dump of NetBox (`manage.py dumpdata`): devices, virtual machines, clusters and circuits become configuration items,
//! cables and hosts their links, tenants customers, providers suppliers, sites and racks locations.
//!
//! - `dump`: the objects by model and key, whatever stands in the file.
//! - `items`: what becomes a configuration item.
//! - `ties`: what becomes a link of two of them.

mod dump;
mod items;
mod ties;

use std::io::BufRead;

use model::{Line, line::Past};
use serde_json::{Map, Value as Json};

use crate::intake::{Belt, End, Gone, Item};
use dump::{Dump, Object};

/// Reads the whole dump, then hands on what became of it: objects refer to others that stand later.
pub fn read(reader: impl BufRead, belt: &mut Belt) -> End {
    let mut end = End::default();
    match Dump::read(reader) {
        Ok(dump) => {
            end.read = dump.read;
            // Nobody takes in any more: the reason is told elsewhere.
            let _ = hand_on(&dump, belt);
        }
        Err(why) => end.broken = Some(why),
    }
    end
}

/// What an object becomes, or why it becomes nothing.
type Made = Result<Line, String>;

fn hand_on(dump: &Dump, belt: &mut Belt) -> Result<(), Gone> {
    for (at, why) in &dump.refused {
        belt.put(Item::Refused { at: *at, number: None, why: why.clone() }, *at)?;
    }
    let mut hand = Hand { dump, belt };
    hand.each("tenancy.tenant", tenant)?;
    hand.each("circuits.provider", provider)?;
    hand.each("dcim.site", site)?;
    hand.each("dcim.location", location)?;
    hand.each("dcim.rack", rack)?;
    hand.each("virtualization.cluster", items::cluster)?;
    hand.each("dcim.device", items::device)?;
    hand.each("virtualization.virtualmachine", items::machine)?;
    hand.each("circuits.circuit", items::circuit)?;
    for (object, tie) in ties::all(dump) {
        hand.put(object, Ok(tie), Vec::new())?;
    }
    if !dump.aside.is_empty() {
        let counts: Vec<String> = dump.aside.iter().map(|(model, count)| format!("{count} {model}")).collect();
        let told = format!("Left aside, as parts of items or of the tool itself: {}", counts.join(", "));
        hand.belt.put(Item::Remark(told), dump.read)?;
    }
    Ok(())
}

struct Hand<'d> {
    dump: &'d Dump,
    belt: &'d mut Belt,
}

impl Hand<'_> {
    fn each(&mut self, model: &str, make: fn(&Dump, &Object, &mut Remarks) -> Made) -> Result<(), Gone> {
        for object in self.dump.all(model) {
            let mut remarks = Remarks::default();
            let made = make(self.dump, object, &mut remarks);
            self.put(object, made, remarks.0)?;
        }
        Ok(())
    }

    fn put(&mut self, object: &Object, made: Made, remarks: Vec<String>) -> Result<(), Gone> {
        let name = format!("{} {}", object.model, object.key);
        for remark in remarks {
            self.belt.put(Item::Remark(format!("object {} ({name}): {remark}", object.at)), object.at)?;
        }
        let item = match made {
            Ok(line) => Item::Record { at: object.at, line: Box::new(line), aside: false },
            Err(why) => Item::Refused { at: object.at, number: Some(number(object)), why },
        };
        self.belt.put(item, object.at)
    }
}

/// What is worth knowing about one object.
#[derive(Default)]
struct Remarks(Vec<String>);

/// The number of what an object becomes: the same for every dump of the same NetBox.
fn number(object: &Object) -> String {
    let model = object.model.split('.').next_back().unwrap_or_default();
    let model = if model == "virtualmachine" { "vm" } else { model };
    format!("NETBOX-{}-{}", model.to_uppercase(), object.key)
}

/// The number of what a field refers to, if it is in the file.
fn refer(
    dump: &Dump,
    object: &Object,
    field: &str,
    model: &str,
    remarks: &mut Remarks,
) -> Result<Option<String>, String> {
    let Some(key) = object.reference(field)? else { return Ok(None) };
    let found = dump.find(model, &key).map(number);
    if found.is_none() {
        remarks.0.push(format!("{field}: {model} {key} is not in the file"));
    }
    Ok(found)
}

/// The name of what a field refers to.
fn named(
    dump: &Dump,
    object: &Object,
    field: &str,
    model: &str,
    remarks: &mut Remarks,
) -> Result<Option<String>, String> {
    let Some(key) = object.reference(field)? else { return Ok(None) };
    match dump.find(model, &key) {
        Some(found) => found.text("name"),
        None => {
            remarks.0.push(format!("{field}: {model} {key} is not in the file"));
            Ok(None)
        }
    }
}

/// Fields that have something in them.
#[derive(Default)]
struct Fields(Map<String, Json>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.0.insert(name.into(), value.into());
        }
    }
}

/// The line of an object: on record since NetBox knows it.
fn line(kind: &str, object: &Object, title: String, state: Option<&str>, fields: Fields) -> Made {
    let created = object.moment("created")?.or(object.moment("last_updated")?);
    let history = created.map(|at| Past { at, ..Past::default() });
    Ok(Line {
        kind: kind.into(),
        number: Some(number(object)),
        title: Some(title),
        state: state.map(str::to_string),
        fields: fields.0,
        links: Vec::new(),
        history: history.into_iter().collect(),
    })
}

/// # Errors
/// Nothing is kept under no name.
fn name(object: &Object) -> Result<String, String> {
    object.text("name")?.ok_or_else(|| "name: is missing".into())
}

fn tenant(_: &Dump, object: &Object, _: &mut Remarks) -> Made {
    let mut fields = Fields::default();
    let name = name(object)?;
    fields.put("name", Some(name.clone()));
    line("customer", object, name, None, fields)
}

fn provider(_: &Dump, object: &Object, _: &mut Remarks) -> Made {
    let mut fields = Fields::default();
    let name = name(object)?;
    fields.put("name", Some(name.clone()));
    fields.put("kind", Some("external"));
    line("other_party", object, name, None, fields)
}

fn site(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    place(dump, object, [("physical_address", "address"), ("slug", "code")], None, remarks)
}

fn location(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    let within = match refer(dump, object, "parent", "dcim.location", remarks)? {
        Some(larger) => Some(larger),
        None => refer(dump, object, "site", "dcim.site", remarks)?,
    };
    place(dump, object, [("description", "note"), ("slug", "code")], within, remarks)
}

fn rack(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    let within = match refer(dump, object, "location", "dcim.location", remarks)? {
        Some(larger) => Some(larger),
        None => refer(dump, object, "site", "dcim.site", remarks)?,
    };
    place(dump, object, [("comments", "note"), ("facility_id", "code")], within, remarks)
}

fn place(
    dump: &Dump,
    object: &Object,
    texts: [(&str, &str); 2],
    within: Option<String>,
    remarks: &mut Remarks,
) -> Made {
    let mut fields = Fields::default();
    let name = name(object)?;
    fields.put("name", Some(name.clone()));
    for (theirs, ours) in texts {
        fields.put(ours, object.text(theirs)?);
    }
    fields.put("part_of", within);
    fields.put("customer", refer(dump, object, "tenant", "tenancy.tenant", remarks)?);
    line("location", object, name, None, fields)
}
