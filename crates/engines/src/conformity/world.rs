//! The facts as of one instant, with the indexes that checks need, built once.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use model::{Decimal, Link, Mark, Moment, Record, RecordId, Value, house::House, lifecycle::WITHDRAWN};

use super::{
    catalogue::catalogue,
    fact::Fact,
    part::{KeptPart, stretch},
    shared::{Fields, Marks, Shared},
    trace::{self, Reads},
    verdict::Judgement,
};

/// A record as of the instant, its history not later than that, and its links.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Already folded: title, state and fields are those that were on record at the instant.
    pub record: Record,
    /// In the order of their times.
    pub marks: Vec<Mark>,
    /// Those that lead from this record; the way back is found here.
    pub links: Vec<Link>,
}

/// What checks read of what a history entry set, beside its time, its writer and its note.
const TOLD: [&str; 6] = ["consequences", "correction", "decision", "effective", "major", "updated_on"];

/// Letters of a note that checks look at: enough to know a word of it and whether something was said.
const SAID: usize = 80;

/// Lets go of what only telling the record needed. A year of history would else be in memory twice; every test of checks
/// runs on marks that went through here.
pub fn lean(mark: &mut Mark) {
    for changes in [&mut mark.changes, &mut mark.base] {
        changes.retain(|name, _| is_told(name));
    }
    if let Some(note) = &mut mark.note {
        if let Some((end, _)) = note.char_indices().nth(SAID) {
            note.truncate(end);
        }
        note.shrink_to_fit();
    }
}

/// Whether a check may ask when this was set.
pub fn is_told(name: &str) -> bool {
    TOLD.contains(&name)
}

/// What the organisation may set: the months of its repeated duties and the numbers in brackets of the checks.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Months by id of `[[interval]]`.
    pub intervals: BTreeMap<String, i32>,
    /// By key of `[defaults]`: days, minutes, percent, counts.
    pub numbers: BTreeMap<String, i64>,
    /// What documents state of priorities, major incidents and approvals.
    pub house: Arc<House>,
}

impl Default for Settings {
    /// What the catalogue offers first.
    fn default() -> Settings {
        let months = |interval: &super::catalogue::Interval| (interval.id.clone(), interval.default_months);
        Settings {
            intervals: catalogue().intervals.iter().map(months).collect(),
            numbers: catalogue().defaults.clone(),
            house: Arc::default(),
        }
    }
}

/// Position of a record in its world; it keeps it for good.
pub(super) type Place = u32;

/// A case as it is kept: a million of them stand in memory together.
#[derive(Debug)]
pub(super) struct Held {
    pub id: RecordId,
    pub kind: &'static str,
    /// What [`trace::saw`] is told when this record is looked at.
    pub bit: u8,
    pub number: Box<str>,
    pub title: Box<str>,
    pub state: Box<str>,
    pub created: Moment,
    pub changed: Moment,
    /// In the order of [`by_length`].
    pub fields: Fields,
    pub marks: Marks,
    pub links: Box<[Link]>,
}

/// Short names first: a length stands beside the pointer, so that a search for a name seldom has to read a text. Checks ask a
/// million records for their fields some forty times each.
fn by_length(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

impl Held {
    pub fn field(&self, name: &str) -> Option<&Value> {
        let at = self.fields.binary_search_by(|(known, _)| by_length(known, name)).ok()?;
        Some(&self.fields[at].1)
    }

    /// Left out of every check that does not name such states.
    fn is_withdrawn(&self) -> bool {
        WITHDRAWN.contains(&&*self.state)
    }
}

/// What was written last.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// What checks may have read of it before.
    pub reads: Reads,
    /// Kinds and stretches of the records.
    stretches: HashSet<(&'static str, Place)>,
}

#[derive(Debug)]
pub struct World {
    pub(super) instant: Moment,
    written: Written,
    held: Vec<Held>,
    pub(super) judgements: Vec<Judgement>,
    settings: Settings,
    /// Names of fields, each kept once.
    names: HashSet<Arc<str>>,
    /// What another world holds: the same is not held twice.
    shared: Option<Arc<Shared>>,
    /// Bits of kinds: those of the catalogue first, others in the order in which they came in.
    bits: HashMap<&'static str, u8>,
    places: HashMap<RecordId, Place>,
    /// Records by kind, those that are withdrawn left out.
    kinds: HashMap<&'static str, Vec<Place>>,
    withdrawn: HashMap<&'static str, Vec<Place>>,
    numbers: HashMap<Box<str>, Place>,
    /// Numbers of the withdrawn.
    gone: HashSet<Box<str>>,
    /// Links read both ways, each neighbour once.
    ties: HashMap<Place, Vec<Place>>,
    /// Numbers to which links lead, and of which nothing is on record.
    dangling: HashSet<Box<str>>,
    /// Actions by the number in their field source.
    sourced: HashMap<String, Vec<Place>>,
    /// People of the provider by e-mail in small letters, and whether they are active.
    people: HashMap<String, bool>,
    top: HashSet<String>,
}

impl World {
    /// Takes what was on record at `instant`. Links and references may lead to nothing.
    pub fn new(instant: Moment, settings: Settings, records: Vec<Case>) -> World {
        let mut world = World::empty(instant, settings);
        records.into_iter().for_each(|case| world.take(case));
        world.settled()
    }

    /// Where nothing is on record yet. [`World::take`] fills it, [`World::settled`] must follow.
    pub fn empty(instant: Moment, settings: Settings) -> World {
        let types = catalogue().record_types.iter().enumerate();
        World {
            instant,
            written: Written::default(),
            held: Vec::new(),
            judgements: Vec::new(),
            settings,
            names: HashSet::new(),
            shared: None,
            bits: types.map(|(at, known)| (known.id.as_str(), Reads::of_kind(at))).collect(),
            places: HashMap::new(),
            kinds: HashMap::new(),
            withdrawn: HashMap::new(),
            numbers: HashMap::new(),
            gone: HashSet::new(),
            ties: HashMap::new(),
            dangling: HashSet::new(),
            sourced: HashMap::new(),
            people: HashMap::new(),
            top: HashSet::new(),
        }
    }

    /// Before anything is taken: with what another world holds, which is not held twice.
    pub fn sharing(self, shared: Arc<Shared>) -> World {
        World { shared: Some(shared), ..self }
    }

    /// What another world may share.
    pub fn shared(&self) -> Shared {
        Shared::of(&self.held)
    }

    /// Takes one record in, once.
    pub fn take(&mut self, case: Case) {
        let place = self.held.len() as Place;
        let held = self.hold(case);
        self.places.insert(held.id, place);
        self.list(&held, place);
        self.held.push(held);
    }

    /// With the ways between the records found.
    pub fn settled(mut self) -> World {
        self.find_ways(Reads::all());
        self
    }

    /// Takes the newer states of records in and says what a check may have read of them before.
    pub(super) fn renew(&mut self, instant: Moment, cases: Vec<Case>) -> Reads {
        self.instant = instant;
        self.written = Written::default();
        cases.into_iter().for_each(|case| self.renew_one(case));
        self.find_ways(self.written.reads);
        self.written.reads
    }

    fn renew_one(&mut self, case: Case) {
        let Some(place) = self.places.get(&case.record.id).copied() else {
            let place = self.held.len() as Place;
            let leads = !case.links.is_empty() || self.dangling.contains(case.record.number.as_str());
            self.take(case);
            return self.note(place, leads.then_some(Reads::LINKS).into_iter().chain([Reads::MISSING]));
        };
        let now = self.hold(case);
        let then = &self.held[place as usize];
        let leads = (then.links != now.links).then_some(Reads::LINKS);
        let is_listed_anew = (then.is_withdrawn(), &then.number) != (now.is_withdrawn(), &now.number);
        if is_listed_anew {
            let (kind, number) = (then.kind, then.number.clone());
            for listed in [&mut self.kinds, &mut self.withdrawn] {
                listed.entry(kind).or_default().retain(|other| *other != place);
            }
            self.numbers.remove(&number);
            self.gone.remove(&number);
            self.list(&now, place);
        }
        self.held[place as usize] = now;
        let anew = is_listed_anew.then_some([Reads::MISSING, Reads::LINKS]);
        self.note(place, anew.into_iter().flatten().chain(leads));
    }

    /// Notes that a record was written, and what else of it checks may have asked for.
    fn note(&mut self, place: Place, beside: impl Iterator<Item = u8>) {
        let held = &self.held[place as usize];
        self.written.stretches.insert((held.kind, stretch(place)));
        self.written.reads = beside.fold(self.written.reads.with(held.bit), Reads::with);
    }

    fn hold(&mut self, case: Case) -> Held {
        let Case { record, marks, links } = case;
        let next = self.bits.len();
        // More kinds than bits share some: then a check runs again without need, never too seldom.
        let bit = *self.bits.entry(record.kind).or_insert_with(|| Reads::of_kind(next));
        let named = record.fields.into_iter().map(|(name, value)| {
            let known = self.names.get(name.as_str()).cloned();
            let name = known.unwrap_or_else(|| {
                let name: Arc<str> = name.into();
                self.names.insert(name.clone());
                name
            });
            (name, value)
        });
        let mut fields: Vec<(Arc<str>, Value)> = named.collect();
        fields.sort_unstable_by(|(left, _), (right, _)| by_length(left, right));
        let (fields, marks) = (fields.into(), marks.into());
        let (fields, marks) = match &self.shared {
            Some(shared) => shared.instead(record.id, fields, marks),
            None => (fields, marks),
        };
        Held {
            id: record.id,
            kind: record.kind,
            bit,
            number: record.number.into(),
            title: record.title.into(),
            state: record.state.into(),
            created: record.created,
            changed: record.changed,
            fields,
            marks,
            links: links.into(),
        }
    }

    /// Where a record is found by its kind and its number.
    fn list(&mut self, held: &Held, place: Place) {
        let listed = if held.is_withdrawn() {
            self.gone.insert(held.number.clone());
            self.withdrawn.entry(held.kind).or_default()
        } else {
            self.numbers.insert(held.number.clone(), place);
            self.kinds.entry(held.kind).or_default()
        };
        let at = listed.partition_point(|other| *other < place);
        listed.insert(at, place);
    }

    fn find_ways(&mut self, written: Reads) {
        let changed = |kind: &str| written.meets(Reads::default().with(self.bit(kind)));
        let (actions, people, roles) = (changed("action"), changed("person"), changed("role"));
        if written.meets(Reads::default().with(Reads::LINKS)) {
            (self.ties, self.dangling) = self.tie();
        }
        if actions {
            self.sourced = self.source_actions();
        }
        if people {
            self.people = self.gather_people();
        }
        if roles {
            self.top = self.gather_top();
        }
    }

    /// Of a kind that is in no catalogue and has no record yet it is asked whether there is a record that is missing.
    pub(super) fn bit(&self, kind: &str) -> u8 {
        self.bits.get(kind).copied().unwrap_or(Reads::MISSING)
    }

    /// What people judged; later judgements of the same requirement take the place of earlier ones.
    pub fn with_judgements(mut self, judgements: Vec<Judgement>) -> World {
        self.judgements = judgements;
        self
    }

    fn tie(&self) -> (HashMap<Place, Vec<Place>>, HashSet<Box<str>>) {
        let mut ties: HashMap<Place, Vec<Place>> = HashMap::new();
        let mut dangling = HashSet::new();
        for from in self.kinds.values().flatten() {
            for link in &self.held[*from as usize].links {
                match self.numbers.get(link.to.as_str()) {
                    Some(to) => {
                        ties.entry(*from).or_default().push(*to);
                        ties.entry(*to).or_default().push(*from);
                    }
                    None => drop(dangling.insert(link.to.as_str().into())),
                }
            }
        }
        for neighbours in ties.values_mut() {
            neighbours.sort_unstable();
            neighbours.dedup();
        }
        (ties, dangling)
    }

    fn source_actions(&self) -> HashMap<String, Vec<Place>> {
        let mut sourced: HashMap<String, Vec<Place>> = HashMap::new();
        for action in self.all("action") {
            for source in action.names("source") {
                sourced.entry(source.to_string()).or_default().push(action.place);
            }
        }
        sourced
    }

    fn gather_people(&self) -> HashMap<String, bool> {
        let mut people = HashMap::new();
        for person in self.all("person") {
            if let Some(mail) = person.text("email") {
                *people.entry(mail.to_lowercase()).or_default() |= person.yes("active");
            }
        }
        people
    }

    fn gather_top(&self) -> HashSet<String> {
        let roles = self.all("role").filter(|role| role.is("name", "top-management"));
        roles.flat_map(|role| role.names("holder").map(str::to_lowercase)).collect()
    }

    pub(super) fn held(&self) -> &[Held] {
        &self.held
    }

    /// A record that was seen before, or whose kind is known to be followed.
    pub(super) fn unseen(&self, place: Place) -> Fact<'_> {
        Fact { world: self, place }
    }

    /// Records of a kind by stretch, as [`World::all`]. Whoever goes through them follows the writes to this kind itself.
    pub(super) fn stretches(&self, kind: &str) -> impl Iterator<Item = &[Place]> {
        if !self.bits.contains_key(kind) {
            trace::saw(Reads::MISSING);
        }
        let places = self.kinds.get(kind).map_or(&[][..], Vec::as_slice);
        places.chunk_by(|left, right| stretch(*left) == stretch(*right))
    }

    /// Whether a kept part is seen as it was before the last write.
    pub(super) fn stands(&self, kept: &KeptPart) -> bool {
        self.instant < kept.trace.until && !self.written.stretches.contains(&(kept.kind, kept.part.stretch))
    }

    pub(super) fn fact(&self, place: Place) -> Fact<'_> {
        trace::saw(self.held[place as usize].bit);
        Fact { world: self, place }
    }

    /// Records of a kind, without those that are withdrawn, superseded or cancelled.
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = Fact<'_>> + Clone {
        trace::saw(self.bit(kind));
        self.kinds.get(kind).into_iter().flatten().map(|place| Fact { world: self, place: *place })
    }

    /// Only those that are withdrawn, superseded or cancelled, for the few checks that name them.
    pub(super) fn left_out(&self, kind: &str) -> impl Iterator<Item = Fact<'_>> + Clone {
        trace::saw(self.bit(kind));
        self.withdrawn.get(kind).into_iter().flatten().map(|place| Fact { world: self, place: *place })
    }

    /// Records from which links lead.
    pub(super) fn linking(&self) -> impl Iterator<Item = Fact<'_>> {
        trace::saw(Reads::LINKS);
        let places = self.kinds.values().flatten().filter(|place| !self.held[**place as usize].links.is_empty());
        places.map(|place| Fact { world: self, place: *place })
    }

    pub(super) fn has_any(&self, kind: &str) -> bool {
        self.all(kind).next().is_some()
    }

    pub(super) fn find(&self, number: &str) -> Option<Fact<'_>> {
        let found = self.numbers.get(number);
        if found.is_none() {
            trace::saw(Reads::MISSING);
        }
        found.map(|place| self.fact(*place))
    }

    pub(super) fn find_of(&self, kind: &str, number: &str) -> Option<Fact<'_>> {
        self.find(number).filter(|found| found.kind() == kind)
    }

    /// Whether any record has this number, withdrawn ones included.
    pub(super) fn is_on_record(&self, number: &str) -> bool {
        self.find(number).is_some() || self.gone.contains(number)
    }

    pub(super) fn neighbours(&self, place: Place) -> &[Place] {
        trace::saw(Reads::LINKS);
        self.ties.get(&place).map_or(&[], Vec::as_slice)
    }

    pub(super) fn actions_with_source(&self, number: &str) -> &[Place] {
        trace::saw(self.bit("action"));
        self.sourced.get(number).map_or(&[], Vec::as_slice)
    }

    /// Records of a kind by what a field holds; each entry of a list counts.
    pub(super) fn group(&self, kind: &str, field: &str) -> HashMap<&str, Vec<Fact<'_>>> {
        let mut groups: HashMap<&str, Vec<Fact<'_>>> = HashMap::new();
        for fact in self.all(kind) {
            for name in fact.names(field) {
                let group = groups.entry(name).or_default();
                if group.last() != Some(&fact) {
                    group.push(fact);
                }
            }
        }
        groups
    }

    pub(super) fn in_scope_live(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.all("service").filter(|service| service.is("stage", "live") && service.yes("in_scope"))
    }

    /// Those with active=true.
    pub(super) fn active(&self, kind: &str) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.all(kind).filter(|fact| fact.yes("active"))
    }

    pub(super) fn active_external(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.active("other_party").filter(|party| party.is("kind", "external"))
    }

    pub(super) fn is_of_provider(&self, mail: &str) -> bool {
        trace::saw(self.bit("person"));
        self.people.contains_key(&mail.to_lowercase())
    }

    pub(super) fn is_active_person(&self, mail: &str) -> bool {
        trace::saw(self.bit("person"));
        self.people.get(&mail.to_lowercase()).copied().unwrap_or_default()
    }

    pub(super) fn is_top(&self, mail: &str) -> bool {
        trace::saw(self.bit("role"));
        self.top.contains(&mail.to_lowercase())
    }

    /// The record with the latest date in the field; of two with the same date the one with the higher number.
    /// Records whose date is missing or has not come yet are not the newest of anything.
    pub(super) fn newest<'w>(&self, among: impl Iterator<Item = Fact<'w>>, field: &str) -> Option<Fact<'w>> {
        among
            .filter_map(|fact| Some((fact.date(field)?, fact)))
            .max_by(|left, right| left.0.cmp(&right.0).then_with(|| natural(left.1.number(), right.1.number())))
            .map(|(_, fact)| fact)
    }

    /// The same, but a record without a date is better than none: it shows as too old.
    pub(super) fn newest_or_undated<'w>(&self, among: &[Fact<'w>], field: &str) -> Option<Fact<'w>> {
        let order = |left: &&Fact<'w>, right: &&Fact<'w>| {
            left.date(field).cmp(&right.date(field)).then_with(|| natural(left.number(), right.number()))
        };
        among.iter().max_by(order).copied()
    }

    /// The policy of a kind with approved_by and the newest approved_on.
    pub(super) fn policy(&self, kind: &str) -> Option<Fact<'_>> {
        let approved = self.all("policy").filter(|policy| policy.is("kind", kind) && policy.has("approved_by"));
        self.newest(approved, "approved_on")
    }

    /// The management plan with approved_by and the newest approved_on.
    pub(super) fn plan(&self) -> Option<Fact<'_>> {
        self.newest(self.all("management_plan").filter(|plan| plan.has("approved_by")), "approved_on")
    }

    pub(super) fn current_documents(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.all("document").filter(|document| document.is("state", "approved"))
    }

    pub(super) fn current_objectives(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        const OVER: [&str; 3] = ["closed", "met", "reached"];
        self.all("objective").filter(|objective| !OVER.contains(&objective.text("status").unwrap_or_default()))
    }

    pub(super) fn current_continuity_plans(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.all("continuity_plan").filter(|plan| plan.has("approved_on"))
    }

    pub(super) fn slas_in_force(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        const FORCE: [&str; 4] = ["agreed", "active", "in-force", "current"];
        self.all("sla").filter(|sla| FORCE.contains(&sla.text("state").unwrap_or_default()))
    }

    /// Contracts that have begun and whose last day is not before today.
    pub(super) fn contracts_in_force(&self) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.all("contract").filter(|contract| {
            let begun = contract.date("start").is_some_and(|start| self.has_come(start));
            begun && contract.date("end").is_none_or(|end| self.is_today_or_later(end))
        })
    }

    /// What a risk may be worth without acceptance by top management: `acceptance.limit` of the current method, else 9.
    pub(super) fn acceptance_limit(&self) -> Decimal {
        let method = self.newest(self.all("risk_method"), "approved_on");
        method.and_then(|method| method.numeric("acceptance.limit")).unwrap_or(Decimal::from(9))
    }

    pub(super) fn number(&self, key: &str) -> i64 {
        self.settings.numbers.get(key).or_else(|| catalogue().defaults.get(key)).copied().unwrap_or_default()
    }

    /// What documents state of priorities, major incidents and approvals.
    pub(super) fn house(&self) -> &House {
        &self.settings.house
    }

    pub(super) fn interval(&self, id: &str) -> i32 {
        let offered = || catalogue().interval(id).map(|interval| interval.default_months);
        self.settings.intervals.get(id).copied().or_else(offered).unwrap_or(12)
    }

    /// Whether a part of an entry is filled.
    pub(super) fn has_part(&self, entry: &Value, path: &str) -> bool {
        entry.part(path).is_some_and(|part| super::fact::is_there(self, path, part))
    }

    /// A date within an entry of a list; `None` when it has not come yet.
    pub(super) fn part_date(&self, entry: &Value, path: &str) -> Option<Moment> {
        entry.part(path).and_then(Value::as_moment).filter(|at| self.has_come(*at))
    }
}

/// Numbers in the order that people expect: INC-9 before INC-10.
pub(super) fn natural(left: &str, right: &str) -> Ordering {
    fn split(number: &str) -> (&str, u64) {
        let digits = number.len() - number.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        let (prefix, digits) = number.split_at(number.len() - digits);
        (prefix, digits.parse().unwrap_or(u64::MAX))
    }
    split(left).cmp(&split(right)).then_with(|| left.cmp(right))
}
