//! All kinds of an organisation, its own fields included, and the check that they fit together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    field::{Column, Field},
    handling::Used,
    kind::{COMMON, Kind},
    suggest,
    types::{Refs, Type},
};

/// The kinds in reading order; every generic room works from this value.
#[derive(Clone, Debug)]
pub struct Catalog {
    kinds: Vec<Kind>,
    by_name: HashMap<String, usize>,
    any: Kind,
}

impl Catalog {
    pub fn new(kinds: Vec<Kind>) -> Catalog {
        let mut by_name = HashMap::new();
        for (at, kind) in kinds.iter().enumerate() {
            by_name.insert(kind.name.to_string(), at);
            by_name.insert(kind.plural.to_string(), at);
        }
        Catalog { kinds, by_name, any: any() }
    }

    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// By name or plural, with hyphens or underscores.
    pub fn find(&self, name: &str) -> Option<&Kind> {
        let found = self.by_name.get(name).or_else(|| self.by_name.get(name.replace('-', "_").as_str()));
        found.map(|at| &self.kinds[*at])
    }

    /// A sentence for a name that is no kind.
    pub fn unknown(&self, name: &str) -> String {
        format!("there is no kind \"{name}\"{}", suggest::hint(name, self.kinds.iter().map(|kind| kind.name)))
    }

    /// What all kinds have in common: the schema of lists across kinds ("my work", search).
    pub fn any(&self) -> &Kind {
        &self.any
    }

    /// The same catalog with the organisation's own fields added to their kinds.
    pub fn with_fields(&self, fields: BTreeMap<String, Vec<Field>>) -> Catalog {
        let mut kinds = self.kinds.clone();
        for kind in &mut kinds {
            kind.fields.retain(|field| !field.custom);
            kind.fields.extend(fields.get(kind.name).cloned().unwrap_or_default());
        }
        Catalog::new(kinds)
    }

    /// Everything wrong with the declarations, each a sentence; empty when they fit together.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let (mut names, mut prefixes) = (BTreeSet::new(), BTreeSet::new());
        for kind in &self.kinds {
            if !names.insert(kind.name) || (kind.plural != kind.name && !names.insert(kind.plural)) {
                faults.push(format!("{}: name or plural is taken", kind.name));
            }
            if !prefixes.insert(kind.prefix) {
                faults.push(format!("{}: prefix {} is taken", kind.name, kind.prefix));
            }
            faults.extend(self.kind_faults(kind).into_iter().map(|fault| format!("{}: {fault}", kind.name)));
        }
        faults
    }

    fn kind_faults(&self, kind: &Kind) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for field in &kind.fields {
            // A kind may have a customer or a kind of its own; the rest is the same for all.
            let own = matches!(field.name.as_str(), "customer" | "kind");
            if !seen.insert(&field.name) || (COMMON.contains(&field.name.as_str()) && field.alias.is_none() && !own) {
                faults.push(format!("field {} is there twice", field.name));
            }
            self.target_faults(&field.ty, &field.name, &mut faults);
            for state in &field.required_in {
                if kind.lifecycle.find(state).is_none() {
                    faults.push(format!("field {} is required in {state}, which is no state", field.name));
                }
            }
        }
        for column in kind.columns.iter().chain(&kind.titled_by) {
            if kind.type_of(column).is_none() {
                faults.push(format!("column {column} is no field"));
            }
        }
        for target in kind.links.iter().flat_map(|link| &link.to) {
            if self.find(target).is_none() {
                faults.push(format!("a link leads to {target}, which is no kind"));
            }
        }
        self.tie_faults(kind, &mut faults);
        self.course_faults(kind, &mut faults);
        faults.extend(self.keeping_faults(kind));
        faults.extend(lifecycle_faults(kind));
        faults.extend(monitoring_faults(kind));
        if kind.grants.is_empty() {
            faults.push("nobody may do anything with it".into());
        }
        faults
    }

    /// Finds fault with a field of a kind that is named and is not there.
    fn needing<'a>(&'a self, faults: &'a mut Vec<String>) -> impl FnMut(&str, &str, &str) + 'a {
        move |other: &str, field: &str, what: &str| {
            if self.find(other).is_none_or(|other| other.type_of(field).is_none()) {
                faults.push(format!("{what} names {other}.{field}, which is not there"));
            }
        }
    }

    /// What a kind says of fields of other kinds must be there.
    fn tie_faults(&self, kind: &Kind, faults: &mut Vec<String>) {
        let mut need = self.needing(faults);
        for (other, field) in &kind.looks_back {
            need(other, field, "what it looks back at");
        }
        for mirror in &kind.mirrors {
            need(kind.name, mirror.field, "a mirror");
            need(mirror.kind, mirror.back, "a mirror");
        }
        for offer in &kind.offers {
            offer.carries.iter().for_each(|(to, from)| {
                need(offer.kind, to, "an offer");
                need(kind.name, from, "an offer");
            });
            offer.says.iter().for_each(|(to, _)| need(offer.kind, to, "an offer"));
        }
        if let Some(own) = kind.procedure {
            [own.flag, own.lead, own.next_update].iter().for_each(|field| need(kind.name, field, "a procedure"));
            [own.about, own.manager, own.told, own.timeline, own.reported]
                .iter()
                .for_each(|field| need(own.report, field, "a procedure"));
            need(own.papers.0, own.papers.1, "a procedure");
        }
        for own in &kind.alike {
            own.shares.iter().for_each(|(here, there)| {
                need(kind.name, here, "likeness");
                need(own.kind, there, "likeness");
            });
            own.own_words.iter().for_each(|field| need(kind.name, field, "likeness"));
            own.words.iter().chain([&own.helps]).for_each(|field| need(own.kind, field, "likeness"));
            match own.used {
                Some(Used::Helped(used)) => {
                    need(own.kind, used.count, "likeness");
                    Some(used.flag)
                        .filter(|flag| !flag.is_empty())
                        .iter()
                        .for_each(|flag| need(kind.name, flag, "likeness"));
                }
                Some(Used::Named(field)) => need(kind.name, field, "likeness"),
                None => {}
            }
        }
    }

    /// What a kind says of its course: what came before, whose hands it is in, how it is talked about and ends.
    fn course_faults(&self, kind: &Kind, faults: &mut Vec<String>) {
        let mut need = self.needing(faults);
        if let Some(own) = kind.before {
            need(own.kind, own.when, "what came before");
            need(kind.name, own.until, "what came before");
            own.shares.iter().for_each(|(here, there)| {
                need(kind.name, here, "what came before");
                need(own.kind, there, "what came before");
            });
        }
        if let Some(own) = kind.escalation {
            need(kind.name, own.rows, "escalation");
        }
        if let Some(own) = kind.amendment {
            [own.of, own.rows, own.from.0, own.version].iter().for_each(|field| need(kind.name, field, "amendment"));
        }
        if let Some(own) = kind.hands {
            let fields = [own.team, own.supplier];
            fields.iter().filter(|field| !field.is_empty()).for_each(|field| need(kind.name, field, "hands"));
        }
        if let Some(own) = kind.closing {
            need(kind.name, own.since, "closing");
        }
        if let Some(own) = kind.pieces {
            [own.rows, own.owners, own.teams].into_iter().for_each(|field| need(kind.name, field, "pieces"));
        }
        if let Some(own) = kind.talk {
            if !own.answered.is_empty() {
                need(kind.name, own.answered, "talk");
            }
            need(kind.name, own.asker, "talk");
        }
    }

    /// What a kind keeps as it was told.
    fn keeping_faults(&self, kind: &Kind) -> Vec<String> {
        let missing = |field: &&str| kind.type_of(field).is_none();
        let seals = kind.seals.iter().flat_map(|seal| seal.fields.iter().copied().chain([seal.by]));
        let seals = seals.filter(|field| !field.is_empty()).filter(missing);
        let mut faults: Vec<String> = seals.map(|field| format!("a seal names {field}, which is no field")).collect();
        for seal in &kind.seals {
            let sealing = self.find(seal.kind);
            let strange = seal
                .states
                .iter()
                .filter(|state| sealing.is_none_or(|sealing| sealing.lifecycle.find(state).is_none()));
            faults.extend(strange.map(|state| format!("a seal names {}.{state}, which is no state", seal.kind)));
        }
        faults
    }

    fn target_faults(&self, ty: &Type, name: &str, faults: &mut Vec<String>) {
        match ty {
            Type::Ref(refs) => {
                let strange = refs.kinds.iter().filter(|target| self.find(target).is_none());
                faults.extend(strange.map(|target| format!("field {name} points at {target}, which is no kind")));
            }
            Type::List(of) => self.target_faults(of, name, faults),
            Type::Parts(fields) => fields.iter().for_each(|field| self.target_faults(&field.ty, name, faults)),
            _ => {}
        }
    }
}

/// What it says of events names fields, states and values that it has.
fn monitoring_faults(kind: &Kind) -> Vec<String> {
    let (mut names, mut states): (Vec<&str>, Vec<&str>) =
        ([kind.known_by.clone(), kind.made_of.clone()].concat(), Vec::new());
    if let Some(of) = &kind.monitored {
        names.extend([of.item, of.service, of.text, of.origin.0, of.resolution]);
        names.extend(of.levels.iter().flat_map(|level| level.iter().map(|(name, _)| *name)));
        states.extend([of.over, of.back]);
    }
    if let Some(of) = &kind.planned {
        names.extend([of.from, of.to].iter().chain(of.touches).chain(&of.only));
        states.extend(of.states);
    }
    let strange = names.into_iter().filter(|name| kind.type_of(name).is_none());
    let strange = strange.map(|name| format!("monitoring names {name}, which is no field"));
    let nowhere = states.into_iter().filter(|state| kind.lifecycle.find(state).is_none());
    strange.chain(nowhere.map(|state| format!("monitoring names {state}, which is no state"))).collect()
}

/// Every state is reachable, and from each one a done state can be reached.
fn lifecycle_faults(kind: &Kind) -> Vec<String> {
    let lifecycle = &kind.lifecycle;
    let mut faults = Vec::new();
    for step in &lifecycle.steps {
        for state in step.from.iter().chain([&step.to]) {
            if lifecycle.find(state).is_none() {
                faults.push(format!("step {} names {state}, which is no state", step.name));
            }
        }
    }
    for (state, field) in &lifecycle.dated {
        if lifecycle.find(state).is_none() || kind.find(field).is_none() {
            faults.push(format!("{field} justifies {state}, one of which is not there"));
        }
    }
    let reach = |start: &'static str| {
        let mut reached = BTreeSet::from([start]);
        loop {
            let next: Vec<_> =
                lifecycle.steps.iter().filter(|s| s.from.iter().any(|f| reached.contains(f))).map(|s| s.to).collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return reached;
            }
        }
    };
    let mut reached = reach(lifecycle.start());
    reached.extend(reach(lifecycle.silent()));
    for state in &lifecycle.states {
        if !reached.contains(state.name) {
            faults.push(format!("state {} cannot be reached", state.name));
        }
        let ends = reach(state.name).into_iter().any(|name| kind.phase(name) == crate::lifecycle::Phase::Done);
        if !ends {
            faults.push(format!("state {} leads nowhere", state.name));
        }
    }
    faults
}

/// Column-backed fields alone, so that a filter across kinds never opens the JSON.
fn any() -> Kind {
    let reference = |kinds: &[&'static str]| Type::Ref(Refs { kinds: kinds.to_vec(), or_text: false });
    let mut kind = Kind::new("record", "records", "");
    kind.lifecycle = crate::lifecycle::Lifecycle::default();
    kind.field(Field::new("priority", Type::Text).column(Column::Priority))
        .field(Field::new("service", reference(&["service"])).column(Column::Service))
        .field(Field::new("team", reference(&["team"])).column(Column::Team))
        .field(Field::new("owner", Type::Person).column(Column::Owner))
        .field(Field::new("requester", Type::Person).column(Column::Requester))
        .field(Field::new("due", Type::Instant).column(Column::Due))
}
