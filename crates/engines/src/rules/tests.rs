//! Properties of calendars and clocks: an independent minute-by-minute walk, add-then-measure, pauses, the corner
//! zones.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::calendar::{Calendar, Window};
use super::clock::{self, Due, Pause, Stretch};

/// Zones that change their clocks, one of each habit: at midnight, by half an hour, by two hours, around Ramadan, on
/// the southern half, with offsets of half and quarter hours.
const ZONES: [&str; 36] = [
    "Europe/London",
    "Europe/Berlin",
    "Europe/Lisbon",
    "Europe/Athens",
    "Europe/Helsinki",
    "Europe/Chisinau",
    "Atlantic/Azores",
    "Atlantic/Faroe",
    "Atlantic/Canary",
    "Atlantic/Bermuda",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "America/Halifax",
    "America/St_Johns",
    "America/Tijuana",
    "America/Port-au-Prince",
    "America/Nuuk",
    "America/Miquelon",
    "America/Santiago",
    "Pacific/Easter",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Norfolk",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
];

const MINUTE: i64 = 60;
const DAY: i64 = 1440 * MINUTE;

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn windows(pairs: &[(u16, u16)]) -> Vec<Window> {
    pairs.iter().map(|(start, end)| Window::new(*start, *end).unwrap()).collect()
}

/// A calendar as plain facts, for the walk to read in its own way.
#[derive(Clone, Debug)]
struct Plan {
    zone: &'static str,
    week: [Vec<(u16, u16)>; 7],
    closed: Vec<Date>,
    special: Vec<(Date, Vec<(u16, u16)>)>,
}

impl Plan {
    fn calendar(&self) -> Calendar {
        let mut calendar = Calendar::new(self.zone).unwrap();
        for (day, hours) in WEEKDAYS.iter().zip(&self.week) {
            calendar = calendar.weekday(*day, windows(hours));
        }
        calendar = self.closed.iter().fold(calendar, |calendar, date| calendar.closed(*date));
        self.special.iter().fold(calendar, |calendar, (date, hours)| calendar.special(*date, windows(hours)))
    }

    fn hours(&self, date: Date) -> Vec<(u16, u16)> {
        if let Some((_, hours)) = self.special.iter().rev().find(|(special, _)| *special == date) {
            return hours.clone();
        }
        let weekday = WEEKDAYS.iter().position(|day| *day == date.weekday()).unwrap();
        if self.closed.contains(&date) { Vec::new() } else { self.week[weekday].clone() }
    }
}

/// Which minutes of a stretch of real time are worked, found by walking it minute by minute.
///
/// It never turns wall time into instants: it reads the clock on the wall at each minute and notes when a wall minute
/// is seen for the first time, and what a skipped one moves on to.
struct Walk {
    first_minute: i64,
    /// How many minutes were worked before each one.
    worked_before: Vec<i64>,
}

impl Walk {
    fn new(plan: &Plan, from: Timestamp, to: Timestamp) -> Walk {
        let zone = TimeZone::get(plan.zone).unwrap();
        let wall = |minute: i64| minute + i64::from(zone.to_offset(at(minute * MINUTE)).seconds()) / MINUTE;
        let (first, last) = (from.as_second() / MINUTE - 2 * 1440, to.as_second() / MINUTE + 2 * 1440);
        let mut before = wall(first - 1);
        // First minute at which each minute on the wall is seen, from this one on; the walls of a zone go forward.
        let (first_wall, mut seen) = (before + 1, Vec::new());
        for minute in first..last {
            let now = wall(minute);
            for moved_on in minute..minute + (now - before - 1).max(0) {
                seen.push(moved_on);
            }
            if now - first_wall >= seen.len() as i64 {
                seen.push(minute);
            }
            before = now;
        }
        let mut worked = vec![false; usize::try_from(last - first).unwrap()];
        let epoch = date(1970, 1, 1);
        for day in wall(first).div_euclid(1440) + 1..wall(last).div_euclid(1440) - 1 {
            let local = epoch.checked_add(SignedDuration::from_hours(24 * day)).unwrap();
            for (start, end) in plan.hours(local) {
                let minute = |of_day: u16| seen[usize::try_from(day * 1440 + i64::from(of_day) - first_wall).unwrap()];
                for minute in minute(start)..minute(end) {
                    worked[usize::try_from(minute - first).unwrap()] = true;
                }
            }
        }
        let mut sum = 0;
        let mut worked_before = vec![0];
        for worked in worked {
            sum += i64::from(worked);
            worked_before.push(sum);
        }
        Walk { first_minute: first, worked_before }
    }

    /// Worked minutes in `[from, to)`, both on whole minutes.
    fn minutes(&self, from: Timestamp, to: Timestamp) -> i64 {
        let place = |at: Timestamp| usize::try_from(at.as_second() / MINUTE - self.first_minute).unwrap();
        self.worked_before[place(to)] - self.worked_before[place(from)]
    }
}

/// The instants in 2026 at which a zone changes its clocks.
fn clock_changes(zone: &str) -> Vec<Timestamp> {
    let (from, to) = (instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z"));
    let zone = TimeZone::get(zone).unwrap();
    zone.following(from).map(|change| change.timestamp()).take_while(|change| *change < to).collect()
}

fn agree(plan: &Plan, from: Timestamp, to: Timestamp) {
    let (calendar, walk) = (plan.calendar(), Walk::new(plan, from, to));
    assert_eq!(calendar.working_seconds(from, to), walk.minutes(from, to) * MINUTE, "{plan:?} {from} {to}");
    // And within, cut at odd places.
    let length = to.as_second() - from.as_second();
    for part in 1..16 {
        let inner = at((from.as_second() + length * part / 16) / MINUTE * MINUTE);
        let wanted = walk.minutes(from, inner) * MINUTE;
        assert_eq!(calendar.working_seconds(from, inner), wanted, "{plan:?} {from} {inner}");
        let wanted = walk.minutes(inner, to) * MINUTE;
        assert_eq!(calendar.working_seconds(inner, to), wanted, "{plan:?} {inner} {to}");
    }
}

#[test]
fn all_weekday_sets_agree_with_the_walk_around_every_clock_change() {
    let hours: [&[(u16, u16)]; 5] = [
        &[(0, 1440)],
        &[(0, 360), (1320, 1440)],
        &[(15, 165), (540, 1050)],
        &[(30, 90), (90, 135), (150, 180)],
        &[(120, 150), (1410, 1435)],
    ];
    let changes: Vec<(&str, Timestamp)> =
        ZONES.iter().flat_map(|zone| clock_changes(zone).into_iter().map(move |change| (*zone, change))).collect();
    for zone in ZONES {
        assert!(changes.iter().filter(|(changed, _)| *changed == zone).count() >= 2, "{zone}");
    }
    for set in 0..128_usize {
        let (zone, change) = changes[set % changes.len()];
        let week = std::array::from_fn(|day| match set >> day & 1 {
            1 => hours[(set + day) % hours.len()].to_vec(),
            _ => Vec::new(),
        });
        let plan = Plan { zone, week, closed: Vec::new(), special: Vec::new() };
        agree(&plan, at(change.as_second() - 3 * DAY), at(change.as_second() + 4 * DAY));
    }
    for (zone, change) in changes {
        let week = std::array::from_fn(|day| hours[day % hours.len()].to_vec());
        let plan = Plan { zone, week, closed: Vec::new(), special: Vec::new() };
        agree(&plan, at(change.as_second() - DAY), at(change.as_second() + DAY));
    }
}

/// Samoa skipped a whole day, Newfoundland changed at one minute past midnight, Kwajalein has moved over the date line.
#[test]
fn corner_zones_agree_with_the_walk() {
    let places = [
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
        ("America/St_Johns", "2010-11-07T02:31:00Z"),
        ("America/St_Johns", "2010-03-14T03:31:00Z"),
        ("Asia/Pyongyang", "2018-05-04T15:00:00Z"),
    ];
    let hours: [&[(u16, u16)]; 4] =
        [&[(0, 1440)], &[(540, 720), (780, 1020)], &[(0, 30), (1380, 1440)], &[(1, 61), (700, 900)]];
    for (zone, change) in places {
        for shift in 0..4 {
            let week = std::array::from_fn(|day| hours[(day + shift) % 4].to_vec());
            let plan = Plan { zone, week, closed: Vec::new(), special: Vec::new() };
            let change = instant(change).as_second();
            agree(&plan, at(change - 3 * DAY), at(change + 3 * DAY));
        }
    }
}

/// Windows of one day, apart or not, on any minute.
fn day_hours() -> impl Strategy<Value = Vec<(u16, u16)>> {
    let window = (0_u16..1440, 1_u16..=1440).prop_map(|(start, length)| (start, (start + length).min(1440)));
    prop::collection::vec(window, 0..3)
}

fn plans() -> impl Strategy<Value = Plan> {
    let dates = || (1_i8..=12, 1_i8..=28).prop_map(|(month, day)| date(2026, month, day));
    let special = prop::collection::vec((dates(), day_hours()), 0..6);
    let closed = prop::collection::vec(dates(), 0..12);
    let week = prop::array::uniform7(day_hours());
    (prop::sample::select(ZONES.as_slice()), week, closed, special).prop_map(|(zone, week, closed, special)| Plan {
        zone,
        week,
        closed,
        special,
    })
}

/// Seconds of 2026, with clock changes more often than by chance.
fn moments() -> impl Strategy<Value = Timestamp> {
    let near_change = (prop::sample::select(ZONES.as_slice()), any::<prop::sample::Index>(), -DAY..DAY)
        .prop_map(|(zone, index, near)| at(index.get(&clock_changes(zone)).as_second() + near));
    prop_oneof![(0_i64..365 * DAY).prop_map(|second| at(1_767_225_600 + second)), near_change]
}

fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    let pause = (moments(), -DAY..20 * DAY).prop_map(|(from, length)| Pause::new(from, at(from.as_second() + length)));
    prop::collection::vec(pause, 0..4)
}

fn second_before(moment: Timestamp) -> Timestamp {
    at(moment.as_second() - 1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_calendar_agrees_with_the_walk(plan in plans(), from in moments(), minutes in 0_i64..6 * 1440) {
        let from = at(from.as_second() / MINUTE * MINUTE);
        agree(&plan, from, at(from.as_second() + minutes * MINUTE));
    }

    #[test]
    fn due_then_working_time_is_the_need(plan in plans(), start in moments(), need in 0_i64..40 * DAY / 3) {
        let calendar = plan.calendar();
        match calendar.due(start, need) {
            Some(due) => {
                prop_assert!(due >= start);
                prop_assert_eq!(calendar.working_seconds(start, due), need);
                // The earliest such instant.
                prop_assert!(need == 0 || calendar.working_seconds(start, second_before(due)) == need - 1);
            }
            None => {
                prop_assert!(plan.week.iter().all(Vec::is_empty));
                prop_assert!(calendar.segments(start).map(|span| span.seconds()).sum::<i64>() < need);
            }
        }
    }

    #[test]
    fn working_time_adds_up(plan in plans(), mut moments in prop::array::uniform3(moments())) {
        moments.sort_unstable();
        let [from, middle, to] = moments;
        let calendar = plan.calendar();
        let parts = calendar.working_seconds(from, middle) + calendar.working_seconds(middle, to);
        prop_assert_eq!(calendar.working_seconds(from, to), parts);
        prop_assert_eq!(calendar.working_seconds(to, from), 0);
        let spans = calendar.working_spans(super::spans::Span::new(from, to));
        prop_assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from));
    }

    #[test]
    fn due_with_pauses_then_used_is_the_need(
        plan in plans(), start in moments(), need in 0_i64..20 * DAY / 3, pauses in pauses(), open in any::<bool>(),
    ) {
        let (calendar, mut pauses) = (plan.calendar(), pauses);
        if open && let Some(last) = pauses.last_mut() {
            last.to = None;
        }
        match clock::due(&calendar, start, need, &pauses) {
            Due::At(due) => {
                prop_assert_eq!(clock::used_seconds(&calendar, start, due, &pauses), need);
                let earlier = clock::used_seconds(&calendar, start, second_before(due), &pauses);
                prop_assert!(need == 0 || earlier == need - 1);
                // The clock is kept at its due instant, and a second of use later it is breached.
                prop_assert!(!clock::read(&calendar, start, need, &pauses, due).is_breached());
                if let Due::At(next) = clock::due(&calendar, start, need + 1, &pauses) {
                    prop_assert_eq!(clock::read(&calendar, start, need, &pauses, next).first_breach, Some(due));
                }
            }
            Due::OnHold => {
                let latest = instant("2040-01-01T00:00:00Z");
                prop_assert!(open && clock::used_seconds(&calendar, start, latest, &pauses) < need);
            }
            Due::Never => prop_assert!(plan.week.iter().all(Vec::is_empty)),
        }
    }

    #[test]
    fn a_change_to_the_same_target_changes_nothing(
        plan in plans(),
        mut moments in prop::array::uniform3(moments()),
        target in 1_i64..20 * DAY / 3,
        pauses in pauses(),
    ) {
        moments.sort_unstable();
        let [start, change, now] = moments;
        let calendar = plan.calendar();
        let stretch = |from| Stretch { from, calendar: &calendar, target_seconds: target };
        let plain = clock::read(&calendar, start, target, &pauses, now);
        let changed = clock::read_changing(&[stretch(start), stretch(change)], &pauses, now).unwrap();
        prop_assert_eq!((changed.used_seconds, changed.left_seconds), (plain.used_seconds, plain.left_seconds));
        if clock::used_seconds(&calendar, start, change, &pauses) < target {
            prop_assert_eq!(changed, plain);
        }
    }
}

#[test]
fn a_calendar_without_work_is_never_due_and_ends() {
    let empty = Calendar::new("Europe/London").unwrap();
    let start = instant("2026-02-03T09:00:00Z");
    assert_eq!(empty.due(start, 1), None);
    assert_eq!(empty.due(start, 0), Some(start));
    assert_eq!(empty.due_in_working_days(start, 1), None);
    let once = empty.special(date(2030, 5, 1), [Window::parse("09:00", "10:00").unwrap()]);
    assert_eq!(once.due(start, 3600), Some(instant("2030-05-01T09:00:00Z")));
    assert_eq!(once.due(start, 3601), None);
    assert_eq!(once.due_in_working_days(start, 0), Some(instant("2030-05-01T09:00:00Z")));
    assert_eq!(once.due_in_working_days(start, 1), None);
}

#[test]
fn time_ends_without_a_panic() {
    let always = Calendar::always();
    let late = instant("9999-12-29T00:00:00Z");
    assert_eq!(always.due(late, 3600), Some(instant("9999-12-29T01:00:00Z")));
    assert_eq!(always.due(late, 30 * DAY), None);
    assert_eq!(clock::due(&always, late, 30 * DAY, &[]), Due::Never);
    assert!(always.working_seconds(late, Timestamp::MAX) >= DAY);
    assert!(always.working_seconds(Timestamp::MIN, at(Timestamp::MIN.as_second() + DAY)) > 0);
}

#[test]
fn states_and_reopenings_make_pauses() {
    let hour = |hour: i64| at(1_770_000_000 + hour * 3600);
    let states = [(hour(0), "new"), (hour(1), "scheduled"), (hour(3), "in-progress"), (hour(4), "resolved")];
    let standing = |state: &str| clock::PAUSING_STATES.contains(&state) || clock::STOPPED_STATES.contains(&state);
    let pauses = clock::pauses_of_states(&states, standing);
    assert_eq!(pauses, [Pause::new(hour(1), hour(3)), Pause::new(hour(4), None)]);
    assert_eq!(clock::used_seconds(&Calendar::always(), hour(0), hour(9), &pauses), 2 * 3600);
    let late =
        clock::reopenings(&[(hour(1), Some(hour(2))), (hour(3), Some(hour(3 + 7 * 24 + 1)))], clock::REOPEN_DAYS);
    assert_eq!((late.new_ticket, late.pauses[1]), (true, Pause::new(hour(3), None)));
}

#[test]
fn only_the_highest_warning_that_has_come_is_sent() {
    let moment = |minute: i64| Due::At(at(minute * MINUTE));
    let warnings =
        [(50.into(), moment(10)), (75.into(), moment(20)), (90.into(), moment(30)), (100.into(), Due::OnHold)];
    let send = |sent: Option<i64>, minute: i64| {
        clock::warning_to_send(&warnings, sent.map(Into::into), at(minute * MINUTE)).map(|percent| percent.to_string())
    };
    assert_eq!(send(None, 9), None);
    assert_eq!(send(None, 25).as_deref(), Some("75"));
    assert_eq!(send(Some(75), 25), None);
    assert_eq!(send(Some(50), 40).as_deref(), Some("90"));
}
