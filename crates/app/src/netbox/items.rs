//! Devices, virtual machines, clusters and circuits as configuration items.

use serde_json::{Map, Value as Json};

use super::{
    Fields, Made, Remarks,
    dump::{Dump, Object},
    line, name, named, refer,
};

/// NetBox's states of all four and ours.
const STATES: [(&str, &str); 13] = [
    ("active", "active"),
    ("planned", "planned"),
    ("staged", "in-build"),
    ("staging", "in-build"),
    ("provisioning", "in-build"),
    ("failed", "in-repair"),
    ("inventory", "in-stock"),
    ("offline", "standby"),
    ("paused", "standby"),
    ("deprovisioning", "retired"),
    ("decommissioning", "retired"),
    ("decommissioned", "retired"),
    ("retired", "retired"),
];

/// What sort of item the role of a device says it is; the first word that is in it counts.
const SORTS: [(&str, &str); 12] = [
    ("server", "server"),
    ("host", "server"),
    ("hypervisor", "server"),
    ("storage", "storage"),
    ("nas", "storage"),
    ("san", "storage"),
    ("switch", "network"),
    ("router", "network"),
    ("firewall", "network"),
    ("load balancer", "network"),
    ("access point", "network"),
    ("gateway", "network"),
];

/// Attributes of our own names from fields of NetBox's.
const DEVICE: [(&str, &str); 6] = [
    ("asset_tag", "asset_tag"),
    ("position", "rack_unit"),
    ("face", "rack_face"),
    ("airflow", "airflow"),
    ("vc_position", "stack_position"),
    ("comments", "comments"),
];
const MACHINE: [(&str, &str); 4] =
    [("vcpus", "processors"), ("memory", "memory_mb"), ("disk", "disk_gb"), ("comments", "comments")];
const CIRCUIT: [(&str, &str); 4] = [
    ("install_date", "installed_on"),
    ("termination_date", "ends_on"),
    ("commit_rate", "committed_kbps"),
    ("comments", "comments"),
];

pub fn device(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    let mut item = Draft::new(dump, object, remarks)?;
    item.attributes(&DEVICE)?;
    // Before version 3.6 the role was called otherwise.
    let role = match item.named("role", "dcim.devicerole")? {
        Some(role) => Some(role),
        None => item.named("device_role", "dcim.devicerole")?,
    };
    let sort = sort(role.as_deref().unwrap_or_default());
    let (mut model, mut maker) = (None, None);
    if let Some(key) = object.reference("device_type")? {
        match dump.find("dcim.devicetype", &key) {
            Some(found) => {
                model = found.text("model")?;
                maker = named(dump, found, "manufacturer", "dcim.manufacturer", item.remarks)?;
            }
            None => item.remarks.0.push(format!("device_type: dcim.devicetype {key} is not in the file")),
        }
    }
    // NetBox shows a device without a name by what it is.
    let title = object.text("name")?.unwrap_or_else(|| {
        let what: Vec<&str> = [maker.as_deref(), model.as_deref()].into_iter().flatten().collect();
        format!("{} ({})", if what.is_empty() { "Device".into() } else { what.join(" ") }, object.key)
    });
    item.attribute("role", role);
    let platform = item.named("platform", "dcim.platform")?;
    item.attribute("platform", platform);
    item.fields.put("type", Some(sort));
    item.fields.put("manufacturer", maker);
    item.fields.put("model", model);
    item.fields.put("serial_number", object.text("serial")?);
    let place = [("rack", "dcim.rack"), ("location", "dcim.location"), ("site", "dcim.site")];
    item.placed(&place)?;
    item.addressed()?;
    item.into_line(title)
}

pub fn machine(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    let mut item = Draft::new(dump, object, remarks)?;
    item.attributes(&MACHINE)?;
    for (field, model) in [("role", "dcim.devicerole"), ("platform", "dcim.platform")] {
        let named = item.named(field, model)?;
        item.attribute(field, named);
    }
    item.fields.put("type", Some("server"));
    item.placed(&[("site", "dcim.site")])?;
    item.addressed()?;
    item.into_line(name(object)?)
}

pub fn cluster(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    let mut item = Draft::new(dump, object, remarks)?;
    item.attributes(&[("comments", "comments")])?;
    let kind = item.named("type", "virtualization.clustertype")?;
    item.attribute("cluster_type", kind);
    item.fields.put("type", Some("cluster"));
    item.placed(&[("site", "dcim.site")])?;
    item.into_line(name(object)?)
}

pub fn circuit(dump: &Dump, object: &Object, remarks: &mut Remarks) -> Made {
    let mut item = Draft::new(dump, object, remarks)?;
    item.attributes(&CIRCUIT)?;
    let provider = item.named("provider", "circuits.provider")?;
    let id = object.text("cid")?.ok_or("cid: is missing")?;
    let title = provider.as_ref().map_or_else(|| id.clone(), |provider| format!("{provider} {id}"));
    item.attribute("provider", provider);
    item.attribute("circuit_id", Some(id));
    item.fields.put("type", Some("network"));
    item.into_line(title)
}

fn sort(role: &str) -> &'static str {
    let role = role.to_lowercase();
    let words = |sort: &&(&str, &str)| role.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == sort.0);
    let found = SORTS.iter().find(|sort| words(sort) || (sort.0.len() > 4 && role.contains(sort.0)));
    found.map_or("hardware", |sort| sort.1)
}

/// A configuration item in the making.
struct Draft<'d> {
    dump: &'d Dump,
    object: &'d Object,
    remarks: &'d mut Remarks,
    fields: Fields,
    attributes: Map<String, Json>,
    state: Option<&'static str>,
}

impl<'d> Draft<'d> {
    fn new(dump: &'d Dump, object: &'d Object, remarks: &'d mut Remarks) -> Result<Draft<'d>, String> {
        let mut fields = Fields::default();
        fields.put("description", object.text("description")?);
        fields.put("customer", refer(dump, object, "tenant", "tenancy.tenant", remarks)?);
        fields.put("updated_on", object.moment("last_updated")?.map(|at| at.to_string()));
        let state = match object.text("status")? {
            None => None,
            Some(status) => {
                let known = STATES.iter().find(|(theirs, _)| *theirs == status).map(|(_, ours)| *ours);
                if known.is_none() {
                    remarks.0.push(format!("status: \"{status}\" is not one of NetBox's own; the item has no state"));
                }
                known
            }
        };
        Ok(Draft { dump, object, remarks, fields, attributes: Map::new(), state })
    }

    fn named(&mut self, field: &str, model: &str) -> Result<Option<String>, String> {
        named(self.dump, self.object, field, model, self.remarks)
    }

    fn attribute(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.attributes.insert(name.into(), value.into());
        }
    }

    fn attributes(&mut self, names: &[(&str, &str)]) -> Result<(), String> {
        for (theirs, ours) in names {
            let text = self.object.text(theirs)?;
            self.attribute(ours, text);
        }
        Ok(())
    }

    /// The smallest place that is named.
    fn placed(&mut self, places: &[(&str, &str)]) -> Result<(), String> {
        for (field, model) in places {
            if let Some(place) = refer(self.dump, self.object, field, model, self.remarks)? {
                self.fields.put("location", Some(place));
                break;
            }
        }
        Ok(())
    }

    fn addressed(&mut self) -> Result<(), String> {
        let found = self.dump.addresses_of(self.object)?;
        self.fields.put("addresses", Some(found).filter(|all| !all.is_empty()));
        Ok(())
    }

    fn into_line(mut self, title: String) -> Made {
        // Fields of the organisation's own.
        if let Some(Json::Object(own)) = self.object.fields.get("custom_field_data") {
            for (name, value) in own {
                let text = match value {
                    Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
                    Json::Null | Json::Array(_) | Json::Object(_) => None,
                    plain => Some(plain.to_string()),
                };
                self.attribute(name, text);
            }
        }
        self.fields.put("attributes", Some(self.attributes).filter(|all| !all.is_empty()));
        line("ci", self.object, title, self.state, self.fields)
    }
}
