//! A real service desk's log judged by the checks: what they count is counted here a second time, from the rows of the file.

use std::collections::BTreeMap;

use engines::conformity::{Assessment, State};
use model::{Actor, Moment, Via, time::DAY};

use crate::world::{Database, World, at, now};

both_databases!(a_real_log_is_judged_as_its_rows_say);

/// data/README.md says where it comes from.
const LOG: &[u8] = include_bytes!("data/incident-log.csv.gz");
const ZONE: &str = "Europe/Berlin";
const FIRST_OF_JUNE: &str = "2016-06-01T00:00:00Z";

/// What a ticket's last row says, up to an instant.
struct Told {
    state: String,
    since: Moment,
    /// Impact, urgency and priority as the log has them: 1 is the highest.
    levels: [u8; 3],
}

fn instant(local: &str) -> Moment {
    let civil = jiff::civil::DateTime::strptime("%d/%m/%Y %H:%M", local).expect("a date as the log writes it");
    let zone = jiff::tz::TimeZone::get(ZONE).expect("a zone");
    Moment(civil.to_zoned(zone).expect("an instant").timestamp().as_millisecond())
}

fn tickets(until: Moment) -> BTreeMap<String, Told> {
    let mut read = csv::Reader::from_reader(flate2::read::GzDecoder::new(LOG));
    let header = read.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|column| column == name).expect("a column");
    let columns =
        ["number", "sys_mod_count", "sys_updated_at", "ident_state", "impact", "urgency", "priority"].map(column);
    let mut newest: BTreeMap<String, (u32, Told)> = BTreeMap::new();
    for row in read.records() {
        let row = row.expect("a row");
        let [number, count, updated, state, impact, urgency, priority] = columns.map(|column| &row[column]);
        let since = instant(updated);
        let count: u32 = count.parse().expect("a count");
        if since > until || newest.get(number).is_some_and(|(newer, _)| *newer > count) {
            continue;
        }
        let levels = [impact, urgency, priority].map(|level| level.parse().expect("a level"));
        newest.insert(number.to_owned(), (count, Told { state: state.to_owned(), since, levels }));
    }
    newest.into_iter().map(|(number, (_, told))| (number, told)).collect()
}

fn counted(assessment: &Assessment, id: &str) -> (State, usize, usize) {
    let verdict = assessment.find(id).unwrap_or_else(|| panic!("no verdict on {id}"));
    (verdict.state, verdict.population, verdict.bad)
}

async fn a_real_log_is_judged_as_its_rows_say(database: Database) {
    let world = World::new(database).await;
    let report = world.import_log(LOG, ZONE).await;
    assert_eq!((report.read, report.records.new, report.refused), (3666, 600, 0));
    let auditor = Actor::system("test", Via::Web);
    let june = at(FIRST_OF_JUNE);
    let told = tickets(june);
    assert_eq!(told.len(), 600, "all of them were opened before");
    let assessment = world.desk.assessment_as_of(&auditor, june, now()).await.expect("an assessment");

    // The log names no service, no resolution and no entry of a work log; it does not tell of escalation either.
    assert_eq!(counted(&assessment, "8.6.1.a"), (State::Nonconforming, 600, 600));
    let recently = |told: &&Told| told.state == "Closed" && told.since >= june.minus(90 * DAY);
    let closed = told.values().filter(recently).count();
    assert_eq!(counted(&assessment, "8.6.1.d"), (State::Nonconforming, closed, closed));
    let resolved = told.values().filter(|told| told.state == "Resolved").count();
    assert_eq!(counted(&assessment, "8.6.1.e"), (State::Proved, closed + resolved, 0));
    let open = told.values().filter(|told| !["Closed", "Resolved"].contains(&told.state.as_str())).count();
    assert!(open > 0 && resolved > 0 && closed > 0, "{open} {resolved} {closed}");
    assert_eq!(counted(&assessment, "8.6.1-1"), (State::Nonconforming, open + closed, open + closed));
    // The number of a priority is impact + urgency - 1 (rule R11).
    let matches = |told: &&Told| told.levels[0] + told.levels[1] - 1 == told.levels[2];
    let others = told.values().filter(|told| !matches(told)).count();
    assert!(others > 0, "the log has some whose priority is another");
    assert_eq!(counted(&assessment, "8.6.1.b"), (State::Nonconforming, 600, others));

    // What has no record at all is never counted as proved: requests, problems, knowledge, complaints.
    for (id, state) in [
        ("8.6.1-2", State::Gap),
        ("8.6.2-1", State::NothingToSample),
        ("8.6.3-1", State::Gap),
        ("8.6.3-2", State::NothingToSample),
        ("7.6-1", State::NothingToSample),
        ("8.3.2-5", State::Gap),
        ("8.3.3-1", State::Gap),
    ] {
        assert_eq!(counted(&assessment, id).0, state, "{id}");
    }
}
