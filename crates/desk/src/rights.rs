//! Who may what. The only maker of [`Permit`], [`Scope`] and [`Shown`]: without them nothing is written, read or shown.

use engines::{approvals::Standing, clocks::Clock};
use model::{
    Act, Actor, Catalog, Column, Filter, Kind, Moment, Reach, Record, Refusal, Role, Value, Via,
    filter::{Context, Operand},
};

use crate::store::{filter::Builder, words::literal};

mod entries;

pub use entries::{ShownEntry, show_entries};

/// Proof that this actor may do this act with records of this kind; the store writes nothing without one.
#[derive(Debug)]
pub struct Permit {
    kind: &'static str,
    act: Act,
    answer: bool,
}

impl Permit {
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    pub fn act(&self) -> Act {
        self.act
    }

    /// Given for an answer to an approval or for what follows from a permitted step, whatever else one may do there.
    pub fn is_answer(&self) -> bool {
        self.answer
    }
}

/// Proof that this actor may look after the house itself, or after one account of it.
#[derive(Debug)]
pub struct Warrant(());

/// Who works for the provider: pages about its own work, which people of customers do not find.
///
/// # Errors
/// `NotFound` for people of customers.
pub fn provider(actor: &Actor) -> Result<(), Refusal> {
    if actor.customer.is_some() { Err(Refusal::NotFound) } else { Ok(()) }
}

/// Who looks after the house: accounts, settings, own fields, jobs.
///
/// # Errors
/// `Forbidden` for everybody but administrators who may write.
pub fn administer(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    if !actor.is_active_at(now) || !actor.has(Role::Administrator) {
        return Err(Refusal::Forbidden("Only administrators may do this.".into()));
    }
    if actor.only_reads() {
        return Err(Refusal::Forbidden("This token may only read.".into()));
    }
    Ok(Warrant(()))
}

/// Who invites auditors from outside, and sees what they read: whoever runs the SMS or looks after the house.
///
/// # Errors
/// `NotFound` for people of customers and for auditors from outside, `Forbidden` for everybody else.
pub fn host(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    if actor.customer.is_some() || actor.has(Role::ExternalAuditor) {
        return Err(Refusal::NotFound);
    }
    let hosts = [Role::Administrator, Role::SmsManager].into_iter().any(|role| actor.has(role));
    if actor.is_active_at(now) && hosts && !actor.only_reads() {
        return Ok(Warrant(()));
    }
    Err(Refusal::Forbidden("Auditors from outside are invited by SMS managers and administrators.".into()))
}

/// Who judges requirements that a machine cannot: whoever runs the SMS or audits it from inside.
///
/// # Errors
/// `Forbidden` for everybody else.
pub fn judge(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    let judges = [Role::SmsManager, Role::InternalAuditor].into_iter().any(|role| actor.has(role));
    if actor.is_active_at(now) && judges && !actor.only_reads() && actor.customer.is_none() {
        return Ok(Warrant(()));
    }
    Err(Refusal::Forbidden("Requirements are judged by SMS managers and internal auditors.".into()))
}

/// Who makes and takes away evidence packs: whoever runs the SMS and whoever audits it, from inside or outside. A pack holds
/// every record there is, so nobody else does, and nobody of a customer.
///
/// # Errors
/// `NotFound` for people of customers, `Forbidden` for everybody else.
pub fn take_away(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    const TAKERS: [Role; 4] = [Role::Administrator, Role::SmsManager, Role::InternalAuditor, Role::ExternalAuditor];
    if actor.customer.is_some() {
        return Err(Refusal::NotFound);
    }
    if actor.is_active_at(now) && TAKERS.into_iter().any(|role| actor.has(role)) {
        if !actor.clauses.is_empty() {
            let limit = actor.clauses.join(", ");
            return Err(Refusal::Forbidden(format!("A pack holds every record; your seat is limited to {limit}.")));
        }
        return Ok(Warrant(()));
    }
    Err(Refusal::Forbidden("Evidence packs are for administrators, SMS managers and auditors.".into()))
}

/// Who keeps other frameworks beside the standard, and says how their requirements relate to ours.
///
/// # Errors
/// `NotFound` for people of customers, `Forbidden` for everybody else.
pub fn cross(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    const KEEPERS: [Role; 2] = [Role::Administrator, Role::SmsManager];
    if actor.customer.is_some() {
        return Err(Refusal::NotFound);
    }
    if actor.is_active_at(now) && !actor.read_only && KEEPERS.into_iter().any(|role| actor.has(role)) {
        return Ok(Warrant(()));
    }
    Err(Refusal::Forbidden("Frameworks are kept by administrators and SMS managers.".into()))
}

/// Who reads the standard's own words from the house's licensed copy: whoever runs the SMS or audits it from inside. A licence
/// names who may read; an auditor from outside has a copy of their own.
///
/// # Errors
/// `NotFound` for everybody else: for them the text is not here.
pub fn read_licensed(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    const READERS: [Role; 3] = [Role::Administrator, Role::SmsManager, Role::InternalAuditor];
    let may = actor.customer.is_none() && READERS.into_iter().any(|role| actor.has(role));
    if actor.is_active_at(now) && may { Ok(Warrant(())) } else { Err(Refusal::NotFound) }
}

/// Who looks after an account: the person whose it is, and whoever sits at the machine itself. A token does not: it would
/// outlive its own revocation.
///
/// # Errors
/// `NotFound` for anybody else's account.
pub fn keep(actor: &Actor, email: &str, now: Moment) -> Result<Warrant, Refusal> {
    if actor.via == Via::Api {
        return Err(Refusal::Forbidden("A token cannot look after accounts; sign in with a browser.".into()));
    }
    let at_the_machine = actor.via == Via::Command && actor.has(Role::Administrator);
    if actor.is_active_at(now) && (actor.email == email || at_the_machine) {
        return Ok(Warrant(()));
    }
    Err(Refusal::NotFound)
}

/// Who keeps what is their own alone: what they watch, and what was said to them.
///
/// # Errors
/// `Forbidden` for whoever may write nothing.
pub fn own(actor: &Actor, now: Moment) -> Result<Warrant, Refusal> {
    if actor.is_active_at(now) && !actor.only_reads() {
        return Ok(Warrant(()));
    }
    Err(Refusal::Forbidden("Your account may only read at this time.".into()))
}

/// Whoever holds a secret link that was sent to them needs no other right for what the link is for.
pub(crate) fn invited(_: &crate::accounts::Invitation) -> Warrant {
    Warrant(())
}

/// What follows in another record from a step that was permitted, and is part of it.
pub(crate) fn in_consequence(kind: &Kind) -> Permit {
    Permit { kind: kind.name, act: Act::Read, answer: true }
}

/// A document that comes into force sets what it states: whoever approved it needs no other right.
pub(crate) fn governs() -> Warrant {
    Warrant(())
}

/// What an actor may read, as a condition that every read carries.
#[derive(Clone, Debug)]
pub struct Scope {
    email: String,
    customer: Option<String>,
    /// Kinds with the reaches granted on each.
    kinds: Vec<(&'static str, Vec<Reach>)>,
}

fn reaches(actor: &Actor, kind: &Kind, act: Act) -> Vec<Reach> {
    if actor.read_only && act != Act::Read {
        return Vec::new();
    }
    // All clauses of a kind count, not the first alone: they are those for which its records are evidence (a test holds them
    // to the catalogue of requirements), and what a clause is sampled from must open. What the seat's own person asked lies
    // within every limit.
    let covered = actor.clauses.is_empty() || kind.clauses.iter().any(|clause| actor.touches(clause));
    let within = |reach: &Reach| covered || *reach == Reach::Own;
    let granted =
        kind.grants.iter().filter(|grant| actor.has(grant.role) && grant.acts.contains(&act) && within(&grant.reach));
    let mut reaches: Vec<Reach> = Vec::new();
    for grant in granted {
        if !reaches.contains(&grant.reach) {
            reaches.push(grant.reach.clone());
        }
    }
    if reaches.contains(&Reach::All) { vec![Reach::All] } else { reaches }
}

fn reaches_record(actor_email: &str, customer: Option<&str>, kind: &Kind, record: &Record, reach: &Reach) -> bool {
    let holds = |path: &str, wanted: &str| {
        record
            .value(kind, path)
            .is_some_and(|value| value.entries().iter().any(|entry| entry.as_text() == Some(wanted)))
    };
    // By the columns, as the condition in SQL goes: what one kind calls owner is the person or the chair of another.
    let mirrors = |column: Column| {
        kind.fields.iter().any(|field| field.column == Some(column) && holds(&field.name, actor_email))
    };
    // A customer's person never leaves the customer's silo, whatever the role says; published things are for everyone.
    let inside = customer.is_none() || record.customer.as_deref() == customer;
    match reach {
        Reach::All => inside,
        Reach::Own => inside && (mirrors(Column::Owner) || mirrors(Column::Requester)),
        Reach::Customer => customer.is_some() && inside,
        Reach::Marked(field, value) => holds(field, value) && (record.customer.is_none() || inside),
        Reach::Published(field, value, states) => {
            states.contains(&record.state.as_str()) && holds(field, value) && (record.customer.is_none() || inside)
        }
        Reach::Itself => customer.is_some_and(|customer| record.number == customer),
        Reach::Addressed(field, states) => {
            let named = customer.is_some_and(|customer| holds(field, customer));
            states.contains(&record.state.as_str()) && named && (record.customer.is_none() || inside)
        }
    }
}

/// Decides before anything is drafted. `before` is the record as it stands, already found through the actor's scope.
///
/// # Errors
/// `NotFound` for what the actor may not even see, `Forbidden` with a sentence otherwise.
pub fn permit(actor: &Actor, kind: &Kind, act: Act, before: Option<&Record>, now: Moment) -> Result<Permit, Refusal> {
    if !actor.is_active_at(now) {
        return Err(Refusal::Forbidden("Your account is not active at this time.".into()));
    }
    if let Some(record) = before
        && !may(actor, kind, Act::Read, Some(record))
    {
        return Err(Refusal::NotFound);
    }
    if may(actor, kind, act, before) {
        return Ok(Permit { kind: kind.name, act, answer: false });
    }
    Err(Refusal::Forbidden(format!("You may not {} {}.", act.name(), kind.labels.to_lowercase())))
}

/// Whoever is asked to approve a record may answer, with or without any other right on it.
///
/// # Errors
/// `NotFound` for what the actor may not even see, `Forbidden` for whoever is not asked.
pub fn answer(
    actor: &Actor,
    kind: &Kind,
    record: &Record,
    standing: &Standing,
    now: Moment,
) -> Result<Permit, Refusal> {
    if !actor.is_active_at(now) || actor.only_reads() {
        return Err(Refusal::Forbidden("Your account may not decide anything at this time.".into()));
    }
    if !standing.of(&actor.email).is_empty() {
        return Ok(Permit { kind: kind.name, act: Act::Read, answer: true });
    }
    if !may(actor, kind, Act::Read, Some(record)) {
        return Err(Refusal::NotFound);
    }
    Err(Refusal::Forbidden("You are not asked to approve this now.".into()))
}

/// A record as somebody sees it who is asked to approve it. Whoever comes by a link sees no more than a customer would.
pub fn show_asked(actor: &Actor, kind: &Kind, record: Record, standing: &Standing) -> Option<Shown> {
    // Who may answer nothing is shown nothing for it: an auditor's seat does not grow by being asked.
    if standing.of(&actor.email).is_empty() || actor.has(Role::ExternalAuditor) {
        return None;
    }
    let outside = Actor { customer: Some(record.customer.clone().unwrap_or_default()), ..actor.clone() };
    Some(show(if actor.roles.is_empty() { &outside } else { actor }, kind, record))
}

/// Who may hand out the link by which somebody without an account approves: whoever may move the record on.
///
/// # Errors
/// `NotFound` for what the actor may not even see, `Forbidden` otherwise.
pub fn hand_out(actor: &Actor, kind: &Kind, record: &Record, now: Moment) -> Result<Warrant, Refusal> {
    permit(actor, kind, Act::Step, Some(record), now)?;
    if actor.customer.is_some() {
        return Err(Refusal::Forbidden("Only the provider's people hand out such links.".into()));
    }
    Ok(Warrant(()))
}

/// Whether a button is worth drawing: the same answer that [`permit`] will give.
pub fn may(actor: &Actor, kind: &Kind, act: Act, record: Option<&Record>) -> bool {
    let reaches = reaches(actor, kind, act);
    match record {
        None => !reaches.is_empty(),
        Some(record) => {
            reaches.iter().any(|reach| reaches_record(&actor.email, actor.customer.as_deref(), kind, record, reach))
        }
    }
}

/// What an actor may read of one kind, or of all of them.
pub fn scope(actor: &Actor, catalog: &Catalog, kind: Option<&Kind>, now: Moment) -> Scope {
    let readable = |kind: &Kind| {
        let reaches = if actor.is_active_at(now) { reaches(actor, kind, Act::Read) } else { Vec::new() };
        (!reaches.is_empty()).then_some((kind.name, reaches))
    };
    let kinds = match kind {
        Some(kind) => readable(kind).into_iter().collect(),
        None => catalog.kinds().iter().filter_map(readable).collect(),
    };
    Scope { email: actor.email.clone(), customer: actor.customer.clone(), kinds }
}

impl Scope {
    /// Everything, for the program's own work. The reason stands beside the call and is counted by the tidy test.
    pub fn everything(_because: &'static str, catalog: &Catalog) -> Scope {
        let kinds = catalog.kinds().iter().map(|kind| (kind.name, vec![Reach::All])).collect();
        Scope { email: String::new(), customer: None, kinds }
    }

    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Whether every record of a kind is within it.
    pub fn is_whole(&self, kind: &str) -> bool {
        let reaches = self.kinds.iter().find(|(name, _)| *name == kind).map(|(_, reaches)| reaches);
        self.customer.is_none() && reaches.is_some_and(|reaches| reaches.contains(&Reach::All))
    }

    /// The customer beyond whose own records nothing is seen; `None` for the provider's people.
    pub fn silo(&self) -> Option<&str> {
        self.customer.as_deref()
    }

    pub fn admits(&self, kind: &Kind, record: &Record) -> bool {
        let reaches = self.kinds.iter().find(|(name, _)| *name == kind.name).map(|(_, reaches)| reaches);
        reaches.is_some_and(|reaches| {
            reaches.iter().any(|reach| reaches_record(&self.email, self.customer.as_deref(), kind, record, reach))
        })
    }

    /// The same as [`Scope::admits`], as a condition over the record table.
    pub fn condition(&self, catalog: &Catalog, builder: &mut Builder<'_>) -> String {
        let whole: Vec<String> = self
            .kinds
            .iter()
            .filter(|(_, reaches)| reaches.contains(&Reach::All))
            .map(|(name, _)| literal(name))
            .collect();
        let mut parts = Vec::new();
        match whole.as_slice() {
            [] => {}
            [one] => parts.push(format!("kind = {one}")),
            many => parts.push(format!("kind in ({})", many.join(","))),
        }
        if let Some(customer) = &self.customer {
            let customer = builder.bind(customer.as_str());
            parts = parts.into_iter().map(|part| format!("({part} and customer = {customer})")).collect();
        }
        for (name, reaches) in self.kinds.iter().filter(|(_, reaches)| !reaches.contains(&Reach::All)) {
            let Some(kind) = catalog.find(name) else { continue };
            let tests: Vec<String> = reaches.iter().map(|reach| self.reach_condition(kind, reach, builder)).collect();
            parts.push(format!("(kind = {} and ({}))", literal(name), tests.join(" or ")));
        }
        match parts.len() {
            0 => "1 = 0".into(),
            1 => parts.remove(0),
            _ => format!("({})", parts.join(" or ")),
        }
    }

    fn reach_condition(&self, kind: &Kind, reach: &Reach, builder: &mut Builder<'_>) -> String {
        let inside = match &self.customer {
            Some(customer) => format!("customer = {}", builder.bind(customer.as_str())),
            None => "1 = 1".into(),
        };
        match reach {
            Reach::All => inside,
            Reach::Own => {
                let me = builder.bind(self.email.as_str());
                format!("({inside} and (owner = {me} or requester = {me}))")
            }
            Reach::Customer if self.customer.is_some() => inside,
            Reach::Customer => "1 = 0".into(),
            Reach::Marked(field, value) => {
                let marked = builder.filter(&Filter::equal(field, value), kind);
                format!("({marked} and (customer = '' or {inside}))")
            }
            Reach::Published(field, value, states) => {
                let published = builder.filter(&in_states(states).and(Filter::equal(field, value)), kind);
                format!("({published} and (customer = '' or {inside}))")
            }
            Reach::Itself => match &self.customer {
                Some(customer) => format!("number = {}", builder.bind(customer.as_str())),
                None => "1 = 0".into(),
            },
            Reach::Addressed(field, states) => match &self.customer {
                Some(customer) => {
                    let addressed = builder.filter(&in_states(states).and(Filter::equal(field, customer)), kind);
                    format!("({addressed} and (customer = '' or {inside}))")
                }
                None => "1 = 0".into(),
            },
        }
    }
}

fn in_states(states: &[&'static str]) -> Filter {
    let values = states.iter().map(|state| Operand::Value(Value::text(*state))).collect();
    Filter::In { path: "state".into(), values }
}

/// A record as an actor may see it; the only form in which one leaves the desk.
#[derive(Clone, Debug)]
pub struct Shown {
    record: Record,
    can: Vec<Act>,
    due: Option<Moment>,
    clocks: Vec<Clock>,
    /// A customer's people do not see who of us had it for how long.
    outer: bool,
}

/// Hides what is internal from a customer's people.
pub fn show(actor: &Actor, kind: &Kind, mut record: Record) -> Shown {
    if actor.customer.is_some() {
        record.fields.retain(|name, _| kind.find(name).is_some_and(|field| !field.internal));
    }
    let can = Act::ALL.iter().copied().filter(|act| may(actor, kind, *act, Some(&record))).collect();
    Shown { record, can, due: None, clocks: Vec::new(), outer: actor.customer.is_some() }
}

impl Shown {
    pub fn kind(&self) -> &'static str {
        self.record.kind
    }

    pub(crate) fn id(&self) -> model::RecordId {
        self.record.id
    }

    pub fn number(&self) -> &str {
        &self.record.number
    }

    pub fn title(&self) -> &str {
        &self.record.title
    }

    pub fn state(&self) -> &str {
        &self.record.state
    }

    pub fn customer(&self) -> Option<&str> {
        self.record.customer.as_deref()
    }

    /// Counts writes; the ETag.
    pub fn version(&self) -> i64 {
        self.record.version
    }

    pub fn created(&self) -> Moment {
        self.record.created
    }

    pub fn changed(&self) -> Moment {
        self.record.changed
    }

    pub fn fields(&self) -> &model::Fields {
        &self.record.fields
    }

    /// A common part or field by path, as [`Record::value`]. What is due of a record with clocks is what is due next, as
    /// lists sort and filter it; its own date stands among its fields.
    pub fn value(&self, kind: &Kind, path: &str) -> Option<Value> {
        let is_due = || kind.find(path).is_some_and(|field| field.column == Some(Column::Due));
        if kind.clocked && is_due() {
            return self.due.map(Value::Instant);
        }
        self.record.value(kind, path)
    }

    /// When something of it is due next: its own date, or one of its clocks.
    pub fn due(&self) -> Option<Moment> {
        self.due
    }

    /// Its clocks, without their working, at the moment for which it is shown.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    pub(crate) fn with_clocks(self, due: Option<Moment>, mut clocks: Vec<Clock>) -> Shown {
        clocks.retain(|clock| !self.outer || clock.leg.is_empty());
        Shown { due, clocks, ..self }
    }

    pub fn can(&self, act: Act) -> bool {
        self.can.contains(&act)
    }

    pub fn holds(&self, filter: &Filter, kind: &Kind, context: Context<'_>) -> bool {
        filter.holds(kind, &self.record, &[], context)
    }
}

/// What everybody may read of a record without a sign-in; the only form in which one leaves the desk without an actor. It holds
/// what its kind names and nothing else.
#[derive(Clone, Debug)]
pub struct Released {
    number: String,
    title: String,
    fields: model::Fields,
}

/// The scope of a stranger: what is marked for everybody, in the states that its kind names, and of no customer.
pub(crate) fn stranger(kind: &Kind) -> Option<Scope> {
    let outside = kind.outside?;
    let reach = Reach::Published(outside.flag, SHOWN, outside.states);
    Some(Scope { email: String::new(), customer: Some(String::new()), kinds: vec![(kind.name, vec![reach])] })
}

/// The mark that a person sets on what is told to everybody.
const SHOWN: &str = "shown";

/// What is told of a record to everybody; nothing of one that the scope of a stranger does not admit.
pub(crate) fn release(kind: &Kind, record: Record) -> Option<Released> {
    let outside = kind.outside?;
    if record.customer.is_some() || !stranger(kind)?.admits(kind, &record) {
        return None;
    }
    let mut fields = record.fields;
    fields.retain(|name, _| outside.fields.contains(&name.as_str()));
    let title = if outside.fields.contains(&"title") { record.title } else { String::new() };
    Some(Released { number: record.number, title, fields })
}

impl Released {
    /// Empty where the kind does not tell it.
    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// Under which what belongs to it is counted. It is no part of what is told.
    pub fn counts_as(&self) -> &str {
        &self.number
    }
}
