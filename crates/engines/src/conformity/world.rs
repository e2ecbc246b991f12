//! The facts as of one instant, with the indexes that checks need, built once.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap, HashSet},
};

use model::{Decimal, Link, Mark, Moment, Record, Value, lifecycle::WITHDRAWN};

use super::{catalogue::catalogue, fact::Fact, verdict::Judgement};

/// A record as of the instant, its history not later than that, and its links.
#[derive(Clone, Debug)]
pub struct Case {
    /// Already folded: title, state and fields are those that were on record at the instant.
    pub record: Record,
    /// In the order of their times.
    pub marks: Vec<Mark>,
    /// Those that lead from this record; the way back is found here.
    pub links: Vec<Link>,
}

/// What checks read of what a history entry set, beside its time, its writer and its note.
const TOLD: [&str; 5] = ["consequences", "correction", "effective", "major", "updated_on"];

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
}

impl Default for Settings {
    /// What the catalogue offers first.
    fn default() -> Settings {
        let months = |interval: &super::catalogue::Interval| (interval.id.clone(), interval.default_months);
        Settings {
            intervals: catalogue().intervals.iter().map(months).collect(),
            numbers: catalogue().defaults.clone(),
        }
    }
}

/// Position of a case in its world.
pub(super) type Place = u32;

#[derive(Debug)]
pub struct World {
    pub(super) instant: Moment,
    pub(super) cases: Vec<Case>,
    pub(super) judgements: Vec<Judgement>,
    settings: Settings,
    /// Records by kind, those that are withdrawn left out.
    kinds: HashMap<&'static str, Vec<Place>>,
    withdrawn: HashMap<&'static str, Vec<Place>>,
    numbers: HashMap<String, Place>,
    /// Numbers of the withdrawn.
    gone: HashSet<String>,
    /// Links read both ways, each neighbour once.
    ties: HashMap<Place, Vec<Place>>,
    /// Actions by the number in their field source.
    sourced: HashMap<String, Vec<Place>>,
    /// People of the provider by e-mail in small letters, and whether they are active.
    people: HashMap<String, bool>,
    top: HashSet<String>,
}

impl World {
    /// Takes what was on record at `instant`. Links and references may lead to nothing.
    pub fn new(instant: Moment, settings: Settings, records: Vec<Case>) -> World {
        let mut world = World {
            instant,
            cases: records,
            judgements: Vec::new(),
            settings,
            kinds: HashMap::new(),
            withdrawn: HashMap::new(),
            numbers: HashMap::new(),
            gone: HashSet::new(),
            ties: HashMap::new(),
            sourced: HashMap::new(),
            people: HashMap::new(),
            top: HashSet::new(),
        };
        for (place, case) in world.cases.iter().enumerate() {
            let place = place as Place;
            if is_withdrawn(&case.record) {
                world.withdrawn.entry(case.record.kind).or_default().push(place);
                world.gone.insert(case.record.number.clone());
            } else {
                world.kinds.entry(case.record.kind).or_default().push(place);
                world.numbers.insert(case.record.number.clone(), place);
            }
        }
        world.ties = world.tie();
        world.sourced = world.source_actions();
        world.people = world.gather_people();
        world.top = world.gather_top();
        world
    }

    /// What people judged; later judgements of the same requirement take the place of earlier ones.
    pub fn with_judgements(mut self, judgements: Vec<Judgement>) -> World {
        self.judgements = judgements;
        self
    }

    fn tie(&self) -> HashMap<Place, Vec<Place>> {
        let mut ties: HashMap<Place, Vec<Place>> = HashMap::new();
        for from in self.kinds.values().flatten() {
            for link in &self.cases[*from as usize].links {
                if let Some(to) = self.numbers.get(&link.to) {
                    ties.entry(*from).or_default().push(*to);
                    ties.entry(*to).or_default().push(*from);
                }
            }
        }
        for neighbours in ties.values_mut() {
            neighbours.sort_unstable();
            neighbours.dedup();
        }
        ties
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

    pub fn instant(&self) -> Moment {
        self.instant
    }

    pub(super) fn fact(&self, place: Place) -> Fact<'_> {
        Fact { world: self, place }
    }

    /// Records of a kind, without those that are withdrawn, superseded or cancelled.
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.kinds.get(kind).into_iter().flatten().map(|place| self.fact(*place))
    }

    /// Only those that are withdrawn, superseded or cancelled, for the few checks that name them.
    pub(super) fn left_out(&self, kind: &str) -> impl Iterator<Item = Fact<'_>> + Clone {
        self.withdrawn.get(kind).into_iter().flatten().map(|place| self.fact(*place))
    }

    pub(super) fn has_any(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|places| !places.is_empty())
    }

    pub(super) fn find(&self, number: &str) -> Option<Fact<'_>> {
        self.numbers.get(number).map(|place| self.fact(*place))
    }

    pub(super) fn find_of(&self, kind: &str, number: &str) -> Option<Fact<'_>> {
        self.find(number).filter(|found| found.kind() == kind)
    }

    /// Whether any record has this number, withdrawn ones included.
    pub(super) fn is_on_record(&self, number: &str) -> bool {
        self.numbers.contains_key(number) || self.gone.contains(number)
    }

    pub(super) fn neighbours(&self, place: Place) -> &[Place] {
        self.ties.get(&place).map_or(&[], Vec::as_slice)
    }

    pub(super) fn actions_with_source(&self, number: &str) -> &[Place] {
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
        self.people.contains_key(&mail.to_lowercase())
    }

    pub(super) fn is_active_person(&self, mail: &str) -> bool {
        self.people.get(&mail.to_lowercase()).copied().unwrap_or_default()
    }

    pub(super) fn is_top(&self, mail: &str) -> bool {
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
            let begun = contract.date("start").is_some_and(|start| start <= self.instant);
            begun && contract.date("end").is_none_or(|end| end.date() >= self.instant.date())
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

    pub(super) fn interval(&self, id: &str) -> i32 {
        let offered = || catalogue().interval(id).map(|interval| interval.default_months);
        self.settings.intervals.get(id).copied().or_else(offered).unwrap_or(12)
    }

    /// Whether a part of an entry is filled.
    pub(super) fn has_part(&self, entry: &Value, path: &str) -> bool {
        entry.part(path).is_some_and(|part| super::fact::is_there(self.instant, path, part))
    }

    /// A date within an entry of a list; `None` when it has not come yet.
    pub(super) fn part_date(&self, entry: &Value, path: &str) -> Option<Moment> {
        entry.part(path).and_then(Value::as_moment).filter(|at| *at <= self.instant)
    }
}

/// Left out of every check that does not name such states.
fn is_withdrawn(record: &Record) -> bool {
    WITHDRAWN.contains(&record.state.as_str())
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
