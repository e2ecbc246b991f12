//! What a type of record is: its fields, lifecycle, links and rights. Everything generic reads this.

pub use crate::related::Related;
use crate::{
    actor::{Act, Actor, Role},
    approval::Approval,
    field::{Common, Field},
    handling::{
        Amendment, Assignment, Before, Closing, Escalation, Hands, Likeness, Mirror, Offer, Procedure, Publication,
        Seal, Single, Talk, WorkLog,
    },
    lifecycle::{Lifecycle, Phase},
    link::LinkName,
    monitoring::{Monitored, Planned},
    pieces::Pieces,
    questions::Form,
    record::{Draft, Record},
    refusal::FieldError,
    time::Moment,
    types::Type,
};

/// Where a kind stands in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    Run,
    Services,
    Assure,
    Prove,
}

impl Area {
    pub const ALL: &'static [Area] = &[Area::Run, Area::Services, Area::Assure, Area::Prove];

    pub fn label(self) -> &'static str {
        match self {
            Area::Run => "Run",
            Area::Services => "Services",
            Area::Assure => "Assure",
            Area::Prove => "Prove",
        }
    }
}

/// Which records of a kind a grant reaches.
#[derive(Clone, Debug, PartialEq)]
pub enum Reach {
    /// Every record of the provider and of all customers.
    All,
    /// Where the actor is owner or requester.
    Own,
    /// Those of the actor's customer.
    Customer,
    /// Those whose named field holds the value, such as articles with the audience `customers`.
    Marked(&'static str, &'static str),
    /// The same, once they are in one of these states: what is still a draft is for nobody outside.
    Published(&'static str, &'static str, &'static [&'static str]),
    /// The record of the actor's customer itself.
    Itself,
    /// Those whose named field holds the number of the actor's customer, once they are in one of these states.
    Addressed(&'static str, &'static [&'static str]),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub role: Role,
    pub acts: Vec<Act>,
    pub reach: Reach,
}

/// What a rule may look at besides the draft.
pub struct Facts<'a> {
    pub actor: &'a Actor,
    pub now: Moment,
    pub before: Option<&'a Record>,
    pub related: &'a Related,
}

/// Completes a draft or refuses it; runs for every caller but an import, which writes what was.
pub type Rule = fn(&mut Draft, &Facts<'_>) -> Result<(), FieldError>;

/// What of a record may be told to everybody: only of one that a person marked, in some states, and only these fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outside {
    /// A choice on each record; `shown` is the mark.
    pub flag: &'static str,
    pub states: &'static [&'static str],
    /// `title` for the title.
    pub fields: &'static [&'static str],
}

#[derive(Clone, Debug)]
pub struct Kind {
    pub name: &'static str,
    /// As used in addresses: `incidents`.
    pub plural: &'static str,
    pub label: String,
    pub labels: String,
    /// Of its numbers: `INC` gives INC-1.
    pub prefix: &'static str,
    /// Clauses of ISO/IEC 20000-1:2018 it gives evidence for, the main one first.
    pub clauses: Vec<&'static str>,
    pub about: &'static str,
    pub area: Area,
    pub fields: Vec<Field>,
    pub lifecycle: Lifecycle,
    pub links: Vec<LinkName>,
    pub rules: Vec<Rule>,
    /// What must be so for the program to read a record at all. They complete nothing, and an import that changes what is on
    /// record is held to them as well; what only came in from the past is shown with what they say.
    pub checks: Vec<Rule>,
    pub grants: Vec<Grant>,
    /// Columns of its list, in order.
    pub columns: Vec<&'static str>,
    /// Fields of which the first filled one gives the title where none is given.
    pub titled_by: Vec<&'static str>,
    /// Field by which others refer to its records instead of the number: the e-mail of a person.
    pub identity: Option<&'static str>,
    /// Field whose value is the number of the customer that a record belongs to.
    pub customer_field: Option<&'static str>,
    /// Whether its records have the clocks of what was agreed: until somebody answers, until it is resolved.
    pub clocked: bool,
    /// Fields that refer to records which the rules of the kind look at; the door brings these along.
    pub looks_at: Vec<&'static str>,
    /// Fields of its own, or the word `state`, in which a change makes the rules look there again.
    pub looks_when: Vec<&'static str>,
    /// Kinds of which the rules look at every record: only such as a house has some tens of.
    pub looks_at_all: Vec<&'static str>,
    /// Where answers to the questions of another record stand.
    pub form: Option<Form>,
    /// How its records are approved by the people whom a policy names.
    pub approval: Option<Approval>,
    /// Where it says who stands in for whom.
    pub absence: Option<Absence>,
    /// How its records are opened and ended by what monitoring says.
    pub monitored: Option<Monitored>,
    /// Fields with the names by which tools know its records.
    pub known_by: Vec<&'static str>,
    /// Fields that name the records of which its records consist: what these suffer, it suffers.
    pub made_of: Vec<&'static str>,
    /// The span of planned work that its records are.
    pub planned: Option<Planned>,
    /// Field with the people whom a record brings together: the members of a team.
    pub gathers: Option<&'static str>,
    /// Where it stands who was brought in beside its owner, and whom the words of agreed steps mean.
    pub escalation: Option<Escalation>,
    /// In whose hands its records are, for the time of each team and of each supplier.
    pub hands: Option<Hands>,
    /// What its records change in another one by a new version of it.
    pub amendment: Option<Amendment>,
    /// A step that the program takes by itself when nobody has objected for long enough.
    pub closing: Option<Closing>,
    /// What a public word does beside being said.
    pub talk: Option<Talk>,
    /// Where the pieces stand in which its work is done.
    pub pieces: Option<Pieces>,
    /// What follows when a flag of a record is set.
    pub procedure: Option<Procedure>,
    /// Kinds with their field that refers to a record of this one; rules that look at where a record goes see those records.
    pub looks_back: Vec<(&'static str, &'static str)>,
    /// Fields that stand on both sides of a tie.
    pub mirrors: Vec<Mirror>,
    /// New records that the page of one offers, half filled in.
    pub offers: Vec<Offer>,
    /// Where help for a record may be found: other records that resemble it.
    pub alike: Vec<Likeness>,
    /// What may have brought a record about.
    pub before: Option<Before>,
    /// How its records come to a team and to one of its people.
    pub assignment: Option<Assignment>,
    /// Name of the link by which a record says that it is part of another one of its kind.
    pub parent: Option<&'static str>,
    /// Where the time stands that went into a record.
    pub work: Option<WorkLog>,
    /// Whose text its records are, and how they come to stand.
    pub publication: Option<Publication>,
    /// What of its records may be told to everybody, without a sign-in.
    pub outside: Option<Outside>,
    /// What stays once it was reported.
    pub seals: Vec<Seal>,
    /// Of which of its records there is one at most.
    pub single: Option<Single>,
}

/// Parts that say from when to when a person is away and who decides meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Fields of the record of a person: `away_from`, `away_until`, `stand_in`.
    OfThePerson,
    /// Rows with a person each and the same parts, in a field of this name.
    InRows(&'static str),
}

impl Kind {
    pub fn new(name: &'static str, plural: &'static str, prefix: &'static str) -> Kind {
        Kind {
            name,
            plural,
            label: crate::lifecycle::sentence_case(name),
            labels: crate::lifecycle::sentence_case(plural),
            prefix,
            clauses: Vec::new(),
            about: "",
            area: Area::Prove,
            fields: Vec::new(),
            lifecycle: Lifecycle::kept(),
            links: Vec::new(),
            rules: Vec::new(),
            checks: Vec::new(),
            grants: Vec::new(),
            columns: Vec::new(),
            titled_by: Vec::new(),
            identity: None,
            customer_field: None,
            clocked: false,
            looks_at: Vec::new(),
            looks_when: Vec::new(),
            looks_at_all: Vec::new(),
            form: None,
            approval: None,
            absence: None,
            monitored: None,
            known_by: Vec::new(),
            made_of: Vec::new(),
            planned: None,
            gathers: None,
            escalation: None,
            hands: None,
            amendment: None,
            closing: None,
            talk: None,
            pieces: None,
            procedure: None,
            looks_back: Vec::new(),
            mirrors: Vec::new(),
            offers: Vec::new(),
            alike: Vec::new(),
            before: None,
            assignment: None,
            parent: None,
            work: None,
            publication: None,
            outside: None,
            seals: Vec::new(),
            single: None,
        }
    }

    pub fn labelled(mut self, label: &str, labels: &str) -> Kind {
        self.label = label.into();
        self.labels = labels.into();
        self
    }

    pub fn about(mut self, about: &'static str) -> Kind {
        self.about = about;
        self
    }

    pub fn clause(mut self, clauses: &[&'static str]) -> Kind {
        self.clauses = clauses.to_vec();
        self
    }

    pub fn area(mut self, area: Area) -> Kind {
        self.area = area;
        self
    }

    pub fn field(mut self, field: Field) -> Kind {
        self.fields.push(field);
        self
    }

    pub fn include(mut self, fields: Vec<Field>) -> Kind {
        self.fields.extend(fields);
        self
    }

    pub fn lifecycle(mut self, lifecycle: Lifecycle) -> Kind {
        self.lifecycle = lifecycle;
        self
    }

    pub fn link(mut self, name: &str, label: &str, back: &str, to: &[&'static str]) -> Kind {
        self.links.push(LinkName { name: name.into(), label: label.into(), back: back.into(), to: to.to_vec() });
        self
    }

    /// Links that several kinds have in common; a name that the kind gave itself stays as it is.
    pub fn include_links(mut self, links: Vec<LinkName>) -> Kind {
        let new: Vec<_> = links.into_iter().filter(|link| self.links.iter().all(|own| own.name != link.name)).collect();
        self.links.extend(new);
        self
    }

    pub fn rule(mut self, rule: Rule) -> Kind {
        self.rules.push(rule);
        self
    }

    pub fn check(mut self, check: Rule) -> Kind {
        self.checks.push(check);
        self
    }

    pub fn grants(mut self, grants: Vec<Grant>) -> Kind {
        self.grants.extend(grants);
        self
    }

    pub fn allow(self, role: Role, acts: &[Act], reach: Reach) -> Kind {
        self.grants(vec![Grant { role, acts: acts.to_vec(), reach }])
    }

    pub fn list(mut self, columns: &[&'static str]) -> Kind {
        self.columns = columns.to_vec();
        self
    }

    pub fn titled_by(mut self, fields: &[&'static str]) -> Kind {
        self.titled_by = fields.to_vec();
        self
    }

    pub fn identified_by(mut self, field: &'static str) -> Kind {
        self.identity = Some(field);
        self
    }

    pub fn belongs_to(mut self, customer_field: &'static str) -> Kind {
        self.customer_field = Some(customer_field);
        self
    }

    /// Gives its records the clocks of what was agreed.
    pub fn clocked(mut self) -> Kind {
        self.clocked = true;
        self
    }

    pub fn looks_at(mut self, fields: &[&'static str]) -> Kind {
        self.looks_at = fields.to_vec();
        self
    }

    pub fn looks_when(mut self, fields: &[&'static str]) -> Kind {
        self.looks_when = fields.to_vec();
        self
    }

    pub fn looks_at_all(mut self, kinds: &[&'static str]) -> Kind {
        self.looks_at_all = kinds.to_vec();
        self
    }

    pub fn answers(mut self, form: Form) -> Kind {
        self.form = Some(form);
        self
    }

    pub fn approved_by(mut self, approval: Approval) -> Kind {
        self.approval = Some(approval);
        self
    }

    pub fn gathers(mut self, field: &'static str) -> Kind {
        self.gathers = Some(field);
        self
    }

    pub fn absences(mut self, absence: Absence) -> Kind {
        self.absence = Some(absence);
        self
    }

    pub fn monitored(mut self, monitored: Monitored) -> Kind {
        self.monitored = Some(monitored);
        self
    }

    pub fn known_by(mut self, fields: &[&'static str]) -> Kind {
        self.known_by = fields.to_vec();
        self
    }

    pub fn made_of(mut self, fields: &[&'static str]) -> Kind {
        self.made_of = fields.to_vec();
        self
    }

    pub fn planned(mut self, planned: Planned) -> Kind {
        self.planned = Some(planned);
        self
    }

    pub fn escalated(mut self, escalation: Escalation) -> Kind {
        self.escalation = Some(escalation);
        self
    }

    pub fn in_hands_of(mut self, hands: Hands) -> Kind {
        self.hands = Some(hands);
        self
    }

    pub fn amends(mut self, amendment: Amendment) -> Kind {
        self.amendment = Some(amendment);
        self
    }

    pub fn closes_itself(mut self, closing: Closing) -> Kind {
        self.closing = Some(closing);
        self
    }

    pub fn talked_about(mut self, talk: Talk) -> Kind {
        self.talk = Some(talk);
        self
    }

    pub fn in_pieces(mut self, pieces: Pieces) -> Kind {
        self.pieces = Some(pieces);
        self
    }

    pub fn handled_by(mut self, procedure: Procedure) -> Kind {
        self.procedure = Some(procedure);
        self
    }

    pub fn looks_back(mut self, from: &[(&'static str, &'static str)]) -> Kind {
        self.looks_back = from.to_vec();
        self
    }

    pub fn mirrors(mut self, mirrors: &[Mirror]) -> Kind {
        self.mirrors = mirrors.to_vec();
        self
    }

    pub fn offers(mut self, offers: &[Offer]) -> Kind {
        self.offers = offers.to_vec();
        self
    }

    pub fn alike(mut self, alike: &[Likeness]) -> Kind {
        self.alike = alike.to_vec();
        self
    }

    pub fn after(mut self, before: Before) -> Kind {
        self.before = Some(before);
        self
    }

    pub fn assigned(mut self, assignment: Assignment) -> Kind {
        self.assignment = Some(assignment);
        self
    }

    pub fn publishes(mut self, publication: Publication) -> Kind {
        self.publication = Some(publication);
        self
    }

    pub fn told_outside(mut self, outside: Outside) -> Kind {
        self.outside = Some(outside);
        self
    }

    pub fn sealed(mut self, seal: Seal) -> Kind {
        self.seals.push(seal);
        self
    }

    pub fn single(mut self, single: Single) -> Kind {
        self.single = Some(single);
        self
    }

    pub fn parent_by(mut self, link: &'static str) -> Kind {
        self.parent = Some(link);
        self
    }

    pub fn worked(mut self, work: WorkLog) -> Kind {
        self.work = Some(work);
        self
    }

    /// Whether a field stays as it is because of the state that its own record is in.
    pub fn keeps(&self, field: &str, state: &str) -> bool {
        let own = |seal: &&Seal| seal.by.is_empty() && seal.states.contains(&state);
        self.seals.iter().filter(own).any(|seal| seal.fields.contains(&field))
    }

    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub fn has_field(&self, name: &str) -> bool {
        self.find(name).is_some_and(|field| field.alias.is_none())
    }

    /// The customer whose record it is, by the field that says so; `None` for the provider's own.
    pub fn customer_of(&self, fields: &crate::record::Fields) -> Option<String> {
        fields.get(self.customer_field?)?.as_text().map(str::to_string)
    }

    /// The phase of a state; a state that no longer exists counts as open, so that nothing disappears from sight.
    pub fn phase(&self, state: &str) -> Phase {
        self.lifecycle.find(state).map_or(Phase::Open, |state| state.phase)
    }

    pub fn state_label(&self, state: &str) -> String {
        self.lifecycle.find(state).map_or_else(|| crate::lifecycle::sentence_case(state), |state| state.label.clone())
    }

    /// The name of the common part behind an alias ("status" is the state), else the name itself.
    pub fn common_name<'a>(&self, name: &'a str) -> &'a str {
        match self.find(name).and_then(|field| field.alias) {
            Some(Common::Number) => "number",
            Some(Common::Title) => "title",
            Some(Common::State) => "state",
            None => name,
        }
    }

    /// The type behind a path, common parts included; `None` when the kind has no such field.
    pub fn type_of(&self, path: &str) -> Option<Type> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let ty = match self.find(name) {
            Some(field) if field.alias == Some(Common::State) => self.state_type(),
            Some(field) => field.ty.clone(),
            None => self.common_type(name)?,
        };
        match rest {
            None => Some(ty),
            Some(rest) => part_type(&ty, rest),
        }
    }

    fn common_type(&self, name: &str) -> Option<Type> {
        Some(match name {
            "number" | "title" | "kind" => Type::Text,
            "state" => self.state_type(),
            "phase" => Type::Choice(crate::types::Choices {
                options: Phase::ALL.iter().map(|p| (p.name().into(), p.name().into())).collect(),
                open: false,
            }),
            "customer" => Type::Ref(crate::types::Refs { kinds: vec!["customer"], or_text: false }),
            "created" | "changed" => Type::Instant,
            _ => return None,
        })
    }

    fn state_type(&self) -> Type {
        let options = self.lifecycle.states.iter().map(|state| (state.name.to_string(), state.label.clone())).collect();
        Type::Choice(crate::types::Choices { options, open: false })
    }

    /// Every name that filters, columns and sorting may use.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        COMMON.iter().copied().chain(self.fields.iter().map(|field| field.name.as_str()))
    }

    /// Label of a field or common part.
    pub fn label_of<'a>(&'a self, name: &'a str) -> String {
        self.find(name).map_or_else(|| crate::lifecycle::sentence_case(name), |field| field.label.clone())
    }
}

/// Parts that every record has.
pub const COMMON: &[&str] = &["number", "title", "state", "phase", "customer", "created", "changed", "kind"];

fn part_type(ty: &Type, path: &str) -> Option<Type> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let ty = match ty {
        Type::Parts(fields) => fields.iter().find(|field| field.name == name).map_or(Type::Mixed, |f| f.ty.clone()),
        Type::Mixed => Type::Mixed,
        _ => return None,
    };
    match rest {
        None => Some(ty),
        Some(rest) => part_type(&ty, rest),
    }
}
