//! Who works at Tidewell, in which teams and roles, what they can do and were told; and people of customers.

use model::{Actor, Role, Via};
use serde_json::json;

use super::{script::Script, times::day};

/// Name, team, what they do, roles in the program.
pub const STAFF: &[(&str, &str, &str, &[Role])] = &[
    ("Helena Marsh", "Management", "Managing director", &[Role::TopManagement]),
    ("Daniel Roth", "Management", "Head of services", &[Role::TopManagement]),
    ("Ines Okafor", "Service management", "SMS manager", &[Role::SmsManager]),
    ("Samuel Adeyemi", "Service management", "Change and release manager", &[Role::Approver, Role::ProcessOwner]),
    ("Tomas Lind", "Service management", "Incident and problem manager", &[Role::ProcessOwner]),
    ("Hugo Leclerc", "Service management", "Customer relationship manager", &[Role::ProcessOwner]),
    ("Mei Tanaka", "Service management", "Supplier manager", &[Role::ProcessOwner]),
    ("Ben Carver", "Service management", "Capacity and availability manager", &[Role::ProcessOwner]),
    ("Oskar Blum", "Finance", "Controller", &[Role::ProcessOwner]),
    ("Sara Lindholm", "Management", "People and training", &[Role::ProcessOwner]),
    ("Greta Vass", "Platform", "Platform lead", &[Role::ProcessOwner, Role::Agent]),
    ("Jonas Weber", "Network", "Network lead", &[Role::ProcessOwner, Role::Agent]),
    ("Marek Nowak", "Platform", "Storage and backup engineer", &[Role::ProcessOwner, Role::Agent]),
    ("Yusuf Demir", "Workplace", "E-mail engineer", &[Role::ProcessOwner, Role::Agent]),
    ("Chen Wei", "Security", "Security manager", &[Role::ProcessOwner, Role::Agent]),
    ("Aoife Brennan", "Service desk", "Service desk lead", &[Role::ProcessOwner, Role::Agent]),
    ("Leon Fuchs", "Platform", "Clinical applications", &[Role::ProcessOwner, Role::Agent]),
    ("Priya Nair", "Platform", "Database engineer", &[Role::Agent]),
    ("Pavel Dvorak", "Platform", "Systems engineer", &[Role::Agent]),
    ("Nadia Rahimi", "Network", "Network engineer", &[Role::Agent]),
    ("Ivana Kos", "Security", "Security analyst", &[Role::Agent]),
    ("Rosa Marin", "Service desk", "Service desk agent", &[Role::Agent]),
    ("Kofi Mensah", "Service desk", "Service desk agent", &[Role::Agent]),
    ("Elin Strand", "Service desk", "Service desk agent", &[Role::Agent]),
    ("Lucia Ferrer", "Management", "Internal auditor", &[Role::InternalAuditor]),
    ("Nils Haugen", "Platform", "Administrator of the tools", &[Role::Administrator]),
];

/// Name, e-mail and customer number of people who raise tickets.
pub const CALLERS: &[(&str, &str, &str)] = &[
    ("Maria Conti", "maria.conti@castlebrook.example", "CUS-1"),
    ("James Ames", "james.ames@castlebrook.example", "CUS-1"),
    ("Teresa Reyes", "teresa.reyes@castlebrook.example", "CUS-1"),
    ("Fiona Walsh", "fiona.walsh@staldate.example", "CUS-2"),
    ("Omar Haddad", "omar.haddad@staldate.example", "CUS-2"),
    ("Peter Quill", "peter.quill@wexcombe.example", "CUS-3"),
    ("Agnes Dahl", "agnes.dahl@wexcombe.example", "CUS-3"),
    ("Karin Lindqvist", "karin@lindqvist.example", "CUS-4"),
    ("Bo Sandberg", "bo.sandberg@lindqvist.example", "CUS-4"),
    ("Kim Harbour", "kim@harbourdental.example", "CUS-5"),
];

pub const HELENA: &str = "helena.marsh@tidewell.example";
pub const DANIEL: &str = "daniel.roth@tidewell.example";
pub const INES: &str = "ines.okafor@tidewell.example";
pub const SAMUEL: &str = "samuel.adeyemi@tidewell.example";
pub const TOMAS: &str = "tomas.lind@tidewell.example";
pub const HUGO: &str = "hugo.leclerc@tidewell.example";
pub const MEI: &str = "mei.tanaka@tidewell.example";
pub const BEN: &str = "ben.carver@tidewell.example";
pub const OSKAR: &str = "oskar.blum@tidewell.example";
pub const SARA: &str = "sara.lindholm@tidewell.example";
pub const GRETA: &str = "greta.vass@tidewell.example";
pub const JONAS: &str = "jonas.weber@tidewell.example";
pub const MAREK: &str = "marek.nowak@tidewell.example";
pub const YUSUF: &str = "yusuf.demir@tidewell.example";
pub const CHEN: &str = "chen.wei@tidewell.example";
pub const AOIFE: &str = "aoife.brennan@tidewell.example";
pub const LEON: &str = "leon.fuchs@tidewell.example";
pub const PRIYA: &str = "priya.nair@tidewell.example";
pub const PAVEL: &str = "pavel.dvorak@tidewell.example";
pub const NADIA: &str = "nadia.rahimi@tidewell.example";
pub const IVANA: &str = "ivana.kos@tidewell.example";
pub const LUCIA: &str = "lucia.ferrer@tidewell.example";
pub const NILS: &str = "nils.haugen@tidewell.example";
pub const DESK: [&str; 3] =
    ["rosa.marin@tidewell.example", "kofi.mensah@tidewell.example", "elin.strand@tidewell.example"];
/// What monitoring writes under.
pub const MONITORING: &str = "monitoring@tidewell.example";

pub const TEAMS: &[(&str, &str, &str)] = &[
    ("Service desk", "Takes calls, mails and portal tickets day and night, solves two of three itself.", AOIFE),
    ("Platform", "Servers, storage, databases, backup.", GRETA),
    ("Network", "Lines, switches, wireless, firewalls.", JONAS),
    ("Workplace", "Devices, mail, printing.", YUSUF),
    ("Security", "Identities, access, watching for attacks.", CHEN),
    ("Service management", "Runs the processes and looks after customers and suppliers.", INES),
    ("Management", "Directs the company.", HELENA),
    ("Finance", "Budgets, costs, invoices.", OSKAR),
];

pub fn mail(name: &str) -> String {
    format!("{}@tidewell.example", name.to_lowercase().replace(' ', "."))
}

/// The number of a team by its name.
pub fn team(name: &str) -> String {
    let place = TEAMS.iter().position(|(team, ..)| *team == name).unwrap_or_default();
    format!("TM-{}", place + 1)
}

/// Who acts under an e-mail, with the roles that they have.
pub fn actor(email: &str) -> Actor {
    let staff = STAFF.iter().find(|(name, ..)| mail(name) == email);
    let caller = CALLERS.iter().find(|(_, mail, _)| *mail == email);
    let (name, roles, customer) = match (staff, caller) {
        (Some((name, _, _, roles)), _) => (*name, roles.to_vec(), None),
        (None, Some((name, _, customer))) => (*name, vec![Role::CustomerUser], Some((*customer).to_string())),
        (None, None) => ("Monitoring", vec![Role::Agent], None),
    };
    let via = if email == MONITORING { Via::Api } else { Via::Web };
    Actor { email: email.into(), name: name.into(), roles, customer, ..Actor::system("demo", via) }
}

pub fn write(script: &mut Script) {
    places_and_teams(script);
    persons(script);
    roles(script);
    competences(script);
    told(script);
}

fn places_and_teams(script: &mut Script) {
    let at = script.times.founding(0);
    for (name, address) in [
        ("Harbour House", "Quay Street 4, head office and service desk"),
        ("Data centre North", "Millfield Park 2, main site of servers and storage"),
        ("Data centre South", "Station Road 88, second site"),
    ] {
        script.create(at, INES, "location", json!({"name": name, "address": address}));
    }
    for (name, purpose, lead) in TEAMS {
        let members: Vec<String> =
            STAFF.iter().filter(|(_, team, ..)| team == name).map(|(name, ..)| mail(name)).collect();
        let address = format!("{}@tidewell.example", name.to_lowercase().replace(' ', "-"));
        let fields = json!({"name": name, "purpose": purpose, "members": members, "lead": lead, "on_call": lead, "email": address});
        script.create(at, INES, "team", fields);
    }
}

fn persons(script: &mut Script) {
    for (place, (name, in_team, task, _)) in STAFF.iter().enumerate() {
        // Two came during the year.
        let newcomer = matches!(*name, "Elin Strand" | "Ivana Kos");
        let at = if newcomer { script.times.workday(200, 9, 0) } else { script.times.founding(0) };
        let joined = if newcomer { day(at) } else { day(at.minus((300 + 97 * place as i64) * model::time::DAY)) };
        let fields = json!({
            "name": name, "title": name, "email": mail(name), "active": true, "joined_on": joined,
            "team": team(in_team), "phone": format!("+44 20 7946 0{:03}", 100 + place), "location": "LOC-1",
        });
        let number = script.create(at, SARA, "person", fields);
        script.note(at.plus(60_000), SARA, &number, task);
    }
    let gone = script.times.workday(240, 9, 0);
    let fields = json!({"name": "Viktor Holm", "email": "viktor.holm@tidewell.example", "active": true,
        "joined_on": "2019-04-01", "team": team("Service desk")});
    let number = script.create(script.times.founding(0), SARA, "person", fields);
    script.edit(gone, SARA, &number, json!({"active": false, "left_on": day(gone)}));
}

/// Name, holder, duties, authority.
const ROLES: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "top-management",
        HELENA,
        &["direct the company", "hold the management review"],
        &["approve-document", "accept-risk", "decide on money"],
    ),
    ("top-management", DANIEL, &["answer for all services"], &["approve-document", "accept-risk", "freeze changes"]),
    (
        "sms-manager",
        INES,
        &["conformity-of-sms", "report-to-top-management", "keep the plan"],
        &["approve-document", "call for action"],
    ),
    ("change-manager", SAMUEL, &["lead the change board", "keep the schedule"], &["approve changes", "stop a change"]),
    (
        "incident-manager",
        TOMAS,
        &["lead major incidents", "watch targets", "find causes"],
        &["call out any team", "declare a major incident"],
    ),
    ("customer-manager", HUGO, &["hold service reviews", "answer complaints"], &["promise within an agreement"]),
    (
        "supplier-manager",
        MEI,
        &["measure suppliers", "review contracts"],
        &["call for improvement", "withhold payment"],
    ),
    ("capacity-manager", BEN, &["measure and plan capacity and availability"], &["order within the plan"]),
    ("security-manager", CHEN, &["keep controls working", "lead security incidents"], &["block access at once"]),
    ("service-desk-lead", AOIFE, &["run the service desk"], &["assign any ticket"]),
    ("controller", OSKAR, &["budget and account for services"], &["release invoices"]),
];

fn roles(script: &mut Script) {
    let at = script.times.founding(1);
    for (name, holder, duties, authority) in ROLES {
        let fields = json!({"name": name, "title": name.replace('-', " "), "duties": duties, "authority": authority,
            "holder": holder, "appointed_on": day(at), "reports_to": if *name == "top-management" { None } else { Some("ROL-2") }});
        script.create(at, INES, "role", fields);
    }
}

fn competences(script: &mut Script) {
    let needs: &[(&str, &str, i64, &str)] = &[
        (HELENA, "Lead a service company", 4, "Twenty years in the trade, board minutes"),
        (DANIEL, "Lead services and suppliers", 4, "Appraisal"),
        (INES, "Run a service management system", 4, "Certificate, ISO/IEC 20000 practitioner"),
        (SAMUEL, "Weigh and schedule changes", 4, "Certificate, change and release"),
        (TOMAS, "Lead major incidents, find causes", 4, "Certificate, and two exercises led"),
        (HUGO, "Look after customers", 3, "Appraisal and customer feedback"),
        (MEI, "Manage suppliers and contracts", 4, "Certificate, purchasing"),
        (BEN, "Measure and forecast capacity", 3, "Course, statistics"),
        (CHEN, "Manage information security", 5, "Certificate, information security manager"),
        (AOIFE, "Lead a service desk", 4, "Certificate, service desk manager"),
        (OSKAR, "Budget and account for services", 4, "Degree, accounting"),
        (LUCIA, "Internal audit of management systems", 4, "Certificate, auditing"),
        (GRETA, "Run a virtual platform", 5, "Maker's certificate, expert"),
        (JONAS, "Run routed and wireless networks", 5, "Maker's certificate, expert"),
        (PRIYA, "Run databases for payments", 4, "Maker's certificate"),
        (MAREK, "Run storage and backup", 4, "Maker's certificate"),
        (YUSUF, "Run mail and collaboration", 4, "Maker's certificate"),
    ];
    let at = script.times.founding(8);
    for (person, need, level, proof) in needs {
        let verified = script.times.date(150);
        let fields = json!({"person": person, "title": format!("{}: {need}", name_of(person)), "need": need, "level": level, "proof": proof,
            "verified_on": day(at)});
        let number = script.create(at, SARA, "competence", fields);
        script.edit(script.times.workday(150, 14, 0), SARA, &number, json!({"verified_on": verified}));
    }
    let at = script.times.workday(70, 10, 0);
    let fields = json!({"person": IVANA, "title": "Ivana Kos: Lead a security incident", "need": "Lead a security incident",
        "level": 2, "gap": "Has watched two, not led one yet"});
    let number = script.create(at, SARA, "competence", fields);
    let action = json!({"text": "Lead the next exercise, with Chen Wei beside her", "source": number, "owner": IVANA,
        "due": script.times.date(-30), "priority": "medium"});
    let action = script.create(at.plus(60_000), SARA, "action", action);
    script.edit(at.plus(120_000), SARA, &number, json!({"actions": [action]}));
}

pub fn name_of(email: &str) -> &str {
    STAFF.iter().find(|(name, ..)| mail(name) == email).map_or(email, |(name, ..)| *name)
}

fn told(script: &mut Script) {
    let topics = ["policy", "objectives", "services", "contribution", "consequences"];
    let early = script.times.founding(30);
    let late = script.times.workday(85, 15, 0);
    for (name, ..) in STAFF {
        let newcomer = matches!(*name, "Elin Strand" | "Ivana Kos");
        let mut times = vec![(late, "briefing")];
        if newcomer {
            times.insert(0, (script.times.workday(196, 10, 0), "induction"));
        } else {
            times.insert(0, (early, "briefing"));
        }
        for (at, how) in times {
            let fields = json!({"person": mail(name), "title": format!("{name}, {how}"), "topics": topics, "on": day(at), "how": how});
            script.create(at, SARA, "awareness", fields);
        }
    }
    let courses: &[(&str, i64, &[&str], bool)] = &[
        ("Finding causes: five whys and fault trees", 320, &[TOMAS, PRIYA, GRETA], true),
        ("Leading a major incident", 260, &[TOMAS, AOIFE, GRETA], true),
        ("Writing for customers", 180, &[AOIFE, DESK[0], DESK[1], DESK[2]], true),
        ("Internal audit refresher", 170, &[LUCIA], true),
        // Nobody came back to this one: the assessment finds it.
        ("Handling personal data", 128, &[DESK[0], DESK[1], DESK[2], YUSUF], false),
        ("New backup software", 40, &[MAREK, PAVEL], false),
    ];
    for (topic, days, persons, checked) in courses {
        let at = script.times.workday(*days, 9, 0);
        let fields = json!({"topic": topic, "persons": persons, "held_on": day(at), "provider": "Northgate Training", "owner": SARA});
        let number = script.settled(at, SARA, "training", fields, "done");
        if *checked {
            let later = script.times.workday(days - 60, 11, 0);
            let fields = json!({"effect_checked_on": day(later), "effective": true});
            script.edit(later, SARA, &number, fields);
        }
    }
}

/// The roles of an account: those of the person, else the one that it is made for.
pub fn roles_of(email: &str, role: Role) -> Vec<Role> {
    let staff = STAFF.iter().find(|(name, ..)| mail(name) == email);
    staff.map_or_else(|| vec![role], |(_, _, _, roles)| roles.to_vec())
}
