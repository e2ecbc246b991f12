//! Rules as administrators make them.

use std::sync::Arc;

use engines::automation::{self, Definition};
use futures::FutureExt;
use model::{Actor, FieldError, Job, Moment, Refusal, Value};
use serde_json::Value as Json;

use crate::{
    Desk,
    automation::{DUE, Rule, Run},
    house::{self, Deed},
    rights::{self, Shown},
    store::{automation as store, fault::Fault, job},
};

/// Runs that stand on the record.
const RUNS_ON: i64 = 10;

/// A rule as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct RuleEdit {
    pub name: String,
    pub definition: Definition,
    pub active: bool,
}

impl Desk {
    /// All rules, for administrators.
    pub async fn automations(&self, actor: &Actor, now: Moment) -> Result<Vec<Rule>, Refusal> {
        rights::administer(actor, now)?;
        Ok(store::rules(&mut self.db().read().await?).await?)
    }

    /// What a rule did last, newest first, for administrators.
    pub async fn automation_runs(&self, actor: &Actor, id: i64, most: i64, now: Moment) -> Result<Vec<Run>, Refusal> {
        rights::administer(actor, now)?;
        Ok(store::runs(&mut self.db().read().await?, id, most).await?)
    }

    /// What rules did last to a record that was shown, or why they did not, newest first, each with its rule's name. Nothing
    /// for people of customers.
    pub async fn automation_on(&self, actor: &Actor, shown: &Shown) -> Result<Vec<(String, Run)>, Refusal> {
        if actor.customer.is_some() {
            return Ok(Vec::new());
        }
        Ok(store::runs_on(&mut self.db().read().await?, shown.number(), RUNS_ON).await?)
    }

    /// Makes a rule, or changes the one with this id. It acts for whoever saves it.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each part; `NotFound` for an id that is none.
    pub async fn save_automation(
        &self,
        actor: &Actor,
        id: Option<i64>,
        edit: RuleEdit,
        now: Moment,
    ) -> Result<Rule, Refusal> {
        let warrant = rights::administer(actor, now)?;
        let others = self.automations(actor, now).await?;
        let before = match id {
            Some(id) => Some(others.iter().find(|rule| rule.id == id).cloned().ok_or(Refusal::NotFound)?),
            None => None,
        };
        let rule = Rule {
            id: before.as_ref().map_or_else(|| self.inner.ids.next(now), |before| before.id),
            name: edit.name.split_whitespace().collect::<Vec<_>>().join(" "),
            definition: trimmed(edit.definition),
            active: edit.active,
            author: actor.email.clone(),
            since: now,
            error: String::new(),
        };
        let mut errors = self.automation_errors(actor, &rule.definition);
        if rule.name.is_empty() || rule.name.chars().count() > 100 {
            errors.push(FieldError::new("name", "needs 1 to 100 characters"));
        }
        if others.iter().any(|other| other.id != rule.id && other.name == rule.name) {
            errors.push(FieldError::new("name", "is the name of another rule"));
        }
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let (saved, actor, ids) = (rule.clone(), actor.clone(), self.inner.ids.clone());
        let deed = deed(&rule, before.as_ref());
        self.db()
            .write(move |conn| {
                async move {
                    store::save(conn, &warrant, &saved).await?;
                    house::journal(conn, &actor, deed, None, now).await?;
                    job::add(conn, &ids, &[look_for_due(now)], now).await
                }
                .boxed()
            })
            .await?;
        self.load_automations().await?;
        self.wake();
        Ok(rule)
    }

    /// What is wrong with a rule that this actor would make.
    pub(super) fn automation_errors(&self, actor: &Actor, definition: &Definition) -> Vec<FieldError> {
        let mut errors = automation::errors(definition, &self.catalog());
        for role in definition.roles.iter().filter(|role| !actor.has(**role)) {
            let why =
                format!("{} is a role that you do not have: a rule has no more rights than its author", role.label());
            errors.push(FieldError::new("roles", why));
        }
        errors
    }

    /// Reads the active rules again: after a change, and now and then for what another server has changed.
    pub(crate) async fn load_automations(&self) -> Result<(), Fault> {
        let rules = store::rules(&mut self.db().read().await?).await?;
        let active: Arc<[Rule]> = rules.into_iter().filter(|rule| rule.active).collect();
        *self.inner.automations.write().unwrap_or_else(std::sync::PoisonError::into_inner) = active;
        Ok(())
    }

    /// The active rules; costs nothing.
    pub(crate) fn active_automations(&self) -> Arc<[Rule]> {
        self.inner.automations.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// The job that looks for what is due, at an instant.
pub(crate) fn look_for_due(at: Moment) -> Job {
    Job { name: DUE, payload: Json::Null, run_at: at, key: Some(DUE.into()) }
}

fn trimmed(definition: Definition) -> Definition {
    let fields = definition.fields.into_iter().map(|name| name.trim().to_string()).filter(|name| !name.is_empty());
    let mut roles = definition.roles;
    roles.sort_unstable();
    roles.dedup();
    Definition {
        kind: definition.kind.trim().into(),
        fields: fields.collect(),
        state: definition.state.trim().into(),
        filter: definition.filter.trim().into(),
        acts: definition.acts.replace("\r\n", "\n").trim_end().into(),
        roles,
        ..definition
    }
}

fn deed(rule: &Rule, before: Option<&Rule>) -> Deed {
    let act = if before.is_some() { "edit" } else { "create" };
    let text = |value: &str| Some(Value::text(value));
    let definition = |rule: &Rule| serde_json::to_string(&rule.definition).unwrap_or_default();
    let mut deed = Deed::on("automation", rule.id, act)
        .differs("name", before.and_then(|before| text(&before.name)), text(&rule.name))
        .differs("definition", before.and_then(|before| text(&definition(before))), text(&definition(rule)))
        .differs("active", before.map(|before| Value::Flag(before.active)), Some(Value::Flag(rule.active)))
        .differs("author", before.and_then(|before| text(&before.author)), text(&rule.author));
    deed.number = rule.name.clone();
    deed
}
