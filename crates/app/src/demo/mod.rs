//! A demonstration organisation: Tidewell, a provider of managed services with a year of work behind it, written through
//! the door with the clock of that year. The same seed and end give the same records.
//!
//! `script` plays what the others write: `people`, `portfolio`, `risks`, `parties`, `governance`, `papers`, `money`, `changes`, `tickets`,
//! `problems`, `orders`, `results`, `assurance`, `proof`, `measures`, `reviews`, `road`, `certificates`, `macros`, `shifts`, `skills`,
//! `reporting`;
//! `monitoring` brings events and `letters` mail at the end, and `talk` says what waits for those who sign in. Each kind of
//! record has its place there. Some duties are left undone on purpose, so that the assessment has something to find; each
//! such place says so, and `docs/conformity.md` lists them.

mod assurance;
mod certificates;
mod chance;
mod changes;
mod fieldwork;
mod governance;
mod letters;
mod macros;
mod measures;
mod money;
mod monitoring;
mod orders;
mod papers;
mod parties;
mod people;
mod portfolio;
mod problems;
mod proof;
mod reporting;
mod results;
mod reviews;
mod risks;
mod road;
mod script;
mod shifts;
mod skills;
mod talk;
mod texts;
mod tickets;
mod times;
mod views;

use desk::{Desk, accounts::NewAccount};
use engines::conformity::Assessment;
use model::{Actor, Moment, Role, Via, time::DAY};

use crate::Failure;

/// As it stands on its papers.
const ORGANISATION: &str = "Tidewell Managed Services";

/// A framework of Tidewell's own, as a library of CISO Assistant.
const HOUSE_RULES: &[u8] = include_bytes!("house_rules.yaml");

/// Whoever signs in, and with what.
pub struct Login {
    pub role: Role,
    pub email: String,
    pub password: String,
}

/// Writes the year that ends at `at`.
pub async fn write(desk: &Desk, seed: u64, at: Moment) -> Result<usize, Failure> {
    write_and_look(desk, seed, at, &[]).await.map(|(all, _)| all)
}

/// The same; answers too how conformity stood at some instants, judged when nothing later was written yet.
pub async fn write_and_look(
    desk: &Desk,
    seed: u64,
    at: Moment,
    looks: &[Moment],
) -> Result<(usize, Vec<Assessment>), Failure> {
    let mut script = script::Script::new(desk, seed, at);
    script.stops.extend(looks.iter().map(|look| (*look, script::Stop::Look)));
    people::write(&mut script);
    portfolio::write(&mut script);
    let slas = parties::write(&mut script);
    governance::write(&mut script);
    macros::write(&mut script);
    shifts::write(&mut script);
    skills::write(&mut script);
    money::write(&mut script);
    let made = changes::write(&mut script);
    let mut told = tickets::write(&mut script, &slas, &made);
    let outages = problems::write(&mut script, &mut told, &made);
    orders::write(&mut script, &told);
    tickets::write_open(&mut script, &slas);
    results::write(&mut script, &slas, &told, outages);
    assurance::write(&mut script);
    proof::write(&mut script);
    road::write(&mut script);
    certificates::write(&mut script);
    changes::routine(&mut script);
    reporting::write(&mut script);
    reporting::ask(&mut script);
    fieldwork::write(&mut script);
    let (all, seen) = script.play(desk).await?;
    // What the program itself does with what is left open: steps of escalation, closing, courses of major incidents.
    desk.ring_until(at).await?;
    desk.work_once(&crate::duties::doings(), at).await?;
    web::pages::road::watch(desk, at).await?;
    let first = people::team("Service desk");
    let name = [
        ("organisation", ORGANISATION.to_string()),
        ("first_team", first),
        ("working_calendar", portfolio::OFFICE_HOURS.into()),
    ];
    let name = name.map(|(name, value)| (name.to_string(), value));
    desk.set_settings(&Actor::system("demo", Via::Command), &name, at).await?;
    views::write(desk, at).await?;
    reporting::open_public_page(desk, at).await?;
    monitoring::write(desk, at).await?;
    letters::write(desk, at).await?;
    // Rules of the house beside the standard; nothing of ours is mapped to the last one.
    desk.save_framework(&people::actor(people::INES), HOUSE_RULES.to_vec(), at).await?;
    Ok((all, seen))
}

/// One account for each role, with a password that is made now and told once.
pub async fn logins(desk: &Desk, now: Moment) -> Result<Vec<Login>, Failure> {
    let house = Actor::system("demo", Via::Command);
    let chosen: [(Role, &str, &str); 9] = [
        (Role::Administrator, people::NILS, "Nils Haugen"),
        (Role::SmsManager, people::INES, "Ines Okafor"),
        (Role::ProcessOwner, people::TOMAS, "Tomas Lind"),
        (Role::Agent, people::DESK[0], "Rosa Marin"),
        (Role::Approver, people::SAMUEL, "Samuel Adeyemi"),
        (Role::CustomerUser, "maria.conti@castlebrook.example", "Maria Conti"),
        (Role::InternalAuditor, people::LUCIA, "Lucia Ferrer"),
        (Role::ExternalAuditor, fieldwork::AUDITOR, "External auditor"),
        (Role::TopManagement, people::DANIEL, "Daniel Roth"),
    ];
    let mut logins = Vec::with_capacity(chosen.len());
    for (role, email, name) in chosen {
        let password = password();
        let new = NewAccount {
            email: email.into(),
            name: name.into(),
            roles: people::roles_of(email, role),
            customer: (role == Role::CustomerUser).then(|| "CUS-1".into()),
            window: (role == Role::ExternalAuditor).then(|| (now.minus(DAY), now.plus(60 * DAY))),
            password: Some(password.clone()),
        };
        desk.create_account(&house, new, now).await?;
        logins.push(Login { role, email: email.into(), password });
    }
    talk::write(desk, now).await?;
    Ok(logins)
}

/// Four groups of four letters that are told apart when read aloud: 76 bits of the system's randomness.
fn password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let random = desk::ids::random::<16>();
    let letters: Vec<char> =
        random.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
