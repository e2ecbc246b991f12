//! The clocks of a record as people read them: what is left in a word, a track along time, and the working behind both.

use desk::{Shown, Worked};
use engines::clocks::{Clock, Name, Pace, Segment, Standing, steps::Ahead};
use model::{
    Kind, Moment, Phase,
    time::{DAY, HOUR, MINUTE, SECOND},
};

use super::{
    hands::{self, Hand},
    piece::{Lens, record_address},
};
use crate::view::{
    parts::{self, Link, Mark, Shape, Tone, When},
    text, time,
};

/// The section of a record's page.
pub struct Board {
    /// Agreements that its clocks run under; empty where the standard targets hold.
    pub agreements: Vec<Link>,
    pub priority: String,
    pub now: String,
    /// Percent and word.
    pub ticks: Vec<(String, String)>,
    pub tracks: Vec<Track>,
    /// Whether something stood still, so that the legend explains it.
    pub halted: bool,
    /// Steps of escalation that come next.
    pub steps: Vec<StepAhead>,
    /// Who had it for how long; empty where that is nobody's question.
    pub hands: Vec<Hand>,
}

/// When somebody is brought in, whom, and why.
pub struct StepAhead {
    /// Empty where it is reached and waits for the hours of the team.
    pub at: When,
    pub to: String,
    pub why: String,
}

/// Most steps that are told.
const STEPS: usize = 6;

pub struct Track {
    pub label: String,
    /// `4 h, 24×7`
    pub goal: String,
    /// Class, start and width in percent.
    pub bars: Vec<(&'static str, String, String)>,
    /// Where the goal is used up, in percent.
    pub target: Option<String>,
    pub result: parts::Clock,
    pub lines: Vec<Line>,
    /// Stretches that were told together because there are too many.
    pub joined: bool,
    pub used: String,
}

/// One stretch of the working.
pub struct Line {
    pub from: When,
    pub to: When,
    pub what: Mark,
    pub used: String,
    pub why: String,
    pub rule: &'static str,
}

/// Most stretches that are told one by one.
const LINES: usize = 60;

/// What a list shows of a record's clocks: the one that is due next, else how the last one ended. `None` where there is
/// nothing to say.
pub fn next(kind: &Kind, shown: &Shown, now: Moment) -> Option<parts::Clock> {
    let own = || shown.clocks().iter().filter(|clock| clock.leg.is_empty());
    let live = own().filter(|clock| clock.standing.is_live());
    let first = live.min_by_key(|clock| clock.due.unwrap_or(Moment(i64::MAX)));
    let done = kind.phase(shown.state()) == Phase::Done;
    match (first, shown.due()) {
        // A date that somebody promised comes before what was agreed.
        (first, Some(due)) if !done && first.and_then(|clock| clock.due) != Some(due) => {
            Some(promised(shown, due, now))
        }
        (Some(clock), _) => Some(told(clock, now)),
        (None, _) => own().next_back().map(|clock| told(clock, now)),
    }
}

/// A date of the record's own, measured from its beginning.
pub fn promised(shown: &Shown, due: Moment, now: Moment) -> parts::Clock {
    let whole = due.0 - shown.created().0;
    let used = now.0 - shown.created().0;
    let share = (whole > 0).then(|| (used.saturating_mul(100) / whole).clamp(0, 100));
    let (shape, tone) = match share {
        _ if due < now => (Shape::Nonconforming, Tone::Bad),
        Some(75..) => (Shape::Risk, Tone::Warn),
        _ => (Shape::Ring, Tone::Mute),
    };
    let known = shown.created() != Moment::UNKNOWN;
    parts::Clock {
        mark: Mark::new(shape, tone, time::until(due, now)),
        used_percent: share.filter(|_| known).and_then(|share| u8::try_from(share).ok()),
        more: format!("due {}", time::exact(due)),
    }
}

/// A clock in a word with its bar: what is left is working time, what it is over by is time as it passes.
pub fn told(clock: &Clock, now: Moment) -> parts::Clock {
    let left = || working(clock.left_seconds);
    let answer = clock.name == Name::Response;
    let share = clock.used_seconds.saturating_mul(100).checked_div(clock.goal_seconds).unwrap_or(100).clamp(0, 100);
    let (shape, tone, word) = match clock.standing {
        Standing::Running if answer => (Shape::Ring, Tone::Mute, format!("{} to answer", left())),
        Standing::Running if clock.name == Name::Update => {
            (Shape::Ring, Tone::Mute, format!("{} to next word", left()))
        }
        Standing::Running if clock.name == Name::Workaround => {
            (Shape::Ring, Tone::Mute, format!("{} to a workaround", left()))
        }
        Standing::Running if clock.name == Name::Leg => {
            (Shape::Ring, Tone::Mute, format!("{} left of the leg", left()))
        }
        Standing::Running => (Shape::Ring, Tone::Mute, format!("{} left", left())),
        Standing::OnHold => (Shape::Pause, Tone::Mute, format!("On hold, {} left", left())),
        Standing::Late => {
            let over = clock.due.filter(|due| *due < now).map(|due| format!("{} over", time::span(now.0 - due.0)));
            (Shape::Nonconforming, Tone::Bad, over.unwrap_or_else(|| "Missed before".into()))
        }
        Standing::Met => (Shape::Met, Tone::Ok, format!("Met in {}", working(clock.used_seconds))),
        Standing::Missed => (Shape::Nonconforming, Tone::Bad, format!("Missed, {}", working(clock.used_seconds))),
        Standing::Dropped => (Shape::Nothing, Tone::Mute, "Not judged".into()),
    };
    // Under a quarter left it is at risk (design language, "SLA clock").
    let (shape, tone) =
        if clock.standing == Standing::Running && share > 75 { (Shape::Risk, Tone::Warn) } else { (shape, tone) };
    let what = match clock.name {
        Name::Response => "response",
        Name::Resolution => "resolution",
        Name::Workaround => "workaround",
        Name::Fulfilment => "fulfilment",
        Name::Update => "next update",
        Name::Leg => "leg",
    };
    let more = match clock.due.filter(|_| clock.standing.is_live()) {
        Some(due) => format!("{what} due {}", time::exact(due)),
        None => what.into(),
    };
    let bar = clock.standing.is_live().then_some(share);
    parts::Clock {
        mark: Mark::new(shape, tone, word),
        used_percent: bar.and_then(|share| u8::try_from(share).ok()),
        more,
    }
}

/// What a clock of the whole ticket is called; of a leg, whose it is.
fn label(lens: &Lens<'_>, clock: &Clock) -> String {
    match clock.name {
        Name::Response => "Response".into(),
        Name::Resolution => "Resolution".into(),
        Name::Workaround => "Workaround".into(),
        Name::Fulfilment => "Fulfilment".into(),
        Name::Update => "Next update".into(),
        Name::Leg => format!("Leg of {}", lens.title(&clock.leg)),
    }
}

/// Working time: `0:26`, from ten hours on `31 h`. Days would be days of how many hours?
pub(super) fn working(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    if minutes < 600 { format!("{}:{:02}", minutes / 60, minutes % 60) } else { format!("{} h", minutes / 60) }
}

/// A goal as it was agreed: `15 min`, `4 h`, `1:30 h`.
fn goal(seconds: i64) -> String {
    match (seconds / 3_600, seconds % 3_600 / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours}:{minutes:02} h"),
    }
}

/// `None` where a record has no clocks.
pub fn board(lens: &Lens<'_>, kind: &Kind, worked: &Worked, steps: &[Ahead]) -> Option<Board> {
    let clocks = worked.clocks.as_slice();
    let window = Window::around(clocks, lens.now)?;
    let whole: Vec<&Clock> = clocks.iter().filter(|clock| clock.leg.is_empty()).collect();
    let mut agreements: Vec<&str> = whole.iter().map(|clock| clock.agreement.as_str()).collect();
    agreements.dedup();
    let link = |number: &&str| {
        let agreed = lens.catalog.find(AGREEMENTS).map(|kind| record_address(kind, number)).unwrap_or_default();
        Link::new(*number, agreed)
    };
    Some(Board {
        agreements: agreements.iter().filter(|number| !number.is_empty()).map(link).collect(),
        priority: whole.last().map(|clock| clock.priority.clone()).unwrap_or_default(),
        now: percent(window.place(lens.now)),
        ticks: window.ticks(),
        halted: clocks
            .iter()
            .flat_map(|clock| &clock.segments)
            .any(|segment| matches!(segment.pace, Pace::OnHold(_) | Pace::Over(_) | Pace::Away(_))),
        tracks: clocks.iter().map(|clock| track(lens, kind, clock, &window)).collect(),
        hands: hands::all(lens, worked, &window),
        steps: steps.iter().take(STEPS).map(|step| step_ahead(lens, step)).collect(),
    })
}

fn step_ahead(lens: &Lens<'_>, step: &Ahead) -> StepAhead {
    StepAhead {
        at: if step.reached { When::default() } else { time::when(step.at, lens.now) },
        to: if model::types::is_mail(&step.to) { lens.person(&step.to).name } else { step.to.replace('_', " ") },
        why: step.words.clone(),
    }
}

/// The kind of the records that clocks run under, as the engine names it.
const AGREEMENTS: &str = engines::clocks::HEEDED[0].0;

fn track(lens: &Lens<'_>, kind: &Kind, clock: &Clock, window: &Window) -> Track {
    let now = lens.now;
    let running = match clock.standing {
        Standing::Met => "f-ok",
        Standing::Missed | Standing::Late => "f-bad",
        Standing::Dropped => "f-mute",
        Standing::Running | Standing::OnHold => "f-info",
    };
    let bar = |class, from: Moment, to: Moment| {
        let (from, to) = (window.place(from), window.place(to));
        (class, percent(from), percent((to - from).max(0.2)))
    };
    let mut bars: Vec<(&'static str, String, String)> = Vec::new();
    let (segments, joined) = condensed(&clock.segments, LINES);
    for segment in &segments {
        match segment.pace {
            Pace::Running => bars.push(bar(running, segment.from, segment.to)),
            Pace::OnHold(_) | Pace::Over(_) | Pace::Away(_) => bars.push(bar("f-hatch", segment.from, segment.to)),
            Pace::Closed => {}
        }
    }
    if clock.standing == Standing::Running
        && let Some(due) = clock.due.filter(|due| *due > now)
    {
        bars.push(bar("f-soft", now, due));
    }
    Track {
        label: label(lens, clock),
        goal: match clock.name {
            Name::Leg => format!("{}, {}, {}", goal(clock.goal_seconds), clock.hours, clock.agreement),
            _ => format!("{}, {}", goal(clock.goal_seconds), clock.hours),
        },
        bars,
        target: clock.due.map(|due| percent(window.place(due))),
        result: told(clock, now),
        lines: segments.iter().map(|segment| line(lens, kind, clock, segment)).collect(),
        joined,
        used: format!("{} of {} used", working(clock.used_seconds), goal(clock.goal_seconds)),
    }
}

/// Where there are too many stretches, those between two halts are told as one.
fn condensed(segments: &[Segment], most: usize) -> (Vec<Segment>, bool) {
    if segments.len() <= most {
        return (segments.to_vec(), false);
    }
    let mut joined: Vec<Segment> = Vec::new();
    for segment in segments {
        let plain = |segment: &Segment| matches!(segment.pace, Pace::Running | Pace::Closed);
        match joined.last_mut() {
            Some(last)
                if plain(last)
                    && plain(segment)
                    && (&last.agreement, &last.priority) == (&segment.agreement, &segment.priority) =>
            {
                last.to = segment.to;
                last.used_seconds += segment.used_seconds;
                last.pace = Pace::Running;
            }
            _ => joined.push(segment.clone()),
        }
    }
    (joined, true)
}

fn line(lens: &Lens<'_>, kind: &Kind, clock: &Clock, segment: &Segment) -> Line {
    let now = lens.now;
    let terms = match segment.agreement.as_str() {
        "" if clock.name == Name::Fulfilment => "delivery time of the catalogue".into(),
        "" => format!("standard target for {}", segment.priority),
        agreement => format!("{agreement} for {}", segment.priority),
    };
    let (what, why) = match &segment.pace {
        Pace::Running if clock.name == Name::Response => (
            Mark::new(Shape::Half, Tone::Info, "Running"),
            format!("Until a person answers; never paused. {}, {terms}.", segment.hours),
        ),
        Pace::Running if clock.name == Name::Update && segment.agreement.is_empty() => (
            Mark::new(Shape::Half, Tone::Info, "Running"),
            "Round the clock, until those concerned hear again how it stands.".into(),
        ),
        Pace::Running => (Mark::new(Shape::Half, Tone::Info, "Running"), format!("{}, {terms}.", segment.hours)),
        Pace::OnHold(state) => (
            Mark::new(Shape::Pause, Tone::Mute, "On hold"),
            format!("In the state \"{}\" time stands still.{}", kind.state_label(state), waits(segment)),
        ),
        Pace::Over(state) => (
            Mark::new(Shape::Met, Tone::Mute, kind.state_label(state)),
            "It came back in time, so the time between does not count.".into(),
        ),
        Pace::Away(holder) => (
            Mark::new(Shape::Pause, Tone::Mute, "Elsewhere"),
            match holder.as_str() {
                "" => "With nobody who was named. It came back in time, so the time between does not count.".into(),
                holder => {
                    format!("With {}. It came back in time, so the time between does not count.", lens.title(holder))
                }
            },
        ),
        Pace::Closed => (Mark::new(Shape::Ring, Tone::Mute, "Closed"), format!("Outside of {}.", segment.hours)),
    };
    let exact = |at: Moment| When { ticking: false, near: time::exact(at), ..time::when(at, now) };
    Line {
        from: exact(segment.from),
        to: exact(segment.to),
        what,
        used: if segment.pace == Pace::Running { working(segment.used_seconds) } else { String::new() },
        why,
        rule: segment.pace.rule(clock.name),
    }
}

/// What was said of a pause, as sentences after another one; empty where nothing was.
fn waits(segment: &Segment) -> String {
    let Some(waits) = &segment.waits else { return String::new() };
    let mut said = String::new();
    let whom = match (waits.on.as_str(), waits.whom.as_str()) {
        ("", whom) => whom.to_string(),
        (on, "") => on.to_string(),
        (on, whom) => format!("{on} ({whom})"),
    };
    if !whom.is_empty() {
        said.push_str(&format!(" Waits for: {whom}."));
    }
    if !waits.because.is_empty() {
        said.push_str(&format!(" {}", text::shortened(&waits.because, 200)));
    }
    if let Some(until) = waits.until {
        said.push_str(&format!(" Expected back {}.", time::exact(until)));
    }
    said
}

/// The stretch of time that the tracks show.
pub(super) struct Window {
    begin: i64,
    end: i64,
}

impl Window {
    /// From the start to whatever comes last, with a margin; `None` without clocks.
    fn around(clocks: &[Clock], now: Moment) -> Option<Window> {
        let begin = clocks.iter().map(|clock| clock.started.0).min()?;
        let live = clocks.iter().any(|clock| clock.standing.is_live());
        let ends = clocks.iter().flat_map(|clock| [clock.due, clock.stopped]).flatten().map(|at| at.0);
        let end = ends.chain(live.then_some(now.0)).max()?.max(begin + 10 * MINUTE);
        let margin = (end - begin) / 24;
        Some(Window { begin: begin - margin, end: end + 2 * margin })
    }

    pub(super) fn place(&self, at: Moment) -> f64 {
        ((at.0 - self.begin) as f64 * 100.0 / (self.end - self.begin) as f64).clamp(0.0, 100.0)
    }

    /// Three to five ticks at full hours or days.
    fn ticks(&self) -> Vec<(String, String)> {
        const STEPS: [i64; 14] = [5, 15, 30, 60, 120, 240, 480, 1_440, 2_880, 5_760, 10_080, 20_160, 43_200, 129_600];
        let length = self.end - self.begin;
        let step = STEPS.into_iter().map(|minutes| minutes * MINUTE).find(|step| length / step <= 4);
        let step = step.unwrap_or(length / 4 / SECOND * SECOND).max(MINUTE);
        let first = self.begin.div_euclid(step) * step + step;
        let word = |at: i64| {
            let moment = Moment(at);
            match step {
                _ if step >= DAY => time::short_day(moment.date()),
                _ if length > 20 * HOUR => format!("{} {}", time::short_day(moment.date()), time::clock(moment)),
                _ => time::clock(moment),
            }
        };
        let ticks = (0..).map(|turn| first + turn * step).take_while(|at| *at < self.end);
        let ticks = ticks.map(|at| (self.place(Moment(at)), word(at)));
        // Near the edges a word would stand outside.
        ticks.filter(|(place, _)| (6.0..94.0).contains(place)).map(|(place, word)| (percent(place), word)).collect()
    }
}

pub(super) fn percent(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(standing: Standing, used: i64) -> Clock {
        Clock {
            name: Name::Resolution,
            leg: String::new(),
            agreement: String::new(),
            calendar: String::new(),
            hours: "24×7".into(),
            priority: "P1".into(),
            goal_seconds: 14_400,
            used_seconds: used,
            left_seconds: (14_400 - used).max(0),
            started: Moment(0),
            due: Some(Moment(14_400_000)),
            stopped: None,
            standing,
            held: String::new(),
            segments: Vec::new(),
        }
    }

    #[test]
    fn a_clock_says_what_is_left_and_never_by_colour_alone() {
        let said = |clock: &Clock, now: i64| {
            let told = told(clock, Moment(now * 1_000));
            (told.mark.word, told.mark.tone, told.used_percent)
        };
        assert_eq!(said(&clock(Standing::Running, 3_600), 3_600), ("3:00 left".into(), Tone::Mute, Some(25)));
        assert_eq!(said(&clock(Standing::Running, 12_000), 12_000), ("0:40 left".into(), Tone::Warn, Some(83)));
        assert_eq!(said(&clock(Standing::OnHold, 7_200), 9_000), ("On hold, 2:00 left".into(), Tone::Mute, Some(50)));
        assert_eq!(said(&clock(Standing::Late, 14_400), 18_000), ("1:00 over".into(), Tone::Bad, Some(100)));
        assert_eq!(said(&clock(Standing::Met, 600), 18_000), ("Met in 0:10".into(), Tone::Ok, None));
        let answer = Clock { name: Name::Response, ..clock(Standing::Running, 0) };
        assert_eq!(said(&answer, 0).0, "4:00 to answer");
    }

    #[test]
    fn many_stretches_are_told_together() {
        let segment = |at: i64| Segment {
            from: Moment(at * 10),
            to: Moment(at * 10 + 10),
            pace: if at % 2 == 0 { Pace::Running } else { Pace::Closed },
            used_seconds: 5,
            agreement: String::new(),
            priority: "P3".into(),
            hours: "Office".into(),
            waits: None,
        };
        let mut segments: Vec<Segment> = (0..100).map(segment).collect();
        segments[50].pace = Pace::OnHold("waiting_customer".into());
        let (told, joined) = condensed(&segments, LINES);
        assert!(joined);
        assert_eq!(
            told.iter().map(|segment| segment.pace.name()).collect::<Vec<_>>(),
            ["running", "on_hold", "running"]
        );
        assert_eq!((told[0].from, told[2].to), (Moment(0), Moment(1_000)));
        assert_eq!(condensed(&segments[..10], LINES).0.len(), 10);
    }

    #[test]
    fn ticks_stand_at_full_hours_or_days() {
        let words = |hours: i64| {
            let window = Window { begin: 0, end: hours * HOUR };
            window.ticks().into_iter().map(|(_, word)| word).collect::<Vec<_>>()
        };
        assert_eq!(words(4), ["01:00", "02:00", "03:00"]);
        assert_eq!(words(24 * 4), ["2 Jan", "3 Jan", "4 Jan"]);
        assert!(words(24 * 900).len() >= 2);
    }
}
