//! First drafts of what the standard wants in writing, in our own words: one Markdown file each, filled with what the records
//! say of the organisation, its services, roles and parties.

use std::{collections::BTreeMap, sync::LazyLock};

use desk::{Desk, Names, Shown, settings::Settings};
use kinds::{
    governance::{objective, process, role},
    portfolio::service,
    relationship::{customer, other_party},
};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use model::{Actor, Key, Moment, Refusal, field::Person};

use crate::{
    pages::road::facts::{STANDS, all},
    view::time,
};

/// A draft as its file has it.
#[derive(Debug)]
pub struct Starter {
    /// Name of its file, by which it is asked for.
    pub name: &'static str,
    pub title: String,
    /// The kind of record that it makes: a document, or a policy.
    pub record: String,
    /// The field `kind` of that record, and its subject.
    pub kind: String,
    pub subject: String,
    /// What it is a draft of, by the ids of documented information.
    pub covers: Vec<String>,
    text: &'static str,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../../starters/", $name, ".md")))),*] };
}

/// In the order of the clauses.
const FILES: &[(&str, &str)] = files![
    "scope",
    "service-management-policy",
    "risk-management",
    "objectives",
    "service-management-plan",
    "competence-and-awareness",
    "control-of-documents",
    "process-handbook",
    "service-planning",
    "service-catalogue",
    "configuration-management",
    "business-relationships",
    "service-levels",
    "supplier-management",
    "budgeting",
    "capacity-and-demand",
    "change-management-policy",
    "change-management",
    "design-and-transition",
    "release-policy",
    "release-management",
    "incident-management",
    "major-incident-procedure",
    "major-incident-criteria",
    "request-management",
    "problem-management",
    "availability-management",
    "continuity-plan",
    "information-security-policy",
    "security-management",
    "measurement-and-reporting",
    "internal-audit",
    "management-review",
    "nonconformity-and-improvement",
];

/// Every draft there is.
pub fn starters() -> &'static [Starter] {
    static READ: LazyLock<Vec<Starter>> = LazyLock::new(|| FILES.iter().map(|(name, file)| read(name, file)).collect());
    &READ
}

pub fn find(name: &str) -> Option<&'static Starter> {
    starters().iter().find(|starter| starter.name == name)
}

/// The first lines of a file, between two lines of `+++`, say what it is: `name = "value"`, or a list of values.
fn read(name: &'static str, file: &'static str) -> Starter {
    let rest = file.strip_prefix("+++\n").unwrap_or(file);
    let (head, text) = rest.split_once("\n+++\n").unwrap_or(("", rest));
    let said: BTreeMap<&str, Vec<String>> = head
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, values)| (key, values.split('"').skip(1).step_by(2).map(str::to_owned).collect()))
        .collect();
    let one = |key: &str| said.get(key).and_then(|values| values.first()).cloned().unwrap_or_default();
    Starter {
        name,
        title: one("title"),
        record: one("record"),
        kind: one("kind"),
        subject: one("subject"),
        covers: said.get("for").cloned().unwrap_or_default(),
        text,
    }
}

/// What drafts may name, as the actor may see it.
pub struct Words(Value);

/// Most records of a kind that a draft lists.
const MOST: usize = 60;

/// # Errors
/// Only what the desk itself cannot do.
pub async fn words(desk: &Desk, actor: &Actor, now: Moment) -> Result<Words, Refusal> {
    let of = async |kind: &'static str| -> Result<Vec<Shown>, Refusal> {
        let mut found = all(desk, actor, kind, STANDS, "number", now).await?;
        found.truncate(MOST);
        Ok(found)
    };
    let mut services = of("service").await?;
    services.retain(|shown| {
        let stage = service::STAGE.get(shown.fields());
        service::IN_SCOPE.get(shown.fields()) != Some(false) && stage.is_none_or(|stage| stage.0 != "retired")
    });
    let mut objectives = of("objective").await?;
    objectives.retain(|shown| !matches!(shown.state(), "closed" | "met" | "reached"));
    let (roles, customers) = (of("role").await?, of("customer").await?);
    let (parties, processes) = (of("other_party").await?, of("process").await?);
    let catalog = desk.catalog();
    let shown = [&services, &roles, &customers, &parties, &processes, &objectives];
    let known = shown.into_iter().flatten().filter_map(|shown| Some((catalog.find(shown.kind())?, shown)));
    let names = desk.names(actor, known, now).await?;
    let owned = |records: &[Shown], owner: Key<Person>, word: &'static str| {
        Value::from(
            records
                .iter()
                .map(|shown| row(shown, vec![(word, person(&names, owner.get(shown.fields())))]))
                .collect::<Vec<_>>(),
        )
    };
    let plan = super::plan_words::plan(desk, actor, now).await?;
    let settings = desk.settings();
    let organisation = if settings.organisation.is_empty() { "our organisation" } else { &settings.organisation };
    Ok(Words(Value::from_pairs([
        ("organisation", Value::from(organisation)),
        ("plan", plan),
        ("scope", Value::from(settings.scope.clone())),
        ("number", numbers(&settings)),
        ("interval", intervals(&settings)),
        ("critical", Value::from(critical(&services))),
        ("services", Value::from(services.iter().map(|shown| of_service(shown, &names)).collect::<Vec<_>>())),
        ("roles", owned(&roles, role::HOLDER, "holder")),
        ("customers", owned(&customers, customer::RELATIONSHIP_OWNER, "owner")),
        ("suppliers", owned(&parties, other_party::OWNER, "owner")),
        ("processes", owned(&processes, process::OWNER, "owner")),
        ("objectives", Value::from(objectives.iter().map(|shown| of_objective(shown, &names)).collect::<Vec<_>>())),
    ])))
}

/// What every record has, and more.
fn row(shown: &Shown, more: Vec<(&'static str, String)>) -> Value {
    let title = shown.title().to_owned();
    let own = [("number", shown.number().to_owned()), ("name", title.clone()), ("title", title)];
    Value::from_pairs(own.into_iter().chain(more).map(|(key, words)| (key, Value::from(words))))
}

fn person(names: &Names, mail: Option<Person>) -> String {
    let name = |mail: Person| names.people.get(&mail.0).map(|(name, _)| name.clone()).unwrap_or(mail.0);
    mail.map(name).unwrap_or_default()
}

fn of_service(shown: &Shown, names: &Names) -> Value {
    let fields = shown.fields();
    let criticality = service::CRITICALITY.get(fields).map(|level| level.0).unwrap_or_default();
    row(shown, vec![("owner", person(names, service::OWNER.get(fields))), ("criticality", criticality)])
}

fn of_objective(shown: &Shown, names: &Names) -> Value {
    let fields = shown.fields();
    let target = objective::TARGET.get(fields).map(|target| target.normalize().to_string()).unwrap_or_default();
    let unit = objective::UNIT.get(fields).map(|unit| unit.0).unwrap_or_default();
    let more = vec![
        ("measure", objective::MEASURE.get(fields).map(|measure| measure.0).unwrap_or_default()),
        ("target", format!("{target} {unit}").trim().to_owned()),
        ("due", objective::DUE.get(fields).map(time::day).unwrap_or_default()),
        ("owner", person(names, objective::OWNER.get(fields))),
    ];
    row(shown, more)
}

/// Names of the critical services in a line.
fn critical(services: &[Shown]) -> String {
    let is_critical =
        |shown: &&Shown| service::CRITICALITY.get(shown.fields()).is_some_and(|level| level.0 == "critical");
    services.iter().filter(is_critical).map(Shown::title).collect::<Vec<_>>().join(", ")
}

/// The numbers among the settings, those that checks use and those of the house.
fn numbers(settings: &Settings) -> Value {
    let listed = settings.listed();
    let keys = listed.iter().filter_map(|setting| setting.name.strip_prefix("number."));
    Value::from_pairs(keys.map(|key| (key.to_owned(), Value::from(settings.number(key)))))
}

fn intervals(settings: &Settings) -> Value {
    Value::from_pairs(settings.conformity.intervals.iter().map(|(id, months)| (id.clone(), Value::from(*months))))
}

impl Starter {
    /// The draft with the words of the organisation in it.
    ///
    /// # Errors
    /// A sentence with the line of the file that cannot be drawn; a test draws them all.
    pub fn draw(&self, words: &Words) -> Result<String, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        let drawn = environment.render_str(self.text, &words.0).map_err(|error| {
            format!("{}: line {}: {}", self.name, error.line().unwrap_or_default(), error.detail().unwrap_or_default())
        })?;
        Ok(drawn.trim().to_owned() + "\n")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use engines::conformity::catalogue;

    use super::*;

    #[test]
    fn all_that_must_be_in_writing_has_a_draft() {
        let covered: BTreeSet<&str> =
            starters().iter().flat_map(|starter| &starter.covers).map(String::as_str).collect();
        let wanted: BTreeSet<&str> = catalogue().documented.iter().map(|documented| documented.id.as_str()).collect();
        assert_eq!(wanted.difference(&covered).collect::<Vec<_>>(), Vec::<&&str>::new(), "without a draft");
        assert_eq!(covered.difference(&wanted).collect::<Vec<_>>(), Vec::<&&str>::new(), "drafts of nothing");
        for starter in starters() {
            assert!(!starter.title.is_empty() && !starter.kind.is_empty(), "{}", starter.name);
            assert!(matches!(starter.record.as_str(), "document" | "policy"), "{}", starter.name);
            assert!(starter.text.split_whitespace().count() > 100, "{} says too little", starter.name);
        }
    }
}
