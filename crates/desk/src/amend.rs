//! How what was proposed for a record comes to hold: by a new version of it, in the transaction that approves it. The record
//! itself stays, so that what was due until then is never moved; and before that, how many clocks would move.

use engines::clocks::{self, Agreements, Clock};
use model::{Act, Actor, Fields, Kind, Moment, Record, RecordId, Refusal, Value, handling::Amendment};

use crate::{
    Desk,
    perform::{Told, first_entry, unchanged, write},
    rights,
    stages::draft::act_time,
    store::record::{self, Kept},
    unit::Unit,
};

/// Records looked at at a time.
const STRIDE: i64 = 400;

/// What the new version says: what the other record says, with the rows that are taken, from its day on.
fn amended(own: &Amendment, says: &Fields, of: &Fields) -> Fields {
    let mut fields = of.clone();
    let mut list = match fields.remove(own.list) {
        Some(Value::List(items)) => items,
        Some(other) => vec![other],
        None => Vec::new(),
    };
    for row in says.get(own.rows).map(Value::entries).unwrap_or_default() {
        let text = |part: &str| row.part(part).and_then(Value::as_text).map(str::trim).unwrap_or_default();
        let Some(day) = row.part(own.day).and_then(Value::as_moment).filter(|_| text(own.taken.0) == own.taken.1)
        else {
            continue;
        };
        list.push(Value::text(format!("{} {}", day.date(), text(own.words)).trim()));
    }
    fields.insert(own.list.into(), Value::List(list));
    if let Some(day) = says.get(own.from.0) {
        fields.insert(own.from.1.into(), day.clone());
    }
    fields
}

/// Makes the new version when a step has brought the proposal into its state. Nothing is refused here: the rules of the kind
/// came before.
pub(crate) async fn follow(
    unit: &mut Unit<'_>,
    actor: &Actor,
    kind: &Kind,
    was: &str,
    number: &str,
    now: Moment,
) -> Result<(), Refusal> {
    let Some(own) = kind.amendment else { return Ok(()) };
    let Some(kept) = unit.find(number).await?.filter(|kept| kept.record.state == own.state && was != own.state) else {
        return Ok(());
    };
    let of = kept.record.fields.get(own.of).and_then(Value::as_text).unwrap_or_default().to_string();
    let Some(other) = unit.find(&of).await? else { return Ok(()) };
    let target = unit.catalog().find(other.record.kind).cloned().ok_or(Refusal::NotFound)?;
    let record = Record {
        id: RecordId(unit.id(now)),
        number: unit.number(&target).await?,
        state: target.lifecycle.start().into(),
        fields: amended(&own, &kept.record.fields, &other.record.fields),
        version: 1,
        created: now,
        changed: now,
        ..other.record.clone()
    };
    let (version, entry) = (record.number.clone(), first_entry(actor, &record, "create", now, unit.recorded()));
    let fresh = Kept { record, entry: String::new(), origin: String::new(), clocks: Vec::new() };
    unit.stage(&rights::in_consequence(&target), &target, fresh, vec![(entry, String::new())]);
    let mut draft = unchanged(&kept.record);
    draft.fields.insert(own.version.into(), Value::text(version));
    let at = act_time(now, Some(&kept.record));
    write(unit, actor, rights::in_consequence(kind), kind, kept, draft, Told::act("publish"), at).map(drop)
}

impl Desk {
    /// How many running clocks of open records would be due at another moment if a proposal with these fields were approved.
    ///
    /// # Errors
    /// `NotFound` for what the actor may not read or propose.
    pub async fn would_move(&self, actor: &Actor, kind: &str, says: &Fields, now: Moment) -> Result<u64, Refusal> {
        let catalog = self.catalog();
        let kind = catalog.find(kind).filter(|kind| rights::may(actor, kind, Act::Create, None));
        let own = kind.and_then(|kind| kind.amendment).ok_or(Refusal::NotFound)?;
        let of = says.get(own.of).and_then(Value::as_text).unwrap_or_default().to_string();
        let mut conn = self.db().read().await?;
        let other = record::load(&mut conn, &catalog, std::slice::from_ref(&of), false).await?.remove(&of);
        let other = other.ok_or(Refusal::NotFound)?.record;
        let target = catalog.find(other.kind).ok_or(Refusal::NotFound)?;
        if !rights::scope(actor, &catalog, Some(target), now).admits(target, &other) {
            return Err(Refusal::NotFound);
        }
        let version = Record { number: String::new(), fields: amended(&own, says, &other.fields), ..other };
        let (present, then) = self.agreements_with(&mut conn, version).await?;
        let kinds: Vec<&str> = catalog.kinds().iter().filter(|kind| kind.clocked).map(|kind| kind.name).collect();
        let (mut moved, mut after) = (0, i64::MIN);
        while !kinds.is_empty() {
            let ids = record::ids(&mut conn, &kinds, true, after, STRIDE).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            let kept = record::by_ids(&mut conn, &catalog, &ids).await?;
            let clocks = kept.iter().flat_map(|kept| &kept.clocks);
            moved += clocks.filter(|clock| moves(clock, &present, &then, now)).count() as u64;
        }
        Ok(moved)
    }
}

/// Whether a running clock that is not over its goal would be due at another moment.
fn moves(clock: &Clock, present: &Agreements, then: &Agreements, now: Moment) -> bool {
    let due = clock.due.filter(|due| clock.standing.is_live() && clock.held.is_empty() && *due > now);
    due.is_some_and(|due| {
        let left = |agreements: &Agreements| clocks::left(clock, agreements, now, due);
        left(present) != left(then)
    })
}
