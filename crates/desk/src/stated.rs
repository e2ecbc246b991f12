//! Settings that rules judge by (`model::house`): what makes an incident major, which priority impact and urgency give, how many
//! must agree. They are words, and those of a matrix exist for every service and customer that one is stated for.

use std::collections::BTreeMap;

use model::house::{self, Criteria, House, MATRIX, Priority};

use crate::settings::Setting;

const MAJOR: &str = "Major incidents";
const MATRICES: &str = "Priority";

/// Key, label and what it is for of the criteria and the quorum; what is offered follows from the agreed rules.
const WORDS: [(&str, &str, &str, &str); 5] = [
    ("major.priority", MAJOR, "Major from this priority on", "With one of the next two. P1 to P5."),
    ("major.critical_service", MAJOR, "A critical service makes it major", "yes or no."),
    (
        "major.users_percent",
        MAJOR,
        "Percent of the users that make it major",
        "Of those of the service; none for no such limit.",
    ),
    ("major.grave_security", MAJOR, "A grave security incident is major", "Whatever its priority: yes or no."),
    (
        "approval.quorum",
        "Approvals",
        "How many must agree",
        "Of those whom a policy asks at once, where it does not say itself: all, majority or a number.",
    ),
];

/// Whether a setting of this name is one of these.
pub(crate) fn is_own(name: &str) -> bool {
    WORDS.iter().any(|(known, ..)| *known == name) || house::is_cell(name)
}

/// Whether it is a cell of the matrix of one service or customer.
pub(crate) fn is_for_one(name: &str) -> bool {
    name.strip_prefix(MATRIX).is_some_and(|rest| rest.contains('.'))
}

fn offered(name: &str) -> String {
    let criteria = Criteria::default();
    let flag = |flag: bool| if flag { "yes" } else { "no" }.to_string();
    match name {
        "major.priority" => criteria.priority.to_string(),
        "major.critical_service" => flag(criteria.critical_service),
        "major.users_percent" => criteria.users_percent.map_or_else(|| "none".into(), |share| share.to_string()),
        "major.grave_security" => flag(criteria.grave_security),
        "approval.quorum" => "all".into(),
        // A cell of a matrix: rule R11.
        name => {
            let cell = house::cells().find(|(_, _, cell)| name.ends_with(cell.as_str()));
            cell.map_or_else(String::new, |(impact, urgency, _)| Priority::of(impact, urgency).to_string())
        }
    }
}

/// The setting of a name, where it is one of these.
pub(crate) fn setting(name: &str, words: &BTreeMap<String, String>) -> Option<Setting> {
    let value = words.get(name).cloned().unwrap_or_default();
    if let Some((_, group, label, help)) = WORDS.iter().find(|(known, ..)| *known == name) {
        let (group, label, help) = (*group, (*label).into(), (*help).into());
        return Some(Setting { name: name.into(), label, help, group, unit: "", value, offered: offered(name) });
    }
    house::is_cell(name).then(|| Setting {
        name: name.into(),
        label: label(name),
        help: String::new(),
        group: MATRICES,
        unit: "",
        value,
        offered: offered(name),
    })
}

/// "Impact high, urgency low", with the service or customer that it is for.
fn label(name: &str) -> String {
    let rest = name.trim_start_matches(MATRIX);
    let (number, cell) = rest.rsplit_once('.').map_or(("", rest), |(number, cell)| (number, cell));
    let (impact, urgency) = cell.split_once('-').unwrap_or((cell, ""));
    let of = if number.is_empty() { String::new() } else { format!("{number}: ") };
    format!("{of}impact {impact}, urgency {urgency}")
}

/// All of them in the order in which they are shown: those that every house has, then those that were set beside them.
pub(crate) fn listed(words: &BTreeMap<String, String>) -> Vec<Setting> {
    let own = WORDS.iter().map(|(name, ..)| (*name).to_string());
    let cells = house::cells().map(|(_, _, cell)| format!("{MATRIX}{cell}"));
    let mut names: Vec<String> = own.chain(cells).collect();
    let more: Vec<String> = words.keys().filter(|name| is_own(name) && !names.contains(name)).cloned().collect();
    names.extend(more);
    names.iter().filter_map(|name| setting(name, words)).collect()
}

/// What rules read of the settings: the words of this file, and whether there is a public page.
pub(crate) fn house(words: &BTreeMap<String, String>, has_public_page: bool) -> House {
    let mut words = words.clone();
    words.insert("public_page".into(), if has_public_page { "yes" } else { "no" }.into());
    House::read(&words)
}
