//! A rule acts on one record: everything of it or nothing, through the door, with a note on the record that explains it. What
//! it may not do, and what the record refuses, is told on the rule; chains and repeats have an end.

use std::collections::{BTreeMap, BTreeSet};

use engines::automation::{self, Act};
use futures::FutureExt;
use model::{
    Actor, Command, Input, Kind, Link, Moment, Record, Refusal, Role, Target, Value, Via,
    filter::Context,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::Value as Json;

use crate::{
    Desk, assigning,
    automation::{ACT, CHAIN_MAX, Rule, Run, rules::look_for_due},
    perform,
    post::Notice,
    rights,
    store::{self as rows, account, automation as store, db::Conn, fault::Fault, filter::Builder, job},
    unit::{Office, Unit},
};

/// How often a rule acts on one record within an hour.
const REPEATS_MAX: i64 = 5;
/// Records that are due which one look takes on.
const DUE_MAX: i64 = 200;
/// Runs are kept for so long.
const KEPT: i64 = 90 * DAY;

impl Desk {
    /// A rule acts: the job [`ACT`].
    pub(crate) async fn act_by_rule(&self, payload: &Json, now: Moment) -> Result<(), Refusal> {
        let text = |name: &str| payload.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
        let rule = payload.get("rule").and_then(Json::as_i64).unwrap_or_default();
        let chain = payload.get("chain").and_then(Json::as_array).into_iter().flatten();
        let chain: Vec<i64> = chain.filter_map(Json::as_i64).collect();
        let (number, cause) = (text("number"), text("cause"));
        self.through_the_door(move |conn, office| {
            let (number, cause, chain) = (number.clone(), cause.clone(), chain.clone());
            async move { run(conn, office, rule, &number, &cause, chain, now).await }.boxed()
        })
        .await
    }

    /// Looks for records that are due for a rule, and promises to look again while there is such a rule.
    pub(crate) async fn look_for_due(&self, now: Moment) -> Result<(), Refusal> {
        let rules = self.active_automations();
        let due: Vec<Rule> =
            rules.iter().filter(|rule| rule.definition.when == automation::When::Due).cloned().collect();
        if due.is_empty() {
            return Ok(());
        }
        let office = self.office();
        self.db()
            .write(move |conn| {
                async move {
                    let mut jobs = vec![look_for_due(now.plus(MINUTE))];
                    for rule in &due {
                        jobs.extend(due_jobs(conn, &office, rule, now).await?);
                    }
                    job::add(conn, &office.ids, &jobs, now).await
                }
                .boxed()
            })
            .await?;
        self.wake();
        Ok(())
    }

    /// Forgets old runs.
    pub(crate) async fn sweep_runs(&self, now: Moment) -> Result<(), Fault> {
        self.db().write(move |conn| async move { store::sweep(conn, now.minus(KEPT)).await }.boxed()).await
    }
}

async fn due_jobs(conn: &mut Conn, office: &Office, rule: &Rule, now: Moment) -> Result<Vec<model::Job>, Fault> {
    let Some(kind) = office.catalog.find(&rule.definition.kind) else { return Ok(Vec::new()) };
    let Ok(filter) = automation::filter(&rule.definition, kind) else { return Ok(Vec::new()) };
    let ahead = rule.definition.minutes.saturating_mul(MINUTE);
    let span = (rule.since.max(now.minus(DAY)).plus(ahead), now.plus(ahead));
    let mut builder = Builder::new(conn.dialect(), Context { me: &rule.author, now });
    let condition = builder.filter(&filter, kind);
    let found = store::due(conn, kind.name, span, (&condition, &builder.args), DUE_MAX).await?;
    let mut jobs = Vec::new();
    for (number, _, due) in found {
        let cause = format!("due {due}");
        if !store::has_run(conn, rule.id, &number, &cause).await? {
            jobs.push(model::Job {
                name: ACT,
                payload: serde_json::json!({"rule": rule.id, "number": number, "cause": cause, "chain": []}),
                run_at: now,
                key: Some(format!("{ACT} {} {number} {cause}", rule.id)),
            });
        }
    }
    Ok(jobs)
}

async fn run(
    conn: &mut Conn,
    office: &Office,
    id: i64,
    number: &str,
    cause: &str,
    chain: Vec<i64>,
    now: Moment,
) -> Result<(), Refusal> {
    let Some(rule) = store::by_id(conn, id).await?.filter(|rule| rule.active) else { return Ok(()) };
    if store::has_run(conn, id, number, cause).await? {
        return Ok(());
    }
    let recent = store::recent(conn, id, number, now.minus(HOUR)).await?;
    let actor = acting(conn, &rule, now).await?;
    let mut unit = Unit::new(conn, office, now);
    let Some(record) = unit.find(number).await?.map(|kept| kept.record) else { return Ok(()) };
    let Some(kind) = office.catalog.find(record.kind).filter(|kind| kind.name == rule.definition.kind) else {
        return Ok(());
    };
    let filter = automation::filter(&rule.definition, kind);
    let context = Context { me: &rule.author, now };
    if filter.as_ref().is_ok_and(|filter| !filter.holds(kind, &record, &[], context)) {
        return Ok(());
    }
    let stopped = stop(&chain, id, recent);
    let ends = match (stopped, filter, actor) {
        (Some(why), ..) => ("stopped", why),
        (None, Err(why), _) | (None, _, Err(why)) => ("failed", why),
        (None, Ok(_), Ok(actor)) => {
            unit.follows([chain, vec![id]].concat());
            match acts(&mut unit, &rule, kind, &record, &actor, now).await {
                Ok(told) => {
                    unit.flush().await?;
                    ("done", told)
                }
                Err(Refusal::Fault(id)) => return Err(Refusal::Fault(id)),
                // Nothing of it is written.
                Err(refusal) => ("failed", refusal.sentence()),
            }
        }
    };
    let told: String = ends.1.chars().take(500).collect();
    let error = if ends.0 == "failed" { format!("{number}: {told}") } else { String::new() };
    store::told(conn, id, &error).await?;
    let run = Run {
        id: office.ids.next(now),
        rule: id,
        number: number.into(),
        cause: cause.into(),
        outcome: ends.0.into(),
        told,
        at: now,
    };
    if !store::add_run(conn, &run).await? {
        // Another server did the same at the same time: this one takes everything back.
        return Err(Fault::new(format!("the rule {id} acted on {number} twice at once")).into());
    }
    Ok(())
}

/// Why a rule does not act again; `None` where it may.
fn stop(chain: &[i64], id: i64, recent: i64) -> Option<String> {
    if chain.contains(&id) {
        return Some("it follows from its own act: it would go round in a circle".into());
    }
    if chain.len() >= CHAIN_MAX {
        return Some(format!("it is the end of a chain of {CHAIN_MAX} rules"));
    }
    (recent >= REPEATS_MAX).then(|| format!("it acted {recent} times on this record within an hour"))
}

/// Who acts: the rule, with the declared roles that its author still has.
async fn acting(conn: &mut Conn, rule: &Rule, now: Moment) -> Result<Result<Actor, String>, Fault> {
    let author = account::by_email(conn, &rule.author).await?.map(|found| found.account);
    let Some(author) = author.filter(|author| author.is_open_at(now)) else {
        return Ok(Err(format!("its author {} may not act any more: somebody else must save it", rule.author)));
    };
    let actor = author.actor(Via::Job, false);
    let roles: Vec<Role> = rule.definition.roles.iter().copied().filter(|role| actor.has(*role)).collect();
    if roles.is_empty() {
        return Ok(Err(format!("its author {} has none of its roles any more", rule.author)));
    }
    Ok(Ok(Actor { email: format!("automation/{}", rule.name), name: rule.name.clone(), roles, ..actor }))
}

/// Does all acts of a rule and says on the record what it did and why.
async fn acts(
    unit: &mut Unit<'_>,
    rule: &Rule,
    kind: &Kind,
    record: &Record,
    actor: &Actor,
    now: Moment,
) -> Result<String, Refusal> {
    let acts = automation::acts(&rule.definition.acts).map_err(|why| Refusal::field("acts", why))?;
    let mut done = Vec::new();
    for act in &acts {
        done.push(one(unit, kind, record, actor, act, now).await?);
    }
    let told = done.join("; ");
    let because = automation::because(&rule.definition);
    let text = format!("The rule \"{}\" acted because {because}: {told}.", rule.name);
    let command = Command::Note { target: target(kind.name, &record.number), text, public: false };
    perform::perform(unit, actor, command, now).await?;
    Ok(told)
}

fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

/// Does one act and answers what it did, in words.
async fn one(
    unit: &mut Unit<'_>,
    kind: &Kind,
    record: &Record,
    actor: &Actor,
    act: &Act,
    now: Moment,
) -> Result<String, Refusal> {
    let on = target(kind.name, &record.number);
    let fill = |text: &str| automation::filled(text, kind, record);
    let all = |sets: &[(String, String)]| -> Vec<(String, String)> {
        sets.iter().map(|(name, value)| (name.clone(), automation::value_in(value, kind, record))).collect()
    };
    match act {
        Act::Set(sets) => {
            let fields = all(sets);
            let words: Vec<String> = fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let command = Command::Edit { target: on, input: Input::text(fields) };
            perform::perform(unit, actor, command, now).await?;
            Ok(format!("set {}", words.join(", ")))
        }
        Act::Step { to, note } => {
            let words = format!("moved to {}", kind.state_label(to).to_lowercase());
            let note = Some(fill(note)).filter(|note| !note.trim().is_empty());
            let command = Command::Step { target: on, to: to.clone(), input: Input::default(), note, public: false };
            perform::perform(unit, actor, command, now).await.map(|_| words)
        }
        Act::Note { text, public } => {
            let command = Command::Note { target: on, text: fill(text), public: *public };
            perform::perform(unit, actor, command, now).await?;
            Ok(if *public { "replied".into() } else { "wrote a note".into() })
        }
        Act::Mail { to, text } => {
            let to = to.iter().map(|to| fill(to).trim().to_lowercase()).filter(|to| !to.is_empty());
            let to: BTreeSet<String> =
                to.flat_map(|to| to.split(',').map(|one| one.trim().into()).collect::<Vec<_>>()).collect();
            mail(unit, record, &to, &fill(text), now).await
        }
        Act::Assign { team } => assign(unit, kind, record, actor, fill(team).trim(), now).await,
        Act::Open { kind: other, link, fields } => {
            let mut fields: BTreeMap<String, String> = all(fields).into_iter().collect();
            let opened = unit.catalog().find(other).ok_or(Refusal::NotFound)?;
            // What follows from a customer's record is that customer's.
            if let (Some(field), Some(customer)) = (opened.customer_field, &record.customer) {
                fields.entry(field.into()).or_insert_with(|| customer.clone());
            }
            let command = Command::Create { kind: opened.name.into(), number: None, input: Input::text(fields) };
            let done = perform::perform(unit, actor, command, now).await?;
            let name = if link.is_empty() { "relates_to" } else { link.as_str() };
            let link = Link { name: name.into(), to: done.number.clone() };
            perform::perform(unit, actor, Command::Link { target: on, link }, now).await?;
            Ok(format!("opened {}", done.number))
        }
    }
}

/// Gives a record to whoever of a team has least open, and answers to whom and how all of them stood.
async fn assign(
    unit: &mut Unit<'_>,
    kind: &Kind,
    record: &Record,
    actor: &Actor,
    team: &str,
    now: Moment,
) -> Result<String, Refusal> {
    let Some(assignment) = kind.assignment else { return Err(Refusal::NotFound) };
    // As it stands by now: an act before this one may have set the team.
    let record = unit.find(&record.number).await?.map(|kept| kept.record).ok_or(Refusal::NotFound)?;
    let held = |field: &str| record.fields.get(field).and_then(Value::as_text).unwrap_or_default().to_string();
    let own = held(assignment.team);
    let number = if team.is_empty() { own.clone() } else { team.to_string() };
    if number.is_empty() {
        return Ok("gave it to nobody, because no team has it".into());
    }
    // Locked until the end: of two that are given out at once the second one counts the first.
    let known = unit.find(&number).await?.map(|kept| kept.record);
    let Some(team) = known.filter(|team| team.fields.contains_key(assignment.members)) else {
        return Err(Refusal::field(assignment.team, format!("{number} is no team with people")));
    };
    let catalog = unit.catalog();
    let scope = rights::scope(actor, catalog, None, now);
    let members = assigning::of_team(unit.conn(), (catalog, &scope), &assignment, &team, now).await?;
    let owner = held(assignment.owner);
    if let Some(has_it) = members.iter().find(|member| member.person == owner) {
        return Ok(format!("left it with {}, who has it already", has_it.name));
    }
    let told = engines::assigning::told(&members);
    let next = engines::assigning::next(&members);
    let mut fields = Vec::new();
    if own != number {
        fields.push((assignment.team.to_string(), number.clone()));
    }
    fields.extend(next.map(|member| (assignment.owner.to_string(), member.person.clone())));
    if !fields.is_empty() {
        let command = Command::Edit { target: target(kind.name, &record.number), input: Input::text(fields) };
        perform::perform(unit, actor, command, now).await?;
    }
    Ok(match next {
        Some(member) => format!("gave it to {} of {} ({told})", member.name, team.title),
        None => format!("gave it to nobody of {}, because nobody is there ({told})", team.title),
    })
}

/// Promises mail to everybody who is named; answers to whom.
async fn mail(
    unit: &mut Unit<'_>,
    record: &Record,
    to: &BTreeSet<String>,
    text: &str,
    now: Moment,
) -> Result<String, Refusal> {
    if let Some(strange) = to.iter().find(|to| !model::types::is_mail(to)) {
        return Err(Refusal::field("mail", format!("\"{strange}\" is no e-mail address")));
    }
    if to.is_empty() {
        return Ok("mailed nobody, because nobody is named".into());
    }
    if !rows::post::answers(unit.conn()).await? {
        return Err(Refusal::field("mail", "no mailbox sends: switch one on under Administration, Mail"));
    }
    for address in to {
        let notice = Notice {
            to: address.clone(),
            subject: format!("[{}] {}", record.number, record.title),
            text: text.into(),
            number: record.number.clone(),
            cause: format!(
                "{} {}",
                record.version,
                model::canonical::hex(&model::canonical::leaf(text.as_bytes())[..8])
            ),
        };
        unit.promise(notice.promised(now));
    }
    Ok(format!("mailed {}", to.iter().cloned().collect::<Vec<_>>().join(", ")))
}
