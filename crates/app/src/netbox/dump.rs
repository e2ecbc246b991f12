//! The objects of a dump as far as they are wanted, by model and key. Django writes one array, or one object a line.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    io::BufRead,
};

use model::Moment;
use serde::{
    Deserializer as _,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value as Json};

/// Models that are read; all others are counted.
pub const WANTED: [&str; 21] = [
    "circuits.circuit",
    "circuits.circuittermination",
    "circuits.provider",
    "dcim.cable",
    "dcim.cabletermination",
    "dcim.device",
    "dcim.devicebay",
    "dcim.devicerole",
    "dcim.devicetype",
    "dcim.interface",
    "dcim.location",
    "dcim.manufacturer",
    "dcim.platform",
    "dcim.rack",
    "dcim.site",
    "ipam.ipaddress",
    "tenancy.tenant",
    "virtualization.cluster",
    "virtualization.clustertype",
    "virtualization.virtualmachine",
    "virtualization.vminterface",
];

/// Of interfaces only their owner matters, and there are many.
struct Owner {
    interface: &'static str,
    field: &'static str,
    model: &'static str,
}

const OWNERS: [Owner; 2] = [
    Owner { interface: "dcim.interface", field: "device", model: "dcim.device" },
    Owner { interface: "virtualization.vminterface", field: "virtual_machine", model: "virtualization.virtualmachine" },
];

#[derive(Debug)]
pub struct Object {
    /// Its place in the file, from 1.
    pub at: u64,
    pub model: &'static str,
    pub key: String,
    pub fields: Map<String, Json>,
}

#[derive(Default)]
pub struct Dump {
    objects: HashMap<&'static str, BTreeMap<Key, Object>>,
    /// Addresses of the interfaces of a device or machine, by its model and key.
    addresses: HashMap<(&'static str, String), Vec<String>>,
    /// How many of each model were left aside.
    pub aside: BTreeMap<String, u64>,
    pub read: u64,
    /// Objects that cannot be understood: place and reason.
    pub refused: Vec<(u64, String)>,
}

/// Keys in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64, String);

impl Key {
    fn of(text: &str) -> Key {
        Key(text.parse().unwrap_or(u64::MAX), text.to_string())
    }
}

impl Dump {
    /// # Errors
    /// Why the file is no dump, with line and column.
    pub fn read(reader: impl BufRead) -> Result<Dump, String> {
        let mut dump = Dump::default();
        let mut stream = serde_json::Deserializer::from_reader(reader);
        loop {
            match (&mut stream).deserialize_any(Objects(&mut dump)) {
                Ok(()) => {}
                Err(error) if error.is_eof() && error.line() > 0 && is_end(&error) => break,
                Err(error) => return Err(format!("is not a dump of NetBox: {error}")),
            }
        }
        match dump.read {
            0 => Err("is not a dump of NetBox: there is no object in it".into()),
            _ => {
                dump.addresses = dump.gather_addresses();
                Ok(dump)
            }
        }
    }

    fn gather_addresses(&self) -> HashMap<(&'static str, String), Vec<String>> {
        let mut found: HashMap<(&'static str, String), Vec<String>> = HashMap::new();
        for address in self.all("ipam.ipaddress") {
            let kind = address.model("assigned_object_type");
            let owner = OWNERS.into_iter().find(|owner| kind.as_deref() == Some(owner.interface));
            let Some(owner) = owner else { continue };
            let key = address.reference("assigned_object_id").ok().flatten();
            let interface = key.and_then(|key| self.find(owner.interface, &key));
            if let Some(key) = interface.and_then(|interface| interface.reference(owner.field).ok().flatten()) {
                found.entry((owner.model, key)).or_default().extend(address.addresses());
            }
        }
        found
    }

    /// Addresses and names of a device or machine, each once, the primary ones first.
    pub fn addresses_of(&self, object: &Object) -> Result<Vec<String>, String> {
        let mut found: Vec<String> = Vec::new();
        for field in ["primary_ip4", "primary_ip6"] {
            let key = object.reference(field)?;
            let primary = key.and_then(|key| self.find("ipam.ipaddress", &key)).map(Object::addresses);
            found.extend(primary.unwrap_or_default());
        }
        found.extend(self.addresses.get(&(object.model, object.key.clone())).into_iter().flatten().cloned());
        let mut once = HashSet::new();
        found.retain(|address| once.insert(address.clone()));
        Ok(found)
    }

    pub fn all(&self, model: &str) -> impl Iterator<Item = &Object> {
        self.objects.get(model).into_iter().flat_map(BTreeMap::values)
    }

    pub fn find(&self, model: &str, key: &str) -> Option<&Object> {
        self.objects.get(model)?.get(&Key::of(key))
    }

    fn take(&mut self, json: Json) {
        self.read += 1;
        let at = self.read;
        if let Err(why) = self.one(at, json) {
            self.refused.push((at, why));
        }
    }

    fn one(&mut self, at: u64, json: Json) -> Result<(), String> {
        let Json::Object(mut object) = json else { return Err("is not an object".into()) };
        let Some(Json::String(model)) = object.remove("model") else {
            return Err("model: is missing, so nobody can tell what it is".into());
        };
        let Some(model) = WANTED.into_iter().find(|wanted| *wanted == model.to_lowercase()) else {
            *self.aside.entry(model).or_default() += 1;
            return Ok(());
        };
        let key = object.get("pk").and_then(key).ok_or_else(|| format!("pk: {model} without a key"))?;
        let Some(Json::Object(mut fields)) = object.remove("fields") else {
            return Err(format!("fields: {model} {key} has none"));
        };
        if let Some(owner) = OWNERS.into_iter().find(|owner| owner.interface == model) {
            fields.retain(|name, _| name == owner.field);
        }
        let objects = self.objects.entry(model).or_default();
        if let Some(known) = objects.get(&Key::of(&key)) {
            return Err(format!("pk: {model} {key} stands in the file already, as object {}", known.at));
        }
        objects.insert(Key::of(&key), Object { at, model, key, fields });
        Ok(())
    }
}

/// Nothing but white space was left.
fn is_end(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("EOF while parsing a value")
}

/// A key as text; keys are numbers, or texts where a model has such.
fn key(json: &Json) -> Option<String> {
    match json {
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// One array of objects, or one object.
struct Objects<'d>(&'d mut Dump);

impl<'de> Visitor<'de> for Objects<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of objects, or one object a line")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut objects: A) -> Result<(), A::Error> {
        while let Some(object) = objects.next_element::<Json>()? {
            self.0.take(object);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<(), A::Error> {
        let mut object = Map::new();
        while let Some((name, part)) = parts.next_entry::<String, Json>()? {
            object.insert(name, part);
        }
        if !object.contains_key("model") {
            return Err(A::Error::custom("an object without \"model\""));
        }
        self.0.take(Json::Object(object));
        Ok(())
    }
}

impl Object {
    /// A text; numbers are read as such. Empty is none.
    ///
    /// # Errors
    /// For anything else.
    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.fields.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.trim().to_string()).filter(|text| !text.is_empty())),
            Some(Json::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(format!("{name}: is not a text")),
        }
    }

    /// The key of what a field refers to.
    ///
    /// # Errors
    /// For what is no key.
    pub fn reference(&self, name: &str) -> Result<Option<String>, String> {
        match self.fields.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(json) => key(json).map(Some).ok_or_else(|| format!("{name}: is not the key of an object")),
        }
    }

    /// An address without the length of its network, and its name.
    fn addresses(&self) -> Vec<String> {
        let text = |name| self.text(name).ok().flatten();
        let bare = text("address").map(|address| address.split('/').next().unwrap_or_default().to_string());
        bare.into_iter().chain(text("dns_name")).collect()
    }

    /// A model as Django names it: `["dcim", "interface"]`.
    pub fn model(&self, name: &str) -> Option<String> {
        let Json::Array(words) = self.fields.get(name)? else { return None };
        let words: Option<Vec<&str>> = words.iter().map(Json::as_str).collect();
        Some(words?.join("."))
    }

    /// # Errors
    /// For a text that is no time.
    pub fn moment(&self, name: &str) -> Result<Option<Moment>, String> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        Moment::parse(&text).map(Some).ok_or_else(|| format!("{name}: \"{text}\" is not a time"))
    }
}
