//! Approvals that wait for somebody, and the link by which one of them is answered without an account: it opens a page that
//! only shows; the answer is sent from there, once, until it is too old.

use std::collections::{BTreeSet, HashMap};

use engines::approvals::{Asked, Row, Standing};
use futures::FutureExt;
use model::{
    Actor, Command, Draft, Filter, Kind, Moment, Query, Record, Refusal, Target, Via,
    approval::Asked as Asking,
    filter::Context,
    kind::{Facts, Related},
    time::DAY,
};

use crate::{
    Desk, Done,
    accounts::{digest, secret},
    house::{self, Deed},
    perform,
    rights::{self, Shown},
    stages::{answers, approvals, draft, related},
    store::{approval as store, db::Conn, fault::Fault, filter::Builder, list, record},
    unit::Unit,
};

/// A link is good for this long.
const LIFETIME: i64 = 14 * DAY;
/// Most records that are looked through for one person, the newest first.
const LOOKED_AT: usize = 500;

/// A link's row.
#[derive(Clone, Debug)]
pub struct ApprovalLink {
    pub(crate) hash: String,
    pub(crate) number: String,
    pub(crate) approver: String,
    pub(crate) expires: Moment,
}

/// A record that waits for somebody's answer.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub shown: Shown,
    /// For whom the reader would answer: themselves, or the one for whom they stand in.
    pub approver: String,
}

/// What a letter to somebody who is asked says, with the link in its text.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// A link as it is handed out, this once.
pub(crate) struct Handed {
    pub secret: String,
    pub expires: Moment,
    /// What is asked for.
    pub record: Record,
}

impl Desk {
    /// What waits for this person's approval now, for themselves or for whom they stand in, the oldest first.
    ///
    /// # Errors
    /// Only what the desk itself cannot do.
    pub async fn waiting_for(&self, actor: &Actor, now: Moment) -> Result<Vec<Waiting>, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let mut waiting = Vec::new();
        for kind in catalog.kinds() {
            let Some(approval) = kind.approval else { continue };
            let scope = rights::scope(actor, &catalog, Some(kind), now);
            if scope.is_empty() {
                continue;
            }
            let waits = Filter::equal("state", approval.waiting);
            let filter = match approval.asked {
                Asking::AtOnce => waits,
                // Not each that waits there asks anybody by name.
                Asking::WhenItWaits => waits.and(Filter::Filled { path: approval.rows.into() }),
            };
            let query = Query { kind: Some(kind.name), filter, size: LOOKED_AT, ..Query::everything() };
            let builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
            let found = list::list(&mut conn, &catalog, &scope, &query, &["number".to_string()], builder).await?;
            let numbers: Vec<String> = found.records.into_iter().map(|listed| listed.record.number).collect();
            let mut records: Vec<Record> = Vec::with_capacity(numbers.len());
            records.extend(
                record::load(&mut conn, &catalog, &numbers, false).await?.into_values().map(|kept| kept.record),
            );
            records.sort_by_key(|record| record.id);
            for (record, standing) in self.standings(&mut conn, actor, kind, records, now).await? {
                let approver = standing.of(&actor.email).first().map(|asked| asked.approver.clone());
                let shown = rights::show_asked(actor, kind, record, &standing);
                waiting.extend(shown.zip(approver).map(|(shown, approver)| Waiting { shown, approver }));
            }
        }
        Ok(waiting)
    }

    /// Where the approval of each record stands.
    async fn standings(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        kind: &Kind,
        records: Vec<Record>,
        now: Moment,
    ) -> Result<Vec<(Record, Standing)>, Fault> {
        let drafts: Vec<Draft> = records.iter().map(approvals::as_draft).collect();
        let known = self.look_up(conn, kind, &drafts).await?;
        let facts = Facts { actor, now, before: None, related: &known };
        let stands = |record: Record| {
            let standing = approvals::standing(kind, &approvals::as_draft(&record), &facts);
            (record, standing)
        };
        Ok(records.into_iter().map(stands).collect())
    }

    /// The records that the rules of a kind look at for these drafts.
    async fn look_up(&self, conn: &mut Conn, kind: &Kind, drafts: &[Draft]) -> Result<Related, Fault> {
        let (catalog, held) = (self.catalog(), HashMap::new());
        let (mut known, mut asked) = (Related::in_house(self.settings().conformity.house.clone()), BTreeSet::new());
        for _ in 0..4 {
            let wanted = drafts.iter().flat_map(|draft| related::wanted(kind, draft, &known));
            let wanted: BTreeSet<String> = &wanted.collect::<BTreeSet<String>>() - &asked;
            if wanted.is_empty() {
                break;
            }
            record::look_up(conn, &catalog, &wanted, &held, &mut known).await?;
            asked.extend(wanted);
        }
        Ok(known)
    }

    /// Whom a record with these fields would ask for approval, stage by stage, before it is written.
    ///
    /// # Errors
    /// `Invalid` where its policy leads to nobody.
    pub async fn would_ask(
        &self,
        actor: &Actor,
        kind: &str,
        fields: model::Fields,
        now: Moment,
    ) -> Result<Vec<Row>, Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
        let Some(approval) = kind.approval else { return Ok(Vec::new()) };
        let mut conn = self.db().read().await?;
        let typed = draft::Typed {
            fields: fields.into_iter().map(|(name, value)| (name, Some(value))).collect(),
            ..draft::Typed::default()
        };
        let mut draft = draft::create(kind, typed, actor, kind.lifecycle.start());
        let known = self.look_up(&mut conn, kind, std::slice::from_ref(&draft)).await?;
        let facts = Facts { actor, now, before: None, related: &known };
        // What is not answered yet is none of the approvers' business.
        let missing = answers::answered(kind, &mut draft, &facts);
        if missing.iter().any(|error| kind.form.is_some_and(|form| error.field == form.by)) {
            return Err(Refusal::NotFound);
        }
        answers::carry(kind, &mut draft, &facts);
        approvals::asked_for(kind, &mut draft, &facts).map_err(|error| Refusal::Invalid(vec![error]))?;
        Ok(Row::read_all(draft.fields.get(approval.rows)))
    }

    /// Who is asked to approve a record now, with their stand-ins.
    ///
    /// # Errors
    /// `NotFound` for what is not there and for what the actor may not see.
    pub async fn asked_now(&self, actor: &Actor, number: &str, now: Moment) -> Result<Vec<Asked>, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let (kind, record) = find(&mut conn, &catalog, number).await?;
        if !rights::scope(actor, &catalog, Some(&kind), now).admits(&kind, &record) {
            return Err(Refusal::NotFound);
        }
        let found = self.standings(&mut conn, actor, &kind, vec![record], now).await?;
        Ok(found.into_iter().flat_map(|(_, standing)| standing.asked).collect())
    }

    /// Makes the link by which somebody who is asked answers without an account, and the letter that brings it, in the
    /// organisation's own words. Earlier links of the same person to the same record end.
    ///
    /// # Errors
    /// `NotFound` where the person is not asked now; `Forbidden` for whoever may not hand it out.
    pub async fn approval_letter(
        &self,
        actor: &Actor,
        number: &str,
        person: &str,
        now: Moment,
    ) -> Result<Letter, Refusal> {
        let person = person.trim().to_lowercase();
        let handed = self.approval_link(actor, number, &person, now).await?;
        let (subject, text) = self.approval_words(&handed, &person, now).await?;
        Ok(Letter { to: person, subject, text })
    }

    /// Makes the link alone.
    pub(crate) async fn approval_link(
        &self,
        actor: &Actor,
        number: &str,
        person: &str,
        now: Moment,
    ) -> Result<Handed, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let (kind, record) = find(&mut conn, &catalog, number).await?;
        let warrant = rights::hand_out(actor, &kind, &record, now)?;
        let stands = self.standings(&mut conn, actor, &kind, vec![record], now).await?;
        let (record, standing) = stands.into_iter().next().ok_or(Refusal::NotFound)?;
        drop(conn);
        if standing.of(person).is_empty() {
            return Err(Refusal::field("person", format!("{person} is not asked to approve {number} now")));
        }
        let secret = secret::secret();
        let expires = now.plus(LIFETIME);
        let link = ApprovalLink { hash: digest(&secret), number: number.into(), approver: person.into(), expires };
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    store::add(conn, &warrant, &link).await?;
                    let deed = Deed::on_named("approval_link", &link.number, "create")
                        .set("approver", Some(model::Value::text(&link.approver)));
                    Ok::<(), Refusal>(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await?;
        Ok(Handed { secret, expires, record })
    }

    /// Who stands in for this approver of a record now, if they are asked and away.
    pub(crate) async fn stand_in_of(
        &self,
        number: &str,
        approver: &str,
        now: Moment,
    ) -> Result<Option<String>, Refusal> {
        let asked = self.asked_now(&Actor::system("mail", Via::Job), number, now).await?;
        Ok(asked.into_iter().find(|asked| asked.approver == approver).and_then(|asked| asked.stand_in))
    }

    /// What a link leads to. Looking at it changes nothing.
    ///
    /// # Errors
    /// `NotFound` for a link that is unknown, used, too old, or whose question somebody else has answered.
    pub async fn by_approval_link(&self, secret: &str, now: Moment) -> Result<(Actor, Waiting), Refusal> {
        let mut conn = self.db().read().await?;
        let catalog = self.catalog();
        let link = open(&mut conn, secret, now).await?;
        let (kind, record) = find(&mut conn, &catalog, &link.number).await?;
        let actor = bearer(&link);
        let stands = self.standings(&mut conn, &actor, &kind, vec![record], now).await?;
        let (record, standing) = stands.into_iter().next().ok_or(Refusal::NotFound)?;
        let approver = standing.of(&actor.email).first().map(|asked| asked.approver.clone());
        let shown = rights::show_asked(&actor, &kind, record, &standing);
        let waiting = shown.zip(approver).map(|(shown, approver)| Waiting { shown, approver });
        Ok((actor, waiting.ok_or(Refusal::NotFound)?))
    }

    /// Answers by a link, which is used up by it.
    ///
    /// # Errors
    /// As [`Desk::by_approval_link`]; `Invalid` where a refusal gives no reason: the link then stays good.
    pub async fn decide_by_link(
        &self,
        secret: &str,
        approve: bool,
        reason: &str,
        now: Moment,
    ) -> Result<Done, Refusal> {
        let (secret, reason) = (secret.to_string(), reason.to_string());
        self.through_the_door(move |conn, office| {
            let (secret, reason) = (secret.clone(), reason.clone());
            async move {
                let link = open(conn, &secret, now).await?;
                // Two who press at once: the second finds nothing to take.
                if !store::take(conn, &link.hash).await? {
                    return Err(Refusal::NotFound);
                }
                let (kind, _) = find(conn, &office.catalog, &link.number).await?;
                let target = Target { kind: kind.name.into(), number: link.number.clone(), version: None };
                let command = Command::Decide { target, approve, reason };
                let mut unit = Unit::new(conn, office, now);
                let done = perform::perform(&mut unit, &bearer(&link), command, now).await?;
                unit.flush().await?;
                Ok(done)
            }
            .boxed()
        })
        .await
    }
}

/// Whoever holds the link acts as the person it was made for, with no other right.
fn bearer(link: &ApprovalLink) -> Actor {
    Actor {
        email: link.approver.clone(),
        name: link.approver.clone(),
        roles: Vec::new(),
        customer: None,
        via: Via::Web,
        window: None,
        read_only: false,
        clauses: Vec::new(),
    }
}

async fn open(conn: &mut Conn, secret: &str, now: Moment) -> Result<ApprovalLink, Refusal> {
    let found = store::find(conn, &digest(secret)).await?;
    found.filter(|link| now < link.expires).ok_or(Refusal::NotFound)
}

async fn find(conn: &mut Conn, catalog: &model::Catalog, number: &str) -> Result<(Kind, Record), Refusal> {
    let found = record::load(conn, catalog, &[number.to_string()], false).await?.remove(number);
    let record = found.map(|kept| kept.record).ok_or(Refusal::NotFound)?;
    let kind = catalog.find(record.kind).filter(|kind| kind.approval.is_some()).ok_or(Refusal::NotFound)?;
    Ok((kind.clone(), record))
}
