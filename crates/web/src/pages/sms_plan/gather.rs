//! What the records say that belongs into the plan, as far as the reader may see it.

use std::collections::BTreeSet;

use desk::{Desk, Names, Shown, read::references, rights};
use kinds::{governance::management_plan as plan, portfolio::service, supply::budget};
use model::{Act, Actor, Kind, Moment, Refusal, Value};

use crate::{
    pages::{
        lines,
        road::facts::{STANDS, all},
    },
    record::piece::record_address,
    view::parts::Link,
};

/// Kinds of plans that must not contradict it: those that count, by their state or approval.
pub const OTHER_PLANS: [(&str, &str); 3] = [
    ("capacity_plan", "approved_on is filled"),
    ("continuity_plan", "approved_on is filled"),
    ("transition_plan", "state = approved or state = complete"),
];

/// Records of each kind, the plan first.
pub struct Facts {
    /// The approved plan, else the newest one that stands.
    pub plan: Option<Shown>,
    pub scope: Option<Shown>,
    /// In scope, live or on the way to it, as the check of 6.3.a reads them.
    pub services: Vec<Shown>,
    pub roles: Vec<Shown>,
    pub policies: Vec<Shown>,
    pub objectives: Vec<Shown>,
    pub risks: Vec<Shown>,
    pub method: Option<Shown>,
    pub wishes: Vec<Shown>,
    /// Approved budgets of the running year.
    pub budgets: Vec<Shown>,
    pub year: String,
    pub people: i64,
    pub parties: Vec<Shown>,
    pub measures: Vec<Shown>,
    pub programmes: Vec<Shown>,
    pub definitions: Vec<Shown>,
    pub processes: Vec<Shown>,
    /// Plans that are not linked to this one.
    pub apart: Vec<Shown>,
    /// Kinds that the reader may not read: of these nobody says that there are none.
    hidden: Vec<&'static str>,
    pub names: Names,
}

impl Facts {
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn gather(desk: &Desk, actor: &Actor, now: Moment) -> Result<Facts, Refusal> {
        let of = |kind: &'static str, filter: &'static str| all(desk, actor, kind, filter, "number", now);
        let newest = |kind: &'static str| all(desk, actor, kind, STANDS, "-created", now);
        let counts = |found: Vec<Shown>| {
            let approved = found.iter().find(|shown| shown.state() == "approved").cloned();
            approved.or_else(|| found.into_iter().next())
        };
        let plan = counts(newest("management_plan").await?);
        let mut services = of("service", "in_scope = yes").await?;
        services.retain(|shown| {
            service::STAGE.get(shown.fields()).is_some_and(|stage| matches!(stage.0.as_str(), "live" | "in-transition"))
        });
        let year = now.date().year().to_string();
        let mut budgets = of("budget", "state = approved").await?;
        budgets.retain(|shown| budget::PERIOD.get(shown.fields()).is_some_and(|period| period.0 == year));
        let mut facts = Facts {
            apart: apart(desk, actor, plan.as_ref(), now).await?,
            hidden: hidden(desk, actor),
            plan,
            scope: counts(newest("scope_statement").await?),
            services,
            roles: of("role", STANDS).await?,
            policies: of("policy", "state = approved").await?,
            objectives: of("objective", STANDS).await?,
            risks: of("risk", STANDS).await?,
            method: counts(newest("risk_method").await?),
            wishes: of("service_requirement", STANDS).await?,
            budgets,
            year,
            people: people(desk, actor, now).await?,
            parties: of("other_party", "active = yes").await?,
            measures: of("measure", STANDS).await?,
            programmes: of("audit_programme", STANDS).await?,
            definitions: of("report_definition", STANDS).await?,
            processes: of("process", STANDS).await?,
            names: Names::default(),
        };
        facts.names = facts.look_up(desk, actor, now).await?;
        Ok(facts)
    }

    async fn look_up(&self, desk: &Desk, actor: &Actor, now: Moment) -> Result<Names, Refusal> {
        let catalog = desk.catalog();
        let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
        let shown = self.roles.iter().chain(&self.services).chain(&self.parties).chain(&self.plan);
        for shown in shown {
            if let Some(kind) = catalog.find(shown.kind()) {
                references(kind, shown, &mut numbers, &mut mails);
            }
        }
        for duty in self.section("c").map(Value::entries).unwrap_or_default() {
            mails.extend(duty.part("owner").and_then(Value::as_text).map(str::to_owned));
        }
        numbers.extend(["a", "d"].iter().flat_map(|letter| self.numbers(letter)));
        numbers.extend(
            ["measures", "audit_programmes", "report_definitions", "improvement"]
                .iter()
                .flat_map(|part| self.ways(part)),
        );
        desk.names_of(actor, numbers, mails, now).await
    }

    /// A section of the plan's record by its letter.
    pub fn section(&self, letter: &str) -> Option<&Value> {
        self.plan.as_ref()?.fields().get(plan::SECTIONS.name)?.part(letter)
    }

    /// What a section says in words; empty where it says nothing.
    pub fn text(&self, letter: &str) -> &str {
        self.section(letter).and_then(Value::as_text).unwrap_or_default().trim()
    }

    /// The records that a section names.
    pub fn numbers(&self, letter: &str) -> Vec<String> {
        texts(self.section(letter))
    }

    /// The records that a part of section h names.
    pub fn ways(&self, part: &str) -> Vec<String> {
        texts(self.section("h").and_then(|section| section.part(part)))
    }

    /// Records that the plan says it was made from.
    pub fn references(&self) -> Vec<String> {
        texts(self.plan.as_ref().and_then(|shown| shown.fields().get(plan::REFERENCES.name)))
    }

    /// Whether the reader would see a record of a kind.
    pub fn sees(&self, kind: &str) -> bool {
        !self.hidden.contains(&kind)
    }

    /// Name of a person, or the e-mail where no record has it.
    pub fn name(&self, mail: &str) -> String {
        lines::person(mail, &self.names).name
    }

    /// Where a field of the plan's record is written; the form of a new one while there is none.
    pub fn edit(&self, field: &str) -> String {
        match &self.plan {
            Some(shown) => format!("/management_plans/{}/edit#f-{field}", shown.number()),
            None => "/management_plans/new".into(),
        }
    }
}

/// The texts of a list, or the one text that stands alone.
fn texts(value: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    match value.as_text() {
        Some(text) => vec![text.to_owned()],
        None => value.entries().iter().filter_map(Value::as_text).map(str::to_owned).collect(),
    }
}

fn hidden(desk: &Desk, actor: &Actor) -> Vec<&'static str> {
    let catalog = desk.catalog();
    let unread = catalog.kinds().iter().filter(|kind| !rights::may(actor, kind, Act::Read, None));
    unread.map(|kind| kind.name).collect()
}

/// Other plans that count and are not linked to the plan.
async fn apart(desk: &Desk, actor: &Actor, plan: Option<&Shown>, now: Moment) -> Result<Vec<Shown>, Refusal> {
    let mut found = Vec::new();
    for (kind, counts) in OTHER_PLANS {
        let filter = match plan {
            Some(shown) => format!("({counts}) and not linked to \"{}\"", shown.number()),
            None => counts.to_owned(),
        };
        found.extend(all(desk, actor, kind, &filter, "number", now).await?);
    }
    Ok(found)
}

async fn people(desk: &Desk, actor: &Actor, now: Moment) -> Result<i64, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("person").ok_or(Refusal::NotFound)?;
    match desk.count(actor, &lines::query_of(kind, Some(kind.name), "active = yes", "", 1)?, now).await {
        Err(Refusal::NotFound) => Ok(0),
        count => count,
    }
}

/// A record by its title, leading to it.
pub fn link(kind: Option<&Kind>, shown: &Shown) -> Link {
    let words = if shown.title().is_empty() {
        shown.number().to_owned()
    } else {
        format!("{} {}", shown.number(), shown.title())
    };
    Link::new(words, kind.map_or_else(String::new, |kind| record_address(kind, shown.number())))
}
