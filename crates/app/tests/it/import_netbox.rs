//! Importing a dump of NetBox: items, their links, and whatever defects the file has.

use plumbline::{
    intake::{self, Mode, Refused, Report},
    netbox,
};
use serde_json::{Value as Json, json};

use crate::world::{Database, World, at};

both_databases!(
    a_device_comes_in_with_what_belongs_to_it,
    cables_hosts_and_bays_tie_items,
    what_is_wrong_is_named_and_the_rest_is_taken,
    twice_changes_nothing,
);

fn object(model: &str, key: u64, fields: Json) -> Json {
    let mut whole = json!({"created": "2021-04-14T00:00:00Z", "last_updated": "2021-04-15T09:30:00.841Z"});
    for (name, value) in fields.as_object().unwrap() {
        whole[name] = value.clone();
    }
    json!({"model": model, "pk": key, "fields": whole})
}

/// A site with a router without a name, a server with addresses, and what they refer to, the last first.
fn dump() -> Vec<Json> {
    vec![
        object(
            "ipam.ipaddress",
            7,
            json!({"address": "10.1.2.3/24", "dns_name": "web.example.net",
            "assigned_object_type": ["dcim", "interface"], "assigned_object_id": 31}),
        ),
        object("dcim.interface", 31, json!({"device": 2, "name": "eth0"})),
        object(
            "dcim.device",
            1,
            json!({"name": null, "device_type": 5, "role": 1, "tenant": 3, "site": 4, "status": "staged",
            "serial": "X-99", "position": "4.0", "custom_field_data": {"cost_center": "K7", "empty": null}}),
        ),
        object(
            "dcim.device",
            2,
            json!({"name": "web-7", "device_type": 5, "device_role": 2, "site": 4, "rack": 6, "status": "active",
            "primary_ip4": 7}),
        ),
        object("dcim.devicetype", 5, json!({"manufacturer": 8, "model": "MX480"})),
        object("dcim.manufacturer", 8, json!({"name": "Juniper"})),
        object("dcim.devicerole", 1, json!({"name": "Core Router"})),
        object("dcim.devicerole", 2, json!({"name": "Application Server"})),
        object("tenancy.tenant", 3, json!({"name": "Initech"})),
        object("dcim.site", 4, json!({"name": "DM-NYC", "slug": "dm-nyc", "physical_address": "1 Broad Street"})),
        object("dcim.rack", 6, json!({"name": "R1", "site": 4})),
        object("extras.tag", 1, json!({"name": "Alpha"})),
    ]
}

async fn taken(world: &World, text: String) -> Report {
    let read = move |belt: &mut intake::Belt| netbox::read(text.as_bytes(), belt);
    let now = at("2026-11-25T10:00:00Z");
    intake::take_in(&world.desk, "netbox", read, Mode::Keep, now, |_: &str| {}).await.expect("an import")
}

fn counts(report: &Report) -> (u64, u64, u64, u64, u64) {
    (report.read, report.records.new, report.records.changed, report.records.unchanged, report.refused)
}

fn reasons(report: &Report) -> Vec<String> {
    report.refusals.iter().map(Refused::sentence).collect()
}

async fn a_device_comes_in_with_what_belongs_to_it(database: Database) {
    let world = World::new(database).await;
    let report = taken(&world, json!(dump()).to_string()).await;
    assert_eq!(counts(&report), (12, 5, 0, 0, 0), "{:?}", reasons(&report));
    assert!(report.remarks.iter().any(|remark| remark.ends_with("1 extras.tag")), "{:?}", report.remarks);
    let router = world.exported("NETBOX-DEVICE-1").await;
    assert_eq!((router["title"].as_str(), router["state"].as_str()), (Some("Juniper MX480 (1)"), Some("in-build")));
    let fields = &router["fields"];
    for (name, wanted) in [
        ("type", json!("network")),
        ("manufacturer", json!("Juniper")),
        ("serial_number", json!("X-99")),
        ("customer", json!("NETBOX-TENANT-3")),
        ("location", json!("NETBOX-SITE-4")),
        ("attributes", json!({"role": "Core Router", "rack_unit": "4.0", "cost_center": "K7"})),
    ] {
        assert_eq!(fields[name], wanted, "{name} in {router:#}");
    }
    assert_eq!(router["history"][0]["at"], "2021-04-14T00:00:00Z");
    let server = world.exported("NETBOX-DEVICE-2").await;
    assert_eq!(server["fields"]["type"], "server");
    assert_eq!(server["fields"]["addresses"], json!(["10.1.2.3", "web.example.net"]));
    assert_eq!(server["fields"]["location"], "NETBOX-RACK-6", "the smallest place");
    assert_eq!(world.exported("NETBOX-RACK-6").await["fields"]["part_of"], "NETBOX-SITE-4");
}

async fn cables_hosts_and_bays_tie_items(database: Database) {
    let world = World::new(database).await;
    let mut all = dump();
    all.extend([
        object("dcim.cable", 9, json!({"status": "connected"})),
        object(
            "dcim.cabletermination",
            1,
            json!({"cable": 9, "cable_end": "A", "termination_type": ["dcim", "powerport"],
            "termination_id": 1, "_device": 2}),
        ),
        object(
            "dcim.cabletermination",
            2,
            json!({"cable": 9, "cable_end": "B", "termination_type": ["dcim", "poweroutlet"],
            "termination_id": 1, "_device": 1}),
        ),
        object(
            "virtualization.virtualmachine",
            361,
            json!({"name": "vm1", "device": 2, "cluster": 44, "status": "active", "memory": 4096}),
        ),
        object("dcim.devicebay", 12, json!({"device": 1, "installed_device": 2})),
    ]);
    // One object a line is a dump as well.
    let lines: String = all.iter().map(|object| format!("{object}\n")).collect();
    let report = taken(&world, lines).await;
    assert_eq!(report.refused, 0, "{:?}", reasons(&report));
    for (number, from, kind, to) in [
        ("NETBOX-CABLE-9-TIE", "NETBOX-DEVICE-2", "depends-on", "NETBOX-DEVICE-1"),
        ("NETBOX-VM-361-TIE", "NETBOX-VM-361", "runs-on", "NETBOX-DEVICE-2"),
        ("NETBOX-DEVICEBAY-12-TIE", "NETBOX-DEVICE-2", "part-of", "NETBOX-DEVICE-1"),
    ] {
        let tie = world.exported(number).await;
        assert_eq!(tie["fields"], json!({"from": from, "to": to, "kind": kind}), "{number}");
    }
    assert_eq!(world.exported("NETBOX-VM-361").await["fields"]["attributes"]["memory_mb"], "4096");
}

async fn what_is_wrong_is_named_and_the_rest_is_taken(database: Database) {
    let world = World::new(database).await;
    let mut all = dump();
    all.extend([
        json!(17),
        json!({"pk": 3, "fields": {}}),
        json!({"model": "dcim.device", "fields": {}}),
        object("dcim.device", 2, json!({"name": "twice"})),
        object("dcim.device", 50, json!({"name": {"a": 1}})),
        object("dcim.site", 51, json!({"name": ""})),
        object("dcim.device", 52, json!({"name": "odd", "rack": 999, "status": "lent", "created": "yesterday"})),
        object("dcim.device", 53, json!({"name": "lent", "rack": 999, "status": "lent"})),
    ]);
    let report = taken(&world, json!(all).to_string()).await;
    assert_eq!(counts(&report), (20, 6, 0, 0, 7), "{:?}", reasons(&report));
    let reasons = reasons(&report).join("\n");
    for part in [
        "13: is not an object",
        "14: model: is missing",
        "15: pk: dcim.device without a key",
        "16: pk: dcim.device 2 stands in the file already, as object 4",
        "name: is not a text",
        "name: is missing",
        "created: \"yesterday\" is not a time",
    ] {
        assert!(reasons.contains(part), "{part}: {reasons}");
    }
    let remarks = report.remarks.join("\n");
    assert!(remarks.contains("rack: dcim.rack 999 is not in the file"), "{remarks}");
    assert!(remarks.contains("status: \"lent\" is not one of NetBox's own"), "{remarks}");
    for broken in ["", "[]", "{\"a\": 1}", "[{\"model\": \"dcim.si", "# not JSON"] {
        let report = taken(&world, broken.into()).await;
        let why = report.broken.clone().unwrap_or_default();
        assert!(why.starts_with("is not a dump of NetBox"), "{broken}: {why}");
        assert_eq!(report.records.new, 0, "{broken}");
    }
}

async fn twice_changes_nothing(database: Database) {
    let world = World::new(database).await;
    taken(&world, json!(dump()).to_string()).await;
    let again = taken(&world, json!(dump()).to_string()).await;
    assert_eq!(counts(&again), (12, 0, 0, 5, 0), "{:?}", reasons(&again));
}
