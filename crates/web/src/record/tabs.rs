//! The tabs of a list: what everybody needs of it, then saved views, each with how many records stand behind it.

use desk::views::View;
use model::{Actor, Column, Filter, Kind, Phase, Query, Refusal};

use super::{address::Address, chip, list::Room};
use crate::view::parts::Tab;

/// The tabs, and the saved view that is shown where it is the reader's own.
pub struct Tabs {
    pub tabs: Vec<Tab>,
    pub own: Option<ViewForm>,
}

pub struct ViewForm {
    pub id: i64,
    pub name: String,
}

/// Teams that have a tab of their own.
const TEAMS: usize = 3;

impl Tabs {
    /// One statement gives the views, one all their counts.
    pub async fn of(room: &Room<'_>, kind: &Kind, here: &Address) -> Result<Tabs, Refusal> {
        let views = room.desk.views(room.actor, room.groups, kind, room.now).await?;
        let mut found: Vec<(Tab, Option<Query>)> = standing(room, kind)
            .into_iter()
            .map(|(label, filter)| {
                let address = Address::new(format!("/{}", kind.plural)).with("filter", filter);
                (tab(&label, &address, here), query(kind, &address))
            })
            .collect();
        found.extend(views.iter().map(|view| {
            let address = Address::read(format!("/{}", kind.plural), &view.query);
            let shown = address.with("view", view.id.to_string());
            let current = here.get("view") == Some(view.id.to_string().as_str());
            let tab = Tab { label: view.name.clone(), href: shown.to_string(), current, ..Tab::default() };
            (tab, query(kind, &address).filter(|query| is_quick(kind, query)))
        }));
        let queries: Vec<Query> = found.iter().filter_map(|(_, query)| query.clone()).collect();
        let mut counts = room.desk.counts(room.actor, &queries, room.now).await?.into_iter();
        for (tab, _) in found.iter_mut().filter(|(_, query)| query.is_some()) {
            tab.count = counts.next().map(worded).unwrap_or_default();
        }
        let mut tabs: Vec<Tab> = found.into_iter().map(|(tab, _)| tab).collect();
        // All of it is no work; how many that are nobody needs to know.
        tabs.push(tab("All", &Address::new(format!("/{}", kind.plural)), here));
        Ok(Tabs { tabs, own: current_view(&views, here, room.actor) })
    }
}

/// What every list of work is asked first: what is open, what is ours, what nobody has, what is late.
fn standing(room: &Room<'_>, kind: &Kind) -> Vec<(String, String)> {
    if !kind.lifecycle.states.iter().any(|state| state.phase == Phase::Done) {
        return Vec::new();
    }
    let open = "phase != done";
    let named = |column| kind.fields.iter().find(|field| field.column == Some(column)).map(|field| field.name.as_str());
    let mut found = vec![("Open".to_string(), open.to_string())];
    if let Some(team) = named(Column::Team) {
        let groups = room.groups.iter().take(TEAMS);
        found.extend(groups.map(|group| (group.title.clone(), format!("{open} and {team} = {}", group.number))));
    }
    // A customer's people own nothing here: theirs is what they asked for.
    let own = if room.actor.customer.is_some() { Column::Requester } else { Column::Owner };
    if let Some(owner) = named(own) {
        found.push(("Mine".into(), format!("{open} and {owner} = me")));
        if kind.clocked && room.actor.customer.is_none() {
            found.push(("Unassigned".into(), format!("{open} and {owner} is empty")));
        }
    }
    if let Some(due) = named(Column::Due).filter(|_| kind.clocked) {
        found.push(("Late".into(), format!("{open} and {due} < now")));
    }
    found
}

fn query(kind: &Kind, address: &Address) -> Option<Query> {
    let address = address.without(&["page_token", "order_by", "fields", "view"]);
    Query::read(kind, false, address.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str()))).ok()
}

/// Counted only where every condition stands in a column or an index: a tab must never cost a walk over a large kind.
fn is_quick(kind: &Kind, query: &Query) -> bool {
    let is_customer = |path: &str| kind.customer_field == Some(path);
    let served = |part: &Filter| {
        chip::path_of(part).is_some_and(|path| match kind.find(path) {
            Some(field) => field.indexed || field.column.is_some() || field.alias.is_some() || is_customer(path),
            None => path != "title",
        })
    };
    query.as_of.is_none() && query.words.is_none() && chip::conjuncts(&query.filter).iter().all(served)
}

/// `34`, or `1,000+`.
pub fn worded(count: i64) -> String {
    if count > desk::COUNT_CAP { "1,000+".into() } else { count.to_string() }
}

fn tab(label: &str, address: &Address, here: &Address) -> Tab {
    let current = here.get("view").is_none()
        && here.get("filter").unwrap_or_default() == address.get("filter").unwrap_or_default();
    Tab { label: label.into(), href: address.to_string(), current, ..Tab::default() }
}

fn current_view(views: &[View], here: &Address, actor: &Actor) -> Option<ViewForm> {
    let id: i64 = here.get("view")?.parse().ok()?;
    let view = views.iter().find(|view| view.id == id && view.is_of(actor))?;
    Some(ViewForm { id, name: view.name.clone() })
}
