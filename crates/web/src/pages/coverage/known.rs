//! What is on record for the planning of audits: audits and programmes, findings, risks, changes, services and sites.

use std::{collections::BTreeMap, sync::Arc};

use desk::{Shown, rights};
use engines::conformity::Assessment;
use kinds::performance::{audit as kind_of_audit, audit_programme};
use model::{Act, Decimal, Moment, Refusal, Value};

use super::PARTS;
use crate::{
    App, Seat,
    pages::{
        risk_map,
        road::facts::{STANDS, all},
    },
    record::address::segment,
    view::parts::{Link, Mark, Shape, Tone},
};

/// Changes that weigh, whatever else they do.
const WEIGHTY: &str =
    "implemented_on is filled and (category = major or kind in (new-service, removal, transfer, sms))";
const OPEN_RISKS: &str = "state in (open, treating, accepted, monitored)";

pub struct Known {
    pub audits: Vec<Audit>,
    pub programmes: Vec<Programme>,
    pub findings: Vec<Shown>,
    pub risks: Vec<Shown>,
    pub changes: Vec<Shown>,
    /// Live services in scope, in the order of their numbers.
    pub services: Vec<Shown>,
    pub places: Vec<Shown>,
    pub assessment: Arc<Assessment>,
    /// Up to this score a risk is simply accepted.
    pub limit: Decimal,
}

/// An audit as it is planned or was held.
pub struct Audit {
    pub number: String,
    pub year: i16,
    pub when: Moment,
    pub held: Option<Moment>,
    pub is_ahead: bool,
    pub programme: String,
    scope: BTreeMap<&'static str, Vec<String>>,
}

pub struct Programme {
    pub number: String,
    pub title: String,
    pub years: Vec<i16>,
}

impl Known {
    /// # Errors
    /// `NotFound` for whoever may not read audits; what else a reader may not see weighs nothing for them.
    pub async fn read(app: &App, seat: &Seat) -> Result<Known, Refusal> {
        let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
        let catalog = desk.catalog();
        if !catalog.find("audit").is_some_and(|kind| rights::may(actor, kind, Act::Read, None)) {
            return Err(Refusal::NotFound);
        }
        let of = |kind: &'static str, filter: &'static str| all(desk, actor, kind, filter, "number", now);
        let audits = of("audit", "state != withdrawn and state != cancelled").await?;
        let programmes = of("audit_programme", STANDS).await?;
        Ok(Known {
            audits: audits.iter().filter_map(|shown| audit(shown, now)).collect(),
            programmes: programmes.iter().map(programme).collect(),
            findings: of("nonconformity", "state != closed").await?,
            risks: of("risk", OPEN_RISKS).await?,
            changes: of("change", WEIGHTY).await?,
            services: of("service", "in_scope = true and stage = live").await?,
            places: of("location", STANDS).await?,
            assessment: desk.assessment(actor, now).await?,
            limit: risk_map::limit(app, seat).await?,
        })
    }

    /// The programme that counts on a day: the one whose years hold it, the newest of several.
    pub fn current(&self, year: i16) -> Option<&Programme> {
        let holds = |programme: &&Programme| programme.years.contains(&year);
        self.programmes.iter().filter(holds).max_by_key(|programme| programme.years.last().copied())
    }

    pub fn last(&self, part: &str, name: &str) -> Option<Moment> {
        self.audits.iter().filter(|audit| audit.covers(part, name)).filter_map(|audit| audit.held).max()
    }

    pub fn is_planned(&self, part: &str, name: &str) -> bool {
        self.audits.iter().any(|audit| audit.is_ahead && audit.covers(part, name))
    }
}

fn audit(shown: &Shown, now: Moment) -> Option<Audit> {
    let at = |name: &str| shown.fields().get(name).and_then(Value::as_moment);
    let held = at("held_on");
    let when = held.or(at("planned_on"))?;
    let scope = shown.fields().get("scope");
    let texts = |part: &str| {
        let values = scope.and_then(|scope| scope.part(part)).map(Value::entries).unwrap_or_default();
        values.iter().filter_map(Value::as_text).map(str::to_string).collect()
    };
    Some(Audit {
        number: shown.number().into(),
        year: when.date().year(),
        when,
        held,
        is_ahead: held.is_none() && when.date() >= now.date(),
        programme: kind_of_audit::PROGRAMME.get(shown.fields()).map(|of| of.0).unwrap_or_default(),
        scope: PARTS.iter().map(|(name, _)| (*name, texts(name))).collect(),
    })
}

fn programme(shown: &Shown) -> Programme {
    Programme {
        number: shown.number().into(),
        title: shown.title().into(),
        years: audit_programme::span(shown.fields()),
    }
}

impl Audit {
    /// A clause that is named stands for itself alone: that is how 9.2 is checked.
    pub fn covers(&self, part: &str, name: &str) -> bool {
        self.scope.get(part).is_some_and(|names| names.iter().any(|known| known == name))
    }

    pub fn mark(&self) -> Mark {
        match (self.held, self.is_ahead) {
            (Some(_), _) => Mark::new(Shape::Met, Tone::Ok, "held"),
            (None, true) => Mark::new(Shape::Ring, Tone::Plain, "planned"),
            (None, false) => Mark::new(Shape::Risk, Tone::Warn, "overdue"),
        }
    }

    pub fn link(&self) -> Link {
        Link::new(&self.number, format!("/audits/{}", segment(&self.number)))
    }
}
