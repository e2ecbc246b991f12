//! What Tidewell offers: twelve services with their hours, requirements, items, dependencies and catalogue.

use model::time::DAY;
use serde_json::json;

use super::{
    people::{self, AOIFE, CHEN, GRETA, HUGO, INES, JONAS, LEON, MAREK, PAVEL, YUSUF, team},
    script::Script,
    times::day,
};

pub struct Service {
    pub name: &'static str,
    pub owner: &'static str,
    pub team: &'static str,
    pub criticality: &'static str,
    /// Availability promised, in percent.
    pub availability: f64,
    /// Places in [`super::parties::CUSTOMERS`].
    pub customers: &'static [usize],
    pub about: &'static str,
    /// Short name for its items: `pay` gives pay-app-01.
    pub short: &'static str,
    pub monthly: i64,
}

/// The ten that are live; numbers are SVC-1 to SVC-10 in this order.
pub const LIVE: &[Service] = &[
    Service {
        name: "Payments Hosting",
        owner: INES,
        team: "Platform",
        criticality: "critical",
        availability: 99.9,
        customers: &[0],
        about: "Card payments of the bank's branches and web shop, from till to clearing house.",
        short: "pay",
        monthly: 37_000,
    },
    Service {
        name: "Clinical Apps Hosting",
        owner: LEON,
        team: "Platform",
        criticality: "critical",
        availability: 99.9,
        customers: &[1],
        about: "Patient records, pictures and ward lists of the hospital.",
        short: "clin",
        monthly: 31_000,
    },
    Service {
        name: "Citizen Portal Hosting",
        owner: INES,
        team: "Platform",
        criticality: "high",
        availability: 99.5,
        customers: &[2],
        about: "Forms, payments and appointments of the council on the web.",
        short: "port",
        monthly: 13_500,
    },
    Service {
        name: "Private Cloud",
        owner: GRETA,
        team: "Platform",
        criticality: "high",
        availability: 99.5,
        customers: &[0, 1, 3],
        about: "Virtual servers with storage and snapshots.",
        short: "cloud",
        monthly: 66_000,
    },
    Service {
        name: "Managed Databases",
        owner: GRETA,
        team: "Platform",
        criticality: "high",
        availability: 99.5,
        customers: &[0, 3],
        about: "Databases with patches, tuning and point-in-time recovery.",
        short: "db",
        monthly: 21_000,
    },
    Service {
        name: "Managed Network",
        owner: JONAS,
        team: "Network",
        criticality: "high",
        availability: 99.5,
        customers: &[1, 2, 3, 4],
        about: "Sites joined by lines, switches, wireless and firewalls.",
        short: "net",
        monthly: 34_500,
    },
    Service {
        name: "Backup and Recovery",
        owner: MAREK,
        team: "Platform",
        criticality: "medium",
        availability: 99.0,
        customers: &[0, 2],
        about: "Nightly copies in two places, restores on request.",
        short: "bak",
        monthly: 14_000,
    },
    Service {
        name: "E-mail and Collaboration",
        owner: YUSUF,
        team: "Workplace",
        criticality: "medium",
        availability: 99.5,
        customers: &[0, 3, 4],
        about: "Mail, calendars, meetings and shared files.",
        short: "mail",
        monthly: 19_000,
    },
    Service {
        name: "Identity and Access",
        owner: CHEN,
        team: "Security",
        criticality: "high",
        availability: 99.5,
        customers: &[0, 1],
        about: "Accounts, second factors and rights.",
        short: "idm",
        monthly: 12_000,
    },
    Service {
        name: "Managed Workplace",
        owner: AOIFE,
        team: "Workplace",
        criticality: "medium",
        availability: 99.0,
        customers: &[0, 2, 4],
        about: "Laptops, printers and the service desk behind them.",
        short: "desk",
        monthly: 42_000,
    },
];

pub fn number(place: usize) -> String {
    format!("SVC-{}", place + 1)
}

/// The item that stands for the service as a whole.
pub fn service_item(place: usize) -> String {
    format!("CI-{}", place * ITEMS + 1)
}

/// Items of a service: itself, application, two servers, a store.
const ITEMS: usize = 5;

pub fn items(place: usize) -> Vec<String> {
    (1..=ITEMS).map(|item| format!("CI-{}", place * ITEMS + item)).collect()
}

/// The store whose use is measured.
pub fn store(place: usize) -> String {
    format!("CI-{}", place * ITEMS + 5)
}

pub fn core_switch() -> String {
    format!("CI-{}", LIVE.len() * ITEMS + 1)
}

pub fn array() -> String {
    format!("CI-{}", LIVE.len() * ITEMS + 3)
}

/// Every item there is: those of the services, and the [`SHARED`] ones beneath them.
pub fn all_items() -> Vec<String> {
    (1..=LIVE.len() * ITEMS + SHARED.len()).map(|place| format!("CI-{place}")).collect()
}

pub fn write(script: &mut Script) {
    hours(script);
    items_of_services(script);
    services(script);
    dependencies(script);
    requirements(script);
    catalogue(script);
    assets(script);
    retiring_and_coming(script);
}

/// Number of the calendar by whose days people here work.
pub const OFFICE_HOURS: &str = "CLN-1";

fn hours(script: &mut Script) {
    let at = script.times.founding(2);
    let windows: Vec<_> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|weekday| json!({"weekday": weekday, "from": "07:00", "to": "19:00"}))
        .collect();
    let fields = json!({"name": "Office hours", "zone": "Europe/London", "windows": windows, "valid_from": day(at),
        "closed_dates": [format!("{}-12-25", script.times.year()), format!("{}-01-01", script.times.year())], "owner": AOIFE});
    script.create(at, INES, "service_calendar", fields);
    holidays(script);
    let fields = json!({"name": "Round the clock", "zone": "UTC", "valid_from": day(at), "owner": AOIFE});
    script.create(at, INES, "service_calendar", fields);
}

/// Days of next year: some that were approved, and some that wait for somebody to look at them.
fn holidays(script: &mut Script) {
    let year = script.times.at.plus_months(12).date().year();
    let at = script.times.workday(9, 10, 0);
    let days: Vec<_> = [("01-01", "New Year"), ("12-25", "Christmas Day"), ("12-28", "Boxing Day (observed)")]
        .iter()
        .map(|(day, name)| json!({"date": format!("{year}-{day}"), "name": name}))
        .collect();
    let fields = json!({"title": "Holidays from england.ics", "calendar": "CLN-1", "source": "england.ics", "days": days, "moves": 0,
        "effective_on": day(at.plus(5 * DAY))});
    let number = script.create(at, AOIFE, "holiday_proposal", fields);
    script.step(at.plus(DAY), INES, &number, "approved", json!({}));
    let at = script.times.workday(2, 15, 0);
    let days = json!([{"date": format!("{year}-05-31"), "name": "Spring Bank Holiday"}, {"date": format!("{year}-08-30"), "name": "Summer Bank Holiday"}]);
    let fields = json!({"title": "Holidays from bank-holidays.ics", "calendar": "CLN-3", "source": "bank-holidays.ics", "days": days, "moves": 0,
        "not_understood": ["line 31: “Half day” begins at a time of day (20270402T130000); only whole days close a calendar"]});
    script.create(at, AOIFE, "holiday_proposal", fields);
}

/// What several services stand on: name, type, what it is, owner.
const SHARED: [(&str, &str, &str, &str); 7] = [
    ("core-sw-01", "network", "Core switch, data centre North", JONAS),
    ("core-sw-02", "network", "Core switch, data centre South", JONAS),
    ("sto-07", "storage", "Storage array, data centre North", MAREK),
    ("sto-08", "storage", "Storage array, data centre South", MAREK),
    ("fw-edge-01", "network", "Firewall towards the internet", JONAS),
    ("hyp-01", "server", "Host of virtual servers, North", PAVEL),
    ("hyp-02", "server", "Host of virtual servers, South", PAVEL),
];

fn items_of_services(script: &mut Script) {
    let at = script.times.founding(3);
    for service in LIVE {
        let (short, owner) = (service.short, service.owner);
        let parts = [
            ("service", format!("{} as a whole", service.name), service.name.to_string()),
            ("application", format!("Application of {}", service.name), format!("{short}-app")),
            ("server", "Virtual server, first site".to_string(), format!("{short}-srv-01")),
            ("server", "Virtual server, second site".to_string(), format!("{short}-srv-02")),
            ("storage", "Volume on the shared array".to_string(), format!("{short}-vol")),
        ];
        for (ty, description, name) in parts {
            item(script, at, &name, ty, &description, owner);
        }
    }
    for (name, ty, description, owner) in SHARED {
        item(script, at, name, ty, description, owner);
    }
    let links_at = script.times.founding(4);
    for place in 0..LIVE.len() {
        let items = items(place);
        let pairs = [(0, 1, "depends-on"), (1, 2, "runs-on"), (1, 3, "runs-on"), (1, 4, "depends-on")];
        for (from, to, kind) in pairs {
            tie(script, links_at, &items[from], &items[to], kind);
        }
        tie(script, links_at, &items[2], &format!("CI-{}", LIVE.len() * ITEMS + 6), "runs-on");
        tie(script, links_at, &items[3], &format!("CI-{}", LIVE.len() * ITEMS + 7), "runs-on");
        tie(script, links_at, &items[4], &array(), "depends-on");
    }
    let base = LIVE.len() * ITEMS;
    for (from, to, kind) in [
        (1, 2, "connected-to"),
        (3, 1, "connected-to"),
        (4, 3, "backs-up"),
        (5, 1, "connected-to"),
        (6, 1, "connected-to"),
        (7, 2, "connected-to"),
    ] {
        tie(script, links_at, &format!("CI-{}", base + from), &format!("CI-{}", base + to), kind);
    }
}

fn item(script: &mut Script, at: model::Moment, name: &str, ty: &str, description: &str, owner: &str) {
    let site = if name.ends_with("02") { "LOC-3" } else { "LOC-2" };
    let fields = json!({"title": name, "type": ty, "description": description, "owner": owner, "environment": "production", "location": site});
    script.settled(at, GRETA, "ci", fields, "in-use");
}

fn tie(script: &mut Script, at: model::Moment, from: &str, to: &str, kind: &str) {
    script.create(
        at,
        GRETA,
        "ci_link",
        json!({"from": from, "to": to, "kind": kind, "title": format!("{from} {} {to}", kind.replace('-', " "))}),
    );
}

fn services(script: &mut Script) {
    let at = script.times.founding(5);
    for (place, service) in LIVE.iter().enumerate() {
        let customers: Vec<String> = service.customers.iter().map(|place| format!("CUS-{}", place + 1)).collect();
        let parties: Vec<String> = super::parties::parties_of(place);
        let hours = if service.criticality == "medium" { "CLN-1" } else { "CLN-2" };
        // The portal went live during the year; everything else was there before.
        let (stage, in_scope) = if place == 2 { ("in-build", true) } else { ("live", true) };
        let fields = json!({
            "name": service.name, "description": service.about, "owner": service.owner, "stage": stage, "in_scope": in_scope,
            "criticality": service.criticality, "criticality_reviewed_on": day(at), "customers": customers,
            "first_impact": if service.criticality == "critical" { "high" } else { "medium" }, "first_urgency": "medium",
            "team": team(service.team), "components": items(place), "parties": parties, "calendar": hours,
            "value": {"provider": "Steady income, and a reason for customers to stay", "customer": service.about},
        });
        let number = script.create(at, INES, "service", fields);
        let again = script.times.workday(120, 10, 0);
        script.edit(again, INES, &number, json!({"criticality_reviewed_on": day(again)}));
    }
}

fn dependencies(script: &mut Script) {
    let at = script.times.founding(6);
    // By place: who needs whom.
    for (from, to, note) in [
        (0, 3, "Runs on virtual servers"),
        (0, 4, "Keeps payments in a database"),
        (1, 3, "Runs on virtual servers"),
        (2, 3, "Runs on virtual servers"),
        (3, 5, "Reached over the network"),
        (4, 3, "Runs on virtual servers"),
        (6, 3, "Copies virtual servers"),
        (7, 8, "Signs people in"),
        (9, 8, "Signs people in"),
        (9, 5, "Reached over the network"),
    ] {
        let fields = json!({"from": number(from), "to": number(to), "kind": "depends-on", "note": note, "title": format!("{} needs {}", LIVE[from].name, LIVE[to].name)});
        script.create(at, INES, "service_dependency", fields);
    }
}

fn requirements(script: &mut Script) {
    let at = script.times.founding(9);
    for (place, service) in LIVE.iter().enumerate() {
        let fields = json!({"service": number(place), "kind": "availability", "title": format!("{}: availability", service.name),
            "statement": format!("Can be used {} percent of each month, announced maintenance aside.", service.availability),
            "source": "Talks with the customers before the agreement", "agreed_on": day(at), "version": 1, "owner": service.owner});
        script.settled(at, INES, "service_requirement", fields, "agreed");
        let fields = json!({"service": number(place), "kind": "support", "title": format!("{}: support", service.name),
            "statement": "Faults are taken day and night and answered by priority.", "source": "Service desk contract",
            "agreed_on": day(at), "version": 1, "owner": service.owner});
        script.settled(at, INES, "service_requirement", fields, "agreed");
    }
}

pub fn requirements_of(place: usize) -> [String; 2] {
    [format!("SRQ-{}", place * 2 + 1), format!("SRQ-{}", place * 2 + 2)]
}

fn catalogue(script: &mut Script) {
    let at = script.times.founding(25);
    for (place, service) in LIVE.iter().enumerate() {
        let fields = json!({"service": number(place), "title": service.name, "description": service.about,
            "outcomes": ["Work goes on without looking after the technology", "One place to ask"],
            "dependencies": [service_item(place)], "audience": "customers",
            "how_to_get": "Ask your customer manager, or order in the portal.", "owner": service.owner, "published_on": day(at), "reviewed_on": day(at)});
        let entry = script.settled(at, HUGO, "catalogue_entry", fields, "published");
        let again = script.times.workday(95, 13, 0);
        script.edit(again, HUGO, &entry, json!({"reviewed_on": day(again)}));
    }
}

fn assets(script: &mut Script) {
    let at = script.times.founding(10);
    let list: &[(&str, &str, usize, i64, i64)] = &[
        ("Database licences, 48 cores", "licence", 4, 210, 210),
        ("Virtualisation licences, 32 hosts", "licence", 3, 320, 320),
        ("Backup software, 40 TB", "licence", 6, 150, 150),
        ("Mailbox licences, 1,850", "licence", 7, 90, 90),
        ("Storage array sto-07", "hardware", 3, 900, 400),
        ("Storage array sto-08", "hardware", 3, 900, 400),
        ("Core switches, pair", "hardware", 5, 1_200, 700),
        ("Laptops for customers, 640", "hardware", 9, 800, 500),
        ("Second factor tokens, 900", "hardware", 8, 500, 500),
        ("Payment gateway certificates", "information", 0, 60, 60),
    ];
    for (title, ty, place, licence, support) in list {
        let owner = LIVE[*place].owner;
        let fields = json!({"title": title, "type": ty, "owner": owner, "service": number(*place), "location": "LOC-2",
            "obligations": "Count twice a year, return or wipe at the end.", "checked_on": day(at),
            "licence_until": day(script.times.at.plus(licence * DAY)), "support_until": day(script.times.at.plus(support * DAY)),
            "value": (support * 120)});
        let number = script.settled(at, GRETA, "asset", fields, "in-use");
        for days in [230, 55] {
            let checked = script.times.workday(days, 15, 0);
            script.edit(checked, PAVEL, &number, json!({"checked_on": day(checked)}));
        }
    }
}

fn retiring_and_coming(script: &mut Script) {
    let at = script.times.founding(5);
    let fields = json!({"name": "Security Monitoring", "description": "Watches for attacks day and night. Three customers try it.",
        "owner": CHEN, "stage": "in-design", "in_scope": true, "criticality": "high", "criticality_reviewed_on": day(at), "team": team("Security")});
    script.create(at, INES, "service", fields);
    let fields = json!({"name": "Shared Web Hosting", "description": "Small web sites on shared servers. Ends this winter.",
        "owner": GRETA, "stage": "live", "in_scope": false, "criticality": "low", "customers": ["CUS-4"], "team": team("Platform")});
    let number = script.create(at.plus(60_000), INES, "service", fields);
    script.edit(script.times.workday(110, 10, 0), INES, &number, json!({"stage": "retiring"}));
    let requirement = json!({"service": "SVC-11", "kind": "security", "title": "Security Monitoring: reaction",
        "statement": "Somebody looks at an alarm within ten minutes.", "source": "Pilot customers",
        "agreed_on": day(script.times.founding(60)), "version": 1, "owner": CHEN});
    script.settled(script.times.founding(60), INES, "service_requirement", requirement, "agreed");
}

/// Who works on tickets of a service: the owner's team.
pub fn engineers(place: usize) -> &'static [&'static str] {
    match LIVE[place].team {
        "Network" => &[JONAS, people::NADIA],
        "Workplace" => &[YUSUF, people::DESK[0], people::DESK[1]],
        "Security" => &[CHEN, people::IVANA],
        _ => &[GRETA, people::PRIYA, PAVEL, MAREK, LEON],
    }
}
