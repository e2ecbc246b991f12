//! What ties two configuration items: cables, hosts of virtual machines, members of clusters, devices within devices.

use std::collections::BTreeMap;

use model::Line;
use serde_json::json;

use super::{
    dump::{Dump, Object},
    number,
};

/// One end of a cable: the item, and by what it is plugged in.
struct End {
    item: String,
    by: String,
}

/// All ties, each with the object that says so. What leads out of the file ties nothing.
pub fn all(dump: &Dump) -> Vec<(&Object, Line)> {
    let mut ties = Vec::new();
    for machine in dump.all("virtualization.virtualmachine") {
        // A host is nearer than the cluster that it belongs to.
        let host = points(dump, machine, "device", "dcim.device");
        if let Some(host) = host.or_else(|| points(dump, machine, "cluster", "virtualization.cluster")) {
            ties.push((machine, tie(machine, "", &number(machine), "runs-on", &host)));
        }
    }
    for device in dump.all("dcim.device") {
        if let Some(cluster) = points(dump, device, "cluster", "virtualization.cluster") {
            ties.push((device, tie(device, "", &cluster, "runs-on", &number(device))));
        }
    }
    for bay in dump.all("dcim.devicebay") {
        let (inside, outside) =
            (points(dump, bay, "installed_device", "dcim.device"), points(dump, bay, "device", "dcim.device"));
        if let (Some(inside), Some(outside)) = (inside, outside) {
            ties.push((bay, tie(bay, "", &inside, "part-of", &outside)));
        }
    }
    ties.extend(cables(dump));
    ties
}

fn cables(dump: &Dump) -> Vec<(&Object, Line)> {
    let mut ends: BTreeMap<String, [Vec<End>; 2]> = BTreeMap::new();
    for termination in dump.all("dcim.cabletermination") {
        let Ok(Some(cable)) = termination.reference("cable") else { continue };
        let side = usize::from(termination.text("cable_end").ok().flatten().as_deref() == Some("B"));
        let end = end(dump, termination, "termination_type", "termination_id", termination.reference("_device"));
        ends.entry(cable).or_default()[side].extend(end);
    }
    let mut ties = Vec::new();
    for cable in dump.all("dcim.cable") {
        let [mut left, mut right] = ends.remove(&cable.key).unwrap_or_default();
        // Before version 3.3 a cable had its two ends in itself.
        if left.is_empty() && right.is_empty() {
            let old = |side| {
                let device = cable.reference(&format!("_termination_{side}_device"));
                end(dump, cable, &format!("termination_{side}_type"), &format!("termination_{side}_id"), device)
            };
            left.extend(old("a"));
            right.extend(old("b"));
        }
        let mut count = 0;
        for left in &left {
            for right in right.iter().filter(|right| right.item != left.item) {
                count += 1;
                let after = if count == 1 { String::new() } else { format!("-{count}") };
                // What gets its power from the other falls with it.
                let line = match (left.by.as_str(), right.by.as_str()) {
                    ("powerport", "poweroutlet") => tie(cable, &after, &left.item, "depends-on", &right.item),
                    ("poweroutlet", "powerport") => tie(cable, &after, &right.item, "depends-on", &left.item),
                    _ => tie(cable, &after, &left.item, "connected-to", &right.item),
                };
                ties.push((cable, line));
            }
        }
    }
    ties
}

/// The item at one end of a cable; `None` for what is no item (a power feed) or not in the file.
fn end(dump: &Dump, object: &Object, kind: &str, key: &str, device: Result<Option<String>, String>) -> Option<End> {
    let by = object.model(kind)?.split('.').next_back()?.to_string();
    let item = match by.as_str() {
        "circuittermination" => {
            let found = dump.find("circuits.circuittermination", &object.reference(key).ok()??)?;
            points(dump, found, "circuit", "circuits.circuit")?
        }
        _ => number(dump.find("dcim.device", &device.ok()??)?),
    };
    Some(End { item, by })
}

fn points(dump: &Dump, object: &Object, field: &str, model: &str) -> Option<String> {
    dump.find(model, &object.reference(field).ok()??).map(number)
}

fn tie(object: &Object, after: &str, from: &str, kind: &str, to: &str) -> Line {
    let fields = json!({"from": from, "to": to, "kind": kind});
    let at = object.moment("created").ok().flatten();
    Line {
        kind: "ci_link".into(),
        number: Some(format!("{}-TIE{after}", number(object))),
        title: None,
        state: None,
        fields: fields.as_object().cloned().unwrap_or_default(),
        links: Vec::new(),
        history: at.map(|at| model::line::Past { at, ..Default::default() }).into_iter().collect(),
    }
}
