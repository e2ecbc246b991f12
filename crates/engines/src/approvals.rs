//! Approvals: who is asked, who is asked now, and what came of it. A policy is made into rows once, when something is asked
//! for; from then on the rows alone say where it stands.
//!
//! Stages follow each other; within a stage everybody is asked at once. A stage is approved by as many of its people as it
//! needs (all, where it does not say), and refused as soon as that cannot be reached any more. Nobody approves what they
//! asked for themselves, neither for themselves nor for somebody else.

use std::collections::BTreeMap;

use model::{Date, Decimal, Moment, Value, house::Quorum};

/// A row of a policy: whom to ask, in which stage, above which amount, and how many of them must agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clause {
    pub stage: i64,
    /// The word for the source, such as `line_manager`.
    pub word: String,
    /// People whom the row names itself.
    pub people: Vec<String>,
    /// Asked only where the amount is higher.
    pub above: Option<Sum>,
    /// How many of the stage must approve; `None` for all.
    pub need: Option<usize>,
}

/// An amount of money in a currency (ISO 4217); empty where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub amount: Decimal,
    pub currency: String,
}

impl Sum {
    /// Reads a number, or parts with an amount and a currency.
    pub fn read(value: &Value) -> Option<Sum> {
        let currency = value.part("currency").and_then(Value::as_text).unwrap_or_default().trim().to_uppercase();
        let amount = value.as_number().or_else(|| value.part("amount")?.as_number())?;
        Some(Sum { amount, currency })
    }
}

/// One person who is asked, and what was said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub stage: i64,
    pub word: String,
    pub approver: String,
    pub need: Option<usize>,
    pub verdict: Option<Verdict>,
}

/// What was said, by whom (the approver or who stood in), when and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub approved: bool,
    pub by: String,
    pub on: Moment,
    pub reason: String,
}

/// Somebody is away; the dates are included.
#[derive(Clone, Debug, PartialEq)]
pub struct Away {
    pub person: String,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub stand_in: String,
}

impl Away {
    /// Whether the person is away on a day. Without any date nobody said so.
    pub fn holds(&self, day: Date) -> bool {
        let (begun, over) = (self.from.is_none_or(|from| from <= day), self.until.is_some_and(|end| end < day));
        (self.from.is_some() || self.until.is_some()) && begun && !over
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody has to be asked.
    NotNeeded,
    Pending,
    Approved,
    Refused,
}

/// Who is asked now: the row, and everybody who may answer it.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub row: usize,
    pub approver: String,
    /// Who stands in while the approver is away.
    pub stand_in: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub outcome: Outcome,
    pub asked: Vec<Asked>,
}

impl Clause {
    /// Reads the rows of a policy; a row that names no source asks the people it names.
    pub fn read_all(rows: Option<&Value>) -> Vec<Clause> {
        let rows = rows.map(Value::entries).unwrap_or_default().iter();
        rows.filter(|row| matches!(row, Value::Parts(_))).map(Clause::read).collect()
    }

    fn read(row: &Value) -> Clause {
        let people = row.part("people").map(Value::entries).unwrap_or_default();
        let word = row.part("approver").and_then(Value::as_text).unwrap_or(model::approval::NAMED);
        Clause {
            stage: number(row.part("stage")).unwrap_or(1),
            word: word.into(),
            people: people.iter().filter_map(Value::as_text).map(str::to_lowercase).collect(),
            above: row.part("above").and_then(Sum::read),
            need: number(row.part("need")).and_then(|need| usize::try_from(need).ok()).filter(|need| *need > 0),
        }
    }
}

/// Whether the limit of a clause, where it has one, lets it count for a price. What has no price is not above any. A limit
/// that names no currency is in that of the price. A limit in another currency says nothing about a price: the clause for
/// the same people in the currency of the price decides then, and where there is none they are asked, because nobody can say
/// that they need not be.
fn is_reached(clause: &Clause, policy: &[Clause], price: Option<&Sum>) -> bool {
    let Some(above) = &clause.above else { return true };
    let Some(price) = price else { return false };
    let fits = |limit: &Sum| limit.currency.is_empty() || limit.currency == price.currency;
    if fits(above) {
        return price.amount > above.amount;
    }
    let decides = |other: &Clause| {
        let is_same = (other.stage, &other.word, &other.people) == (clause.stage, &clause.word, &clause.people);
        is_same && other.above.as_ref().is_some_and(fits)
    };
    !policy.iter().any(decides)
}

fn number(value: Option<&Value>) -> Option<i64> {
    i64::try_from(value?.as_number()?.trunc()).ok()
}

impl Row {
    pub fn read_all(rows: Option<&Value>) -> Vec<Row> {
        let rows = rows.map(Value::entries).unwrap_or_default().iter();
        rows.filter(|row| matches!(row, Value::Parts(_))).map(Row::read).collect()
    }

    fn read(row: &Value) -> Row {
        let text = |part: &str| row.part(part).and_then(Value::as_text).unwrap_or_default().to_string();
        let verdict = match text("decision").as_str() {
            word @ ("approved" | "refused") => Some(Verdict {
                approved: word == "approved",
                by: text("by"),
                on: row.part("on").and_then(Value::as_moment).unwrap_or(Moment::UNKNOWN),
                reason: text("reason"),
            }),
            _ => None,
        };
        Row {
            stage: number(row.part("stage")).unwrap_or(1),
            word: text("as"),
            approver: text("approver"),
            need: number(row.part("need")).and_then(|need| usize::try_from(need).ok()),
            verdict,
        }
    }

    pub fn write(&self) -> Value {
        let mut parts = BTreeMap::from([
            ("stage".to_string(), Value::Number(Decimal::from(self.stage))),
            ("as".to_string(), Value::text(&self.word)),
            ("approver".to_string(), Value::text(&self.approver)),
        ]);
        if let Some(need) = self.need {
            parts.insert("need".into(), Value::Number(Decimal::from(need)));
        }
        if let Some(verdict) = &self.verdict {
            let word = if verdict.approved { "approved" } else { "refused" };
            parts.insert("decision".into(), Value::text(word));
            parts.insert("by".into(), Value::text(&verdict.by));
            parts.insert("on".into(), Value::Instant(verdict.on));
            if !verdict.reason.is_empty() {
                parts.insert("reason".into(), Value::text(&verdict.reason));
            }
        }
        Value::Parts(parts)
    }

    pub fn write_all(rows: &[Row]) -> Value {
        Value::List(rows.iter().map(Row::write).collect())
    }
}

/// Makes a policy into rows. `named` says who stands behind a word; `instead` is asked where a row leads to nobody but the
/// requester.
///
/// # Errors
/// A sentence where there is nobody to be asked although somebody must be.
pub fn plan(
    policy: &[Clause],
    price: Option<&Sum>,
    requester: &str,
    named: impl Fn(&Clause) -> Vec<String>,
    instead: &[String],
) -> Result<Vec<Row>, String> {
    let mut counting: Vec<&Clause> = policy.iter().filter(|clause| is_reached(clause, policy, price)).collect();
    counting.sort_by_key(|clause| clause.stage);
    let mut rows: Vec<Row> = Vec::new();
    for clause in counting {
        let others =
            |people: Vec<String>| people.into_iter().filter(|person| !person.is_empty() && person != requester);
        let mut people: Vec<String> = others(named(clause)).collect();
        if people.is_empty() {
            people = others(instead.to_vec()).collect();
        }
        if people.is_empty() {
            let word = clause.word.replace('_', " ");
            return Err(format!("nobody is on record who could approve this as {word}"));
        }
        for approver in people {
            if rows.iter().any(|row| row.stage == clause.stage && row.approver == approver) {
                continue;
            }
            let (stage, word, need) = (clause.stage, clause.word.clone(), clause.need);
            rows.push(Row { stage, word, approver, need, verdict: None });
        }
    }
    Ok(rows)
}

/// Writes down how many of each stage must agree where its policy does not say: what holds when it is asked for holds for it
/// to its end.
pub fn settle(rows: &mut [Row], quorum: Quorum) {
    if quorum == Quorum::All {
        return;
    }
    let people: Vec<(i64, usize)> =
        rows.iter().map(|row| (row.stage, rows.iter().filter(|other| other.stage == row.stage).count())).collect();
    for (row, (_, people)) in rows.iter_mut().zip(people) {
        row.need = row.need.or(Some(quorum.of(people)));
    }
}

/// Where it stands on a day: the outcome, and who is asked now.
pub fn standing(rows: &[Row], requester: &str, away: &[Away], today: Date) -> Standing {
    let told = |outcome| Standing { outcome, asked: Vec::new() };
    if rows.is_empty() {
        return told(Outcome::NotNeeded);
    }
    let mut stages: Vec<i64> = rows.iter().map(|row| row.stage).collect();
    stages.sort_unstable();
    stages.dedup();
    for stage in stages {
        let inside: Vec<(usize, &Row)> = rows.iter().enumerate().filter(|(_, row)| row.stage == stage).collect();
        let said = |approved: bool| {
            let agrees = |row: &Row| row.verdict.as_ref().is_some_and(|verdict| verdict.approved == approved);
            inside.iter().filter(|(_, row)| agrees(row)).count()
        };
        // Where rows of a stage ask for different numbers, the largest counts; never more than there are people.
        let need = match inside.iter().map(|(_, row)| row.need).collect::<Option<Vec<usize>>>() {
            Some(needs) => needs.into_iter().max().unwrap_or(1).clamp(1, inside.len()),
            None => inside.len(),
        };
        if inside.len() - said(false) < need {
            return told(Outcome::Refused);
        }
        if said(true) >= need {
            continue;
        }
        let open = inside.iter().filter(|(_, row)| row.verdict.is_none());
        let asked = open.map(|(at, row)| Asked {
            row: *at,
            approver: row.approver.clone(),
            stand_in: stand_in(&row.approver, &inside, requester, away, today),
        });
        return Standing { outcome: Outcome::Pending, asked: asked.collect() };
    }
    told(Outcome::Approved)
}

/// Who decides for somebody who is away. Whoever is asked in the same stage has a voice already and gets no second one;
/// the requester has none. Where the one who stands in is away as well, it goes on to theirs.
fn stand_in(approver: &str, stage: &[(usize, &Row)], requester: &str, away: &[Away], today: Date) -> Option<String> {
    let is_away = |person: &str| away.iter().find(|away| away.person == person && away.holds(today));
    let mut person = approver;
    let mut met = vec![approver];
    while let Some(away) = is_away(person).filter(|away| !away.stand_in.is_empty()) {
        if met.contains(&away.stand_in.as_str()) {
            return None;
        }
        person = &away.stand_in;
        met.push(person);
    }
    let has_a_voice = stage.iter().any(|(_, row)| row.approver == person);
    (person != approver && person != requester && !has_a_voice).then(|| person.to_string())
}

impl Standing {
    /// The rows that somebody may answer now, their own first.
    pub fn of(&self, person: &str) -> Vec<&Asked> {
        let own = self.asked.iter().filter(|asked| asked.approver == person);
        let others = self.asked.iter().filter(|asked| asked.stand_in.as_deref() == Some(person));
        own.chain(others).collect()
    }
}

/// Writes down what somebody says to the first row that waits for them.
///
/// # Errors
/// A sentence where they are not asked, or refuse without saying why.
pub fn answer(rows: &mut [Row], standing: &Standing, verdict: Verdict) -> Result<(), (&'static str, String)> {
    let Some(asked) = standing.of(&verdict.by).first().map(|asked| asked.row) else {
        return Err(("decision", "you are not asked to approve this now".into()));
    };
    if !verdict.approved && verdict.reason.trim().is_empty() {
        return Err(("reason", "say why you refuse: whoever asked reads it".into()));
    }
    rows[asked].verdict = Some(verdict);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKER: &str = "nora@bank.example";

    fn clause(stage: i64, people: &[&str], above: Option<i64>, need: Option<usize>) -> Clause {
        let people = people.iter().map(|person| (*person).to_string()).collect();
        Clause { stage, word: "named".into(), people, above: above.map(|above| sum(above, "EUR")), need }
    }

    fn sum(amount: i64, currency: &str) -> Sum {
        Sum { amount: Decimal::from(amount), currency: currency.into() }
    }

    fn rows(policy: &[Clause], price: i64) -> Vec<Row> {
        priced(policy, Some(&sum(price, "EUR")))
    }

    fn priced(policy: &[Clause], price: Option<&Sum>) -> Vec<Row> {
        let named = |clause: &Clause| clause.people.clone();
        plan(policy, price, ASKER, named, &["owner".into()]).expect("a plan")
    }

    #[test]
    fn the_quorum_of_the_house_holds_where_a_policy_says_nothing() {
        let policy = [clause(1, &["a", "b", "c"], None, None), clause(2, &["d", "e"], None, Some(1))];
        let needs = |quorum: Quorum| -> Vec<Option<usize>> {
            let mut rows = rows(&policy, 10);
            settle(&mut rows, quorum);
            rows.iter().map(|row| row.need).collect()
        };
        assert_eq!(needs(Quorum::All), [None, None, None, Some(1), Some(1)]);
        assert_eq!(needs(Quorum::Majority), [Some(2), Some(2), Some(2), Some(1), Some(1)]);
        let mut told = rows(&policy, 10);
        settle(&mut told, Quorum::Majority);
        assert_eq!(say(&mut told, "a", true), Outcome::Pending);
        assert_eq!(say(&mut told, "c", true), Outcome::Pending, "the next stage is asked");
        assert_eq!(asked(&told, &[]), ["d", "e"]);
    }

    #[test]
    fn a_limit_is_one_in_its_currency() {
        let above = |people: &[&str], amount: i64, currency: &str| Clause {
            above: Some(sum(amount, currency)),
            ..clause(1, people, None, None)
        };
        let approvers = |policy: &[Clause], price: Option<&Sum>| -> Vec<String> {
            priced(policy, price).into_iter().map(|row| row.approver).collect()
        };
        let both = [above(&["chief"], 1_000, "EUR"), above(&["chief"], 160_000, "JPY")];
        assert_eq!(approvers(&both, Some(&sum(1_290, "JPY"))), [""; 0], "eight euros are not above a thousand");
        assert_eq!(approvers(&both, Some(&sum(160_001, "JPY"))), ["chief"]);
        assert_eq!(approvers(&both, Some(&sum(1_290, "EUR"))), ["chief"]);
        assert_eq!(approvers(&both[..1], Some(&sum(5, "JPY"))), ["chief"], "nobody can say that it is below");
        let plain = [above(&["chief"], 1_000, "")];
        assert_eq!(approvers(&plain, Some(&sum(1_290, "EUR"))), ["chief"], "it is in the currency of the price");
        assert_eq!(approvers(&both[..1], None), [""; 0], "what has no price is not above any");
        let read = |json| Sum::read(&Value::from_json(&json).expect("a value"));
        assert_eq!(read(serde_json::json!(12)), Some(sum(12, "")));
        assert_eq!(read(serde_json::json!({"amount": 12, "currency": "eur"})), Some(sum(12, "EUR")));
    }

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn asked(rows: &[Row], away: &[Away]) -> Vec<String> {
        let standing = standing(rows, ASKER, away, day("2026-11-12"));
        standing.asked.into_iter().map(|asked| asked.stand_in.unwrap_or(asked.approver)).collect()
    }

    fn say(rows: &mut [Row], by: &str, approved: bool) -> Outcome {
        let before = standing(rows, ASKER, &[], day("2026-11-12"));
        let verdict = Verdict { approved, by: by.into(), on: Moment(0), reason: "because".into() };
        answer(rows, &before, verdict).expect("taken");
        standing(rows, ASKER, &[], day("2026-11-12")).outcome
    }

    #[test]
    fn stages_follow_each_other_and_people_of_one_are_asked_at_once() {
        let mut rows = rows(&[clause(2, &["chief"], None, None), clause(1, &["a", "b"], None, None)], 10);
        assert_eq!(asked(&rows, &[]), ["a", "b"]);
        assert_eq!(say(&mut rows, "b", true), Outcome::Pending);
        assert_eq!(asked(&rows, &[]), ["a"]);
        assert_eq!(say(&mut rows, "a", true), Outcome::Pending);
        assert_eq!(asked(&rows, &[]), ["chief"]);
        assert_eq!(say(&mut rows, "chief", true), Outcome::Approved);
        assert_eq!(Row::read_all(Some(&Row::write_all(&rows))), rows);
    }

    #[test]
    fn a_quorum_is_enough_and_what_can_no_longer_reach_it_is_refused() {
        let policy = [clause(1, &["a", "b", "c"], None, Some(2))];
        let mut first = rows(&policy, 10);
        assert_eq!(say(&mut first, "a", false), Outcome::Pending, "two others are left");
        assert_eq!(say(&mut first, "b", true), Outcome::Pending);
        assert_eq!(say(&mut first, "c", true), Outcome::Approved);
        let mut second = rows(&policy, 10);
        say(&mut second, "a", false);
        assert_eq!(say(&mut second, "c", false), Outcome::Refused);
        assert!(asked(&second, &[]).is_empty());
        let mut all = rows(&[clause(1, &["a", "b"], None, None)], 10);
        assert_eq!(say(&mut all, "a", false), Outcome::Refused, "where all are needed, one is enough to refuse");
    }

    #[test]
    fn an_amount_decides_who_is_asked_at_all() {
        let policy = [clause(1, &["manager"], None, None), clause(2, &["chief"], Some(1_000), None)];
        assert_eq!(rows(&policy, 1_000).len(), 1, "not above the limit");
        assert_eq!(rows(&policy, 1_001).len(), 2);
        let free = plan(&policy[1..], None, ASKER, |clause| clause.people.clone(), &[]).expect("a plan");
        assert_eq!(standing(&free, ASKER, &[], day("2026-11-12")).outcome, Outcome::NotNeeded);
    }

    #[test]
    fn nobody_approves_what_they_asked_for() {
        let own = rows(&[clause(1, &[ASKER], None, None)], 10);
        assert_eq!(asked(&own, &[]), ["owner"], "somebody else is asked instead");
        let nobody = plan(&[clause(1, &[ASKER], None, None)], None, ASKER, |clause| clause.people.clone(), &[]);
        assert!(nobody.expect_err("refused").contains("nobody is on record"));
        let away = [away("a", ASKER)];
        assert_eq!(asked(&rows(&[clause(1, &["a"], None, None)], 10), &away), ["a"], "not as a stand-in either");
    }

    fn away(person: &str, stand_in: &str) -> Away {
        let (from, until) = (Some(day("2026-11-10")), Some(day("2026-11-12")));
        Away { person: person.into(), from, until, stand_in: stand_in.into() }
    }

    #[test]
    fn whoever_is_away_is_stood_in_for_while_it_lasts() {
        let one = rows(&[clause(1, &["a"], None, None)], 10);
        assert_eq!(asked(&one, &[away("a", "d")]), ["d"]);
        assert_eq!(asked(&one, &[away("a", "d"), away("d", "e")]), ["e"], "who stands in is away as well");
        assert_eq!(asked(&one, &[away("a", "d"), away("d", "a")]), ["a"], "in a circle nobody stands in");
        let later = standing(&one, ASKER, &[away("a", "d")], day("2026-11-13"));
        assert_eq!(later.asked[0].stand_in, None, "it is over");
        let both = rows(&[clause(1, &["a", "b"], None, None)], 10);
        assert_eq!(asked(&both, &[away("a", "b")]), ["a", "b"], "one person has one voice");
        let mut told = one.clone();
        let stands = standing(&told, ASKER, &[away("a", "d")], day("2026-11-12"));
        let verdict = |by: &str| Verdict { approved: true, by: by.into(), on: Moment(7), reason: String::new() };
        assert!(answer(&mut told, &stands, verdict("stranger")).is_err());
        answer(&mut told, &stands, verdict("d")).expect("taken");
        assert_eq!((told[0].approver.as_str(), told[0].verdict.clone()), ("a", Some(verdict("d"))));
    }

    #[test]
    fn a_refusal_says_why() {
        let mut one = rows(&[clause(1, &["a"], None, None)], 10);
        let stands = standing(&one, ASKER, &[], day("2026-11-12"));
        let silent = Verdict { approved: false, by: "a".into(), on: Moment(0), reason: " ".into() };
        assert_eq!(answer(&mut one, &stands, silent).expect_err("refused").0, "reason");
    }
}
