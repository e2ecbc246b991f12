//! Many events at once: none is lost and each trouble opens its own record. And what Alertmanager is known to send to other
//! tools, in whatever order it comes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use desk::{
    Fault,
    monitoring::{Brought, Taken},
    store::db::Db,
};
use events::{Ending, Policy};
use futures::FutureExt;
use model::{Moment, time::MINUTE};
use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

use super::house::{House, fires, machine, over};
use crate::world::{Database, now};

both_databases!(
    a_storm_loses_nothing_and_opens_the_right_incidents,
    alerts_in_any_order_open_and_end_one_incident,
    pages_are_read_while_events_wait,
);

const HOSTS: usize = 12;
const ROUNDS: usize = 24;
/// Deliveries that are under way at a time.
const AT_ONCE: usize = 32;

fn at(minutes: i64) -> Moment {
    now().plus(minutes * MINUTE)
}

fn alert_of(host: usize, is_over: bool) -> Json {
    let mut alert = fires(&format!("load-{host}"), json!({"host": format!("node-{host}")}));
    if is_over {
        alert["status"] = "resolved".into();
    }
    json!({"version": "4", "alerts": [alert]})
}

/// Brings all deliveries, so many at a time.
async fn bring(house: &House, bodies: Vec<Json>, at: Moment) -> Vec<Taken> {
    use futures::StreamExt;
    let one = |body: Json| {
        let (desk, bot) = (house.desk().clone(), house.bot.clone());
        let brought = Brought { slug: "prod".into(), media: "application/json".into(), body, ..Brought::default() };
        async move {
            let under_way = tokio::spawn(async move { desk.take_events(&bot, brought, at).await });
            under_way.await.expect("a task").expect("it is taken")
        }
    };
    futures::stream::iter(bodies).map(one).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat()
}

async fn a_storm_loses_nothing_and_opens_the_right_incidents(database: Database) {
    let house = House::new(database).await;
    let mut items = BTreeMap::new();
    for host in 0..HOSTS {
        let fields = json!({"title": format!("node-{host}"), "type": "server", "service": "SVC-2"});
        items.insert(host, house.create("ci", fields, now()).await);
    }
    // All hosts take turns, so that those about one host meet each other.
    let storm: Vec<Json> = (0..HOSTS * ROUNDS).map(|at| alert_of(at % HOSTS, false)).collect();
    let taken = bring(&house, storm, at(1)).await;
    let (opened, repeated): (Vec<&Taken>, Vec<&Taken>) = taken.iter().partition(|one| one.outcome == "opened");
    assert_eq!((opened.len(), repeated.len()), (HOSTS, HOSTS * (ROUNDS - 1)));
    assert!(repeated.iter().all(|one| one.outcome == "repeated"), "{repeated:?}");
    let ids: BTreeSet<i64> = taken.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), HOSTS * ROUNDS, "each has a row of its own");
    let kept: i64 = house.desk().event_counts(&machine(), at(1)).await.expect("counts").iter().map(|(_, n)| n).sum();
    assert_eq!(kept as usize, HOSTS * ROUNDS, "what was answered is kept");
    assert_eq!(house.incidents().await, HOSTS);
    for (host, item) in &items {
        let of_host: BTreeSet<&str> =
            taken.iter().filter(|one| one.identity == format!("load-{host}")).map(|one| one.number.as_str()).collect();
        let [number] = of_host.into_iter().collect::<Vec<_>>()[..] else { panic!("one incident of node-{host}") };
        let incident = house.incident(number).await;
        assert_eq!(incident["fields"]["ci"], json!(item), "{number} is about node-{host}");
        let (troubles, _) = house.desk().monitored(&machine(), "incident", number, 1, at(1)).await.expect("alerts");
        assert_eq!(troubles[0].alert.repeats as usize, ROUNDS - 1, "every repeat is counted");
    }
    let ends: Vec<Json> = (0..HOSTS).filter(|host| host % 2 == 0).map(|host| alert_of(host, true)).collect();
    let ended = bring(&house, ends, at(2)).await;
    assert!(ended.iter().all(|one| one.outcome == "resolved"), "{ended:?}");
    let mut resolved = 0;
    for one in &opened {
        resolved += usize::from(house.incident(&one.number).await["state"] == "resolved");
    }
    assert_eq!(resolved, HOSTS / 2);
}

/// Complaint 7: what machines send never keeps people from their pages, however long it waits.
async fn pages_are_read_while_events_wait(database: Database) {
    let house = House::new(database).await;
    let number = house.alert(fires("disk", json!({"host": "web-7"})), now()).await.number;
    let other = Db::open(&house.world.url).await.expect("another server");
    let ((holds, is_held), (release, released)) = (oneshot::channel(), oneshot::channel::<()>());
    let holding = tokio::spawn(async move {
        let held = other.write(move |conn| {
            async move {
                conn.execute("update alert set first = first", &[]).await?;
                let _ = holds.send(());
                let _ = released.await;
                Ok::<(), Fault>(())
            }
            .boxed()
        });
        held.await
    });
    is_held.await.expect("the row is held");
    let alert = || json!({"version": "4", "alerts": [fires("disk", json!({"host": "web-7"}))]});
    let page = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (desk, machine) = (house.desk(), machine());
        let page = desk.show(&machine, "incident", &number, None, at(1));
        let shown = tokio::time::timeout(Duration::from_secs(4), page).await.expect("it does not wait for them");
        assert_eq!(shown.expect("the incident").number(), number);
        release.send(()).expect("it still holds");
    };
    let (taken, ()) = futures::join!(bring(&house, (0..AT_ONCE).map(|_| alert()).collect(), at(1)), page);
    holding.await.expect("a task").expect("it lets go");
    assert!(taken.len() == AT_ONCE && taken.iter().all(|one| one.outcome == "repeated"), "{taken:?}");
}

/// Complaint 49: what an alert says counts, in whatever order it comes.
///
/// Resolved without firing, resolved twice, all unresolved ones resent with each new one, a peer that fires again after the
/// end, and groups that hide what is new.
async fn alerts_in_any_order_open_and_end_one_incident(database: Database) {
    let house = House::with(database, Policy { ending: Ending::Resolve, ..Policy::default() }).await;
    let never = house.alert(over("ghost"), at(0)).await;
    assert_eq!((never.outcome.as_str(), never.number.as_str()), ("ignored", ""), "it ends what never fired");
    let first = house.alert(fires("disk", json!({"host": "web-7"})), at(1)).await;
    let group = |extra: &str| {
        json!({"version": "4", "groupKey": "{}:{job=\"node\"}", "alerts": [
            fires("disk", json!({"host": "web-7"})), fires(extra, json!({"host": "db-1"})),
        ]})
    };
    let resent = house.brings(group("load"), at(2)).await.expect("it is taken");
    assert_eq!((resent[0].outcome.as_str(), resent[0].number.as_str()), ("repeated", first.number.as_str()));
    assert_eq!(resent[1].outcome, "opened", "what is new in a group that is known is seen");
    let again = house.brings(group("load"), at(3)).await.expect("it is taken");
    assert!(again.iter().all(|one| one.outcome == "repeated"), "{again:?}");
    let ends = house.alert(over("disk"), at(4)).await;
    assert_eq!((ends.outcome.as_str(), ends.number.as_str()), ("resolved", first.number.as_str()));
    let twice = house.alert(over("disk"), at(5)).await;
    assert_eq!(twice.outcome, "ignored", "it was over already");
    let peer = house.alert(fires("disk", json!({"host": "web-7"})), at(6)).await;
    assert_eq!(
        (peer.outcome.as_str(), peer.number.as_str()),
        ("repeated", first.number.as_str()),
        "no second incident"
    );
    house.alert(over("disk"), at(7)).await;
    assert_eq!(house.incident(&first.number).await["state"], "resolved");
    assert_eq!(house.incidents().await, 2);
}
