//! A world that is kept gives, after any write and at any later instant, the assessment that all facts would give anew.

use std::collections::BTreeMap;

use engines::conformity::{Case, Settings, Standing, World, assess};
use model::{Moment, time::HOUR};
use serde_json::Value as Json;

use crate::{
    build::{at, case},
    faults::{NOW, edit, faults, good},
};

/// Lines that are edited while time goes on, and the standing that is told only what differs.
struct Kept {
    lines: Vec<Json>,
    known: BTreeMap<usize, Case>,
    standing: Standing,
}

/// Rolls the same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0
    }
}

/// The faults that leave every record where it is.
fn lasting_faults() -> Vec<&'static str> {
    faults().into_iter().map(|(edits, _)| edits).filter(|edits| !edits.contains("drop ")).collect()
}

/// Makes a fault upon others; one that no longer finds its place changes nothing.
fn try_edit(lines: &mut Vec<Json>, edits: &str) {
    let mut edited = lines.clone();
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| edit(&mut edited, edits))).is_ok() {
        *lines = edited;
    }
}

fn cases(lines: &[Json], instant: Moment) -> BTreeMap<usize, Case> {
    lines.iter().enumerate().filter_map(|(place, line)| Some((place, case(line, place, instant)?))).collect()
}

fn world(cases: &BTreeMap<usize, Case>, instant: Moment) -> World {
    World::new(instant, Settings::default(), cases.values().cloned().collect())
}

impl Kept {
    fn new(lines: Vec<Json>, instant: Moment) -> Kept {
        let known = cases(&lines, instant);
        Kept { standing: Standing::new(world(&known, instant)), lines, known }
    }

    /// How many checks ran.
    fn is_told(&mut self, instant: Moment) -> usize {
        let now = cases(&self.lines, instant);
        let differs = |(place, case): &(&usize, &Case)| self.known.get(place) != Some(*case);
        let told = now.iter().filter(differs).map(|(_, case)| case.clone()).collect();
        self.known = now;
        self.standing.renew(instant, told)
    }

    /// How many checks ran; panics when the answer is another than the whole one.
    fn goes_on_to(&mut self, instant: Moment, what: &str) -> usize {
        let ran = self.is_told(instant);
        let whole = assess(world(&self.known, instant)).to_json();
        let kept = self.standing.assessment(Vec::new()).to_json();
        if whole != kept {
            let rows = |json: &Json| json["requirements"].as_array().unwrap().clone();
            let other = rows(&whole).into_iter().zip(rows(&kept)).find(|(whole, kept)| whole != kept);
            panic!("{what} at {instant}: {other:#?}");
        }
        ran
    }
}

#[test]
fn every_single_fault_and_its_mending_run_the_checks_concerned_alone() {
    let now = at(NOW);
    let mut kept = Kept::new(good(), now);
    let (mut most, mut sum, mut count) = (0, 0, 0);
    // A record never leaves; what is dropped in a fault has never been there.
    for edits in lasting_faults() {
        let before = kept.lines.clone();
        edit(&mut kept.lines, edits);
        let ran = kept.goes_on_to(now, edits);
        (most, sum, count) = (most.max(ran), sum + ran, count + 1);
        // What came in stays, withdrawn.
        let added = kept.lines.split_off(before.len());
        kept.lines = before;
        for mut line in added {
            line["state"] = "withdrawn".into();
            kept.lines.push(line);
        }
        kept.is_told(now);
    }
    assert!(count > 400, "{count} faults");
    println!("{} checks run on the average, {most} at most", sum / count);
    assert!(sum / count < 130, "{} checks run on the average, {most} at most", sum / count);
    assert_eq!(kept.goes_on_to(now, "nothing"), 0, "nothing was written and no time passed");
}

#[test]
fn time_alone_turns_what_it_turns() {
    let mut instant = at("2026-01-31T22:30:00Z");
    let mut kept = Kept::new(good(), instant);
    // Steps of many sizes, so that days, months, quarters and years begin in some and windows end in others.
    let steps = [1, 5, 24, 7, 24 * 6, 3, 24 * 31, 24 * 9, 11, 24 * 40, 24 * 2 + 1];
    let (mut ran, mut count) = (0, 0);
    for hours in steps.iter().cycle().take(150) {
        instant = instant.plus(hours * HOUR);
        ran += kept.goes_on_to(instant, "time");
        count += 1;
    }
    assert!(instant > at("2029-01-01"), "{instant}");
    assert!(ran / count < 256, "{} of 256 checks run on the average", ran / count);
}

#[test]
fn writes_and_time_together_lose_nothing() {
    let mut instant = at(NOW);
    let mut kept = Kept::new(good(), instant);
    let (faults, mut dice) = (lasting_faults(), Dice(20_000));
    for _ in 0..250 {
        let roll = dice.roll();
        let edits = faults[(roll >> 33) as usize % faults.len()];
        try_edit(&mut kept.lines, edits);
        instant = instant.plus((roll >> 40) as i64 % (90 * HOUR));
        kept.goes_on_to(instant, edits);
    }
}

/// Worlds as small as the good one lie in one stretch of places: here its records stand in several, among many others.
#[test]
fn stretches_that_stand_are_taken_as_they_are() {
    let mut instant = at(NOW);
    let filler = |place: usize| {
        let raised = instant.minus((place as i64 % 400) * 7 * HOUR);
        let resolved = if place.is_multiple_of(3) { Json::Null } else { raised.plus(HOUR).to_string().into() };
        serde_json::json!({
            "kind": "incident", "number": format!("FILL-{place}"), "state": "new",
            "fields": {"raised_on": raised.to_string(), "resolved_on": resolved, "closed_on": resolved, "priority": "P1"},
            "history": [{"at": raised.to_string(), "by": "somebody@provider.example"}],
        })
    };
    let good = good();
    let sound = good.len();
    let mut lines: Vec<Json> = Vec::new();
    for (place, line) in good.into_iter().enumerate() {
        lines.push(line);
        lines.extend((0..6).map(|more| filler(6 * place + more)));
    }
    assert!(lines.len() > 2 * 1024, "{} records lie in too few stretches", lines.len());
    let mut kept = Kept::new(lines, instant);
    let (faults, mut dice) = (lasting_faults(), Dice(7));
    for step in 0..40 {
        let roll = dice.roll();
        let place = (roll >> 33) as usize;
        let edits = faults[place % faults.len()];
        try_edit(&mut kept.lines, edits);
        let other = 7 * (place % sound) + 1 + place % 6;
        kept.lines[other]["fields"]["category"] = format!("category {step}").into();
        kept.lines[other]["state"] = if step % 5 == 0 { "withdrawn" } else { "resolved" }.into();
        instant = instant.plus((roll >> 40) as i64 % (20 * HOUR));
        kept.goes_on_to(instant, edits);
    }
}
