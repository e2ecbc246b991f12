//! Calendars and clocks agree with a walk from minute to minute that knows nothing of them.
//!
//! The walk asks the time zone only what a clock on the wall shows at each minute. All else it does by counting: where a
//! window begins and ends, what a pause takes away, when a goal is used up.

use std::collections::HashMap;

use engines::rules::{
    calendar::{Calendar, Window},
    clock::{Due, Pause, Stretch, due, read_changing},
};
use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// How many cases: enough for every set of weekdays in every zone, and as many as wanted where time is cheap.
fn cases() -> usize {
    let wanted = std::env::var("PLUMBLINE_CLOCK_CASES").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or(if cfg!(debug_assertions) { 128 * ZONES.len() } else { 100_000 })
}

/// Zones with an instant within ten days of which their clocks change, or of nothing special where they never do.
const ZONES: [(&str, &str); 30] = [
    ("Europe/London", "2026-03-29T01:00:00Z"),
    ("Europe/Warsaw", "2026-10-25T01:00:00Z"),
    ("Europe/Dublin", "2026-10-25T01:00:00Z"),
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Lisbon", "2026-10-25T01:00:00Z"),
    ("Europe/Helsinki", "2026-10-25T01:00:00Z"),
    ("Europe/Istanbul", "2016-03-27T01:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    ("Africa/Cairo", "2026-04-23T22:00:00Z"),
    ("Africa/Lagos", "2026-06-01T00:00:00Z"),
    ("Antarctica/Troll", "2026-03-29T01:00:00Z"),
    ("Asia/Beirut", "2026-03-28T22:00:00Z"),
    ("Asia/Gaza", "2026-03-28T00:00:00Z"),
    ("Asia/Kolkata", "2026-06-01T00:00:00Z"),
    ("Asia/Kathmandu", "2026-06-01T00:00:00Z"),
    ("Asia/Pyongyang", "2018-05-04T15:00:00Z"),
    ("Asia/Tokyo", "2026-06-01T00:00:00Z"),
    ("Australia/Adelaide", "2026-04-04T16:30:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Pacific/Auckland", "2026-09-26T14:00:00Z"),
    ("Pacific/Chatham", "2026-04-04T14:00:00Z"),
    ("Pacific/Kiritimati", "2026-06-01T00:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/Toronto", "2026-11-01T06:00:00Z"),
    ("America/Los_Angeles", "2026-11-01T09:00:00Z"),
    ("America/St_Johns", "2026-03-08T05:30:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
    ("America/Santiago", "2026-09-06T04:00:00Z"),
    ("America/Nuuk", "2026-03-29T01:00:00Z"),
];

const DAY: usize = 1_440;
/// Minutes of a stretch of days that is walked, with the change of clocks in its middle.
const LENGTH: usize = 16 * DAY;
/// Days at both ends in which nothing of a case lies, so that windows from outside cannot matter.
const MARGIN: usize = 3 * DAY;

/// What the clock on the wall shows, in minutes since an arbitrary day, at each minute of the stretch.
struct Walls {
    zone: &'static str,
    begin: i64,
    shown: Vec<i64>,
    first: HashMap<i64, usize>,
}

impl Walls {
    fn around(zone: &'static str, middle: &str) -> Walls {
        let middle: Timestamp = middle.parse().expect("an instant");
        let begin = middle.as_second() / 60 - LENGTH as i64 / 2;
        let tz = TimeZone::get(zone).expect("a zone");
        let shown: Vec<i64> = (0..LENGTH as i64)
            .map(|minute| {
                let wall = tz.to_datetime(Timestamp::from_second((begin + minute) * 60).expect("in range"));
                days(wall.date()) * DAY as i64 + i64::from(wall.hour()) * 60 + i64::from(wall.minute())
            })
            .collect();
        let mut first = HashMap::new();
        for (at, wall) in shown.iter().enumerate() {
            first.entry(*wall).or_insert(at);
        }
        Walls { zone, begin, shown, first }
    }

    /// The minute at which the wall first shows a time; a time that was skipped comes later by the length of the skip.
    fn minute(&self, wall: i64) -> Option<usize> {
        if let Some(at) = self.first.get(&wall) {
            return Some(*at);
        }
        let jump = self.shown.windows(2).find(|pair| pair[0] < wall && wall < pair[1])?;
        self.first.get(&(wall + jump[1] - jump[0] - 1)).copied()
    }

    fn instant(&self, minute: usize) -> Timestamp {
        Timestamp::from_second((self.begin + minute as i64) * 60).expect("in range")
    }

    fn date(&self, minute: usize) -> Date {
        date(self.shown[minute].div_euclid(DAY as i64))
    }
}

fn days(date: Date) -> i64 {
    i64::from((date - Date::constant(2000, 1, 3)).get_days())
}

fn date(days: i64) -> Date {
    Date::constant(2000, 1, 3).checked_add(jiff::Span::new().days(days)).expect("in range")
}

/// SplitMix64: the same cases on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % most as u64) as usize
    }

    fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }
}

/// Hours as plain numbers: windows of each weekday, of special days, and closed days.
struct Hours {
    week: [Vec<(u16, u16)>; 7],
    special: HashMap<Date, Vec<(u16, u16)>>,
    closed: Vec<Date>,
}

fn windows(chance: &mut Chance) -> Vec<(u16, u16)> {
    match chance.below(4) {
        0 => vec![(0, 1_440)],
        1 => vec![(540, 1_020)],
        2 => {
            let middle = chance.between(2, 1_438) as u16;
            vec![(chance.below(middle as usize) as u16, middle), (middle, 1_440)]
        }
        _ => {
            let start = chance.below(1_439) as u16;
            vec![(start, chance.between(start as usize + 1, 1_440) as u16)]
        }
    }
}

impl Hours {
    fn new(set: usize, walls: &Walls, chance: &mut Chance) -> Hours {
        let worked = |day: usize| set & (1 << day) != 0;
        let week = std::array::from_fn(|day| if worked(day) { windows(chance) } else { Vec::new() });
        let day = |chance: &mut Chance| walls.date(chance.between(MARGIN, LENGTH - MARGIN));
        let closed = (0..chance.below(3)).map(|_| day(chance)).collect();
        let mut special = HashMap::new();
        for _ in 0..chance.below(3) {
            let own = if chance.below(4) == 0 { Vec::new() } else { windows(chance) };
            special.insert(day(chance), own);
        }
        Hours { week, special, closed }
    }

    fn calendar(&self, zone: &str) -> Calendar {
        let window = |pair: &(u16, u16)| Window::new(pair.0, pair.1).expect("a window");
        let mut calendar = Calendar::new(zone).expect("a zone");
        for (day, own) in self.week.iter().enumerate() {
            let weekday = Weekday::from_monday_zero_offset(day as i8).expect("a weekday");
            calendar = calendar.weekday(weekday, own.iter().map(window));
        }
        for day in &self.closed {
            calendar = calendar.closed(*day);
        }
        for (day, own) in &self.special {
            calendar = calendar.special(*day, own.iter().map(window));
        }
        calendar
    }

    /// Whether each minute of the stretch is worked.
    fn minutes(&self, walls: &Walls) -> Vec<bool> {
        let mut worked = vec![false; LENGTH];
        let first = walls.shown[0].div_euclid(DAY as i64) + 1;
        let last = walls.shown[LENGTH - 1].div_euclid(DAY as i64) - 1;
        for day in first..=last {
            let today = date(day);
            let weekday = usize::try_from(day.rem_euclid(7)).expect("a weekday");
            let own = match self.special.get(&today) {
                Some(own) => own.as_slice(),
                None if self.closed.contains(&today) => &[],
                None => &self.week[weekday],
            };
            for (start, end) in own {
                let wall = |minute: u16| walls.minute(day * DAY as i64 + i64::from(minute));
                if let (Some(from), Some(to)) = (wall(*start), wall(*end))
                    && from < to
                {
                    worked[from..to].fill(true);
                }
            }
        }
        worked
    }
}

/// What the walk found.
#[derive(Debug, PartialEq)]
struct Walked {
    used: i64,
    left: i64,
    breach: Option<usize>,
    /// `Err` when the walk came to its end before.
    due: Result<Option<usize>, ()>,
}

/// One promise after another: from which minute on, the worked minutes, the goal in minutes.
type Goals<'a> = [(usize, &'a [bool], i64)];

fn walk(goals: &Goals<'_>, pauses: &[(usize, Option<usize>)], now: usize) -> Walked {
    let paused = |at: usize| pauses.iter().any(|(from, to)| *from <= at && to.is_none_or(|to| at < to));
    let held = |at: usize| pauses.iter().any(|(from, to)| *from <= at && to.is_none());
    let (mut used, mut breach) = (0, None);
    for (place, (from, worked, goal)) in goals.iter().enumerate() {
        let last = goals.get(place + 1).is_none();
        let until = goals.get(place + 1).map_or(now, |next| next.0);
        let before = used;
        if place > 0 && before >= *goal {
            breach = breach.or(Some(*from));
        }
        let mut full = (before >= *goal).then_some(*from);
        for minute in *from..until {
            if worked[minute] && !paused(minute) {
                used += 1;
                if used > *goal && full.is_some() {
                    breach = breach.or(full);
                }
                if used == *goal && full.is_none() {
                    full = Some(minute + 1);
                }
            }
        }
        if last {
            let mut due = full.map(Some).ok_or(());
            let mut counted = used;
            let mut minute = until;
            while due.is_err() && minute < LENGTH - MARGIN {
                if held(minute) {
                    due = Ok(None);
                } else if worked[minute] && !paused(minute) {
                    counted += 1;
                    if counted == *goal {
                        due = Ok(Some(minute + 1));
                    }
                }
                minute += 1;
            }
            return Walked { used, left: (goal - used).max(0), breach, due };
        }
    }
    unreachable!("there is at least one promise")
}

fn case(number: usize, walls: &Walls, chance: &mut Chance) {
    let (first, second) = (Hours::new(number % 128, walls, chance), Hours::new(chance.below(128), walls, chance));
    let (calendars, worked) =
        ([first.calendar(walls.zone), second.calendar(walls.zone)], [first.minutes(walls), second.minutes(walls)]);
    let start = chance.between(MARGIN, LENGTH - MARGIN - DAY);
    let now = chance.between(start, LENGTH - MARGIN);
    let goal = |chance: &mut Chance| chance.between(1, [30, 300, 3_000][chance.0 as usize % 3]) as i64;
    let mut goals = vec![(start, 0, goal(chance))];
    if chance.below(2) == 0 {
        goals.push((chance.between(start, now), chance.below(2), goal(chance)));
        // Of two promises from one instant on the last one holds.
        if goals[0].0 == goals[1].0 {
            goals.remove(0);
        }
    }
    let mut pauses: Vec<(usize, Option<usize>)> = Vec::new();
    for _ in 0..chance.below(4) {
        let from = chance.between(start.saturating_sub(DAY), now);
        let open = chance.below(6) == 0;
        pauses.push((from, (!open).then(|| (from + chance.below(2 * DAY)).min(now))));
    }
    let told: Vec<(usize, &[bool], i64)> =
        goals.iter().map(|(from, which, goal)| (*from, worked[*which].as_slice(), *goal)).collect();
    let wanted = walk(&told, &pauses, now);
    let stretches: Vec<Stretch<'_>> = goals
        .iter()
        .map(|(from, which, goal)| Stretch {
            from: walls.instant(*from),
            calendar: &calendars[*which],
            target_seconds: goal * 60,
        })
        .collect();
    let held: Vec<Pause> =
        pauses.iter().map(|(from, to)| Pause::new(walls.instant(*from), to.map(|to| walls.instant(to)))).collect();
    let read = read_changing(&stretches, &held, walls.instant(now)).expect("a reading");
    let minute = |at: Timestamp| (at.as_second() / 60 - walls.begin) as usize;
    let due_found = match read.due {
        Due::At(at) if minute(at) > LENGTH - MARGIN => Err(()),
        Due::At(at) => Ok(Some(minute(at))),
        Due::OnHold if wanted.due.is_err() => Err(()),
        Due::OnHold => Ok(None),
        Due::Never => Err(()),
    };
    let found = Walked {
        used: read.used_seconds / 60,
        left: read.left_seconds / 60,
        breach: read.first_breach.map(minute),
        due: due_found,
    };
    assert_eq!(found, wanted, "case {number} in {}: {goals:?}, {pauses:?}, start {start}, now {now}", walls.zone);
    identities(&calendars[0], walls, &worked[0], start, now, &held);
}

/// Measuring is counting, and what is added measures the same.
fn identities(calendar: &Calendar, walls: &Walls, worked: &[bool], start: usize, now: usize, held: &[Pause]) {
    let counted = worked[start..now].iter().filter(|worked| **worked).count() as i64 * 60;
    let (from, to) = (walls.instant(start), walls.instant(now));
    assert_eq!(calendar.working_seconds(from, to), counted, "{}", walls.zone);
    for need in [0, 1, counted / 3, counted] {
        if let Some(at) = calendar.due(from, need) {
            assert_eq!(calendar.working_seconds(from, at), need, "add, then measure");
        }
        if let Due::At(at) = due(calendar, from, need, held) {
            let used = engines::rules::clock::used_seconds(calendar, from, at, held);
            assert_eq!(used, need, "the same with pauses");
        }
    }
}

/// Complaint 26: every set of weekdays, complaint 14: what is added can be measured again.
#[test]
fn clocks_agree_with_a_walk_from_minute_to_minute() {
    let walls: Vec<Walls> = ZONES.iter().map(|(zone, middle)| Walls::around(zone, middle)).collect();
    let changed = walls.iter().filter(|walls| walls.shown.windows(2).any(|pair| pair[1] - pair[0] != 1)).count();
    assert!(changed >= 22, "only {changed} stretches have a change of clocks in them");
    let mut chance = Chance(20_000);
    for number in 0..cases() {
        case(number, &walls[number / 128 % walls.len()], &mut chance);
    }
}
