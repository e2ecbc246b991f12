//! Cause and effect drawn: a spine that leads to what happened, a bone for each place where causes lie, on it what may have
//! caused it and what was found out. Drawn for whatever rows have a branch, a cause and a verdict; the rows stand below it.

use askama::Template;
use model::{Type, Value};

use crate::view::text;

/// Width of one bone, height of one cause and of what stands above and below them, in pixels.
const BONE: i32 = 232;
const LINE: i32 = 22;
const HEAD: i32 = 34;
/// How far a bone leans.
const LEAN: i32 = 46;
/// Longest text of a cause in the drawing; the row below it says all of it.
const TEXT: usize = 26;
/// Most causes that are drawn on one bone.
const CAUSES: usize = 8;

/// The drawing, in pixels, with the same in words.
#[derive(Clone, Debug, Default, PartialEq, Template)]
#[template(path = "field/causes.html")]
pub struct Drawing {
    pub width: i32,
    pub height: i32,
    /// Height of the spine.
    pub middle: i32,
    pub bones: Vec<Bone>,
    pub words: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bone {
    pub label: String,
    /// Where it begins, at its name, and where it meets the spine.
    pub from: (i32, i32),
    pub to: (i32, i32),
    /// Where its name stands.
    pub name_at: (i32, i32),
    pub causes: Vec<Cause>,
    /// "and 3 more", where there are more than can be drawn.
    pub more: Option<(i32, i32, String)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cause {
    pub at: (i32, i32),
    pub text: String,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    #[default]
    Open,
    RuledOut,
    Contributes,
    Root,
}

impl Verdict {
    fn read(word: &str) -> Verdict {
        match word {
            "root" => Verdict::Root,
            "contributes" => Verdict::Contributes,
            "ruled-out" => Verdict::RuledOut,
            _ => Verdict::Open,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Verdict::Open => "open",
            Verdict::RuledOut => "ruled out",
            Verdict::Contributes => "contributes",
            Verdict::Root => "root cause",
        }
    }

    pub fn is_root(self) -> bool {
        self == Verdict::Root
    }

    pub fn is_out(self) -> bool {
        self == Verdict::RuledOut
    }

    pub fn contributes(self) -> bool {
        self == Verdict::Contributes
    }
}

/// A cause as it is found in a row, with its place.
type Found = (String, String, Verdict);

/// The drawing of rows that say of causes where they lie; `None` for all other rows, and where nothing is to be drawn.
pub fn drawing(of: &Type, rows: &[Value]) -> Option<Drawing> {
    let Type::Parts(fields) = of else { return None };
    let label = |name: &str| fields.iter().find(|field| field.name == name).map(|field| &field.ty);
    let (branch, _) = (label("branch")?, label("cause")?);
    let text = |row: &Value, part: &str| row.part(part).and_then(Value::as_text).unwrap_or_default().trim().to_string();
    let name = |word: &str| match branch {
        Type::Choice(choices) => choices.label(word).to_string(),
        _ => word.to_string(),
    };
    let found = rows.iter().filter_map(|row| {
        let cause = text(row, "cause");
        let branch = Some(text(row, "branch")).filter(|word| !word.is_empty());
        let branch = branch.map_or_else(|| "Elsewhere".to_string(), |word| name(&word));
        (!cause.is_empty()).then(|| (branch, cause, Verdict::read(&text(row, "verdict"))))
    });
    let found: Vec<Found> = found.collect();
    (!found.is_empty()).then(|| drawn(&found))
}

fn drawn(found: &[Found]) -> Drawing {
    let mut names: Vec<&str> = Vec::new();
    for (branch, ..) in found {
        if !names.contains(&branch.as_str()) {
            names.push(branch);
        }
    }
    let own = |name: &str| found.iter().filter(|(branch, ..)| branch == name).collect::<Vec<&Found>>();
    let most = names.iter().map(|name| own(name).len().min(CAUSES + 1)).max().unwrap_or_default();
    let half = HEAD + LINE * i32::try_from(most).unwrap_or_default() + LINE / 2;
    let below = if names.len() > 1 { half } else { LINE };
    let columns = i32::try_from(names.len().div_ceil(2)).unwrap_or_default();
    let bones = names.iter().zip(0..).map(|(name, place)| bone(name, place, half, &own(name))).collect();
    let told = names.iter().map(|name| {
        let causes = own(name).into_iter().map(|(_, cause, verdict)| format!("{cause} ({})", verdict.words()));
        format!("{name}: {}", causes.collect::<Vec<_>>().join(", "))
    });
    Drawing {
        width: columns * BONE + 132,
        height: half + below,
        middle: half,
        bones,
        words: format!("Cause and effect. {}.", told.collect::<Vec<_>>().join(". ")),
    }
}

/// A bone above the spine at even places, below it at odd ones.
fn bone(name: &str, place: i32, middle: i32, causes: &[&Found]) -> Bone {
    let left = place / 2 * BONE + 8;
    let up = place % 2 == 0;
    let away = |distance: i32| if up { middle - distance } else { middle + distance };
    let top = middle - HEAD / 2 - 4;
    // The nearer to the spine, the further along the lean.
    let x = |distance: i32| left + LEAN * (top - distance) / top.max(1);
    let at = |place: usize| {
        let distance = top - LINE * (i32::try_from(place).unwrap_or_default() + 1);
        (x(distance) + 12, away(distance))
    };
    let shown = causes.iter().take(CAUSES).enumerate();
    let cause = |(place, (_, text, verdict)): (usize, &&Found)| Cause {
        at: at(place),
        text: text::shortened(text, TEXT),
        verdict: *verdict,
    };
    let more = causes.len().saturating_sub(CAUSES);
    Bone {
        label: name.into(),
        from: (left, away(top)),
        to: (left + LEAN, middle),
        name_at: (left, if up { away(top) - 8 } else { away(top) + 16 }),
        causes: shown.map(cause).collect(),
        more: (more > 0).then(|| (at(CAUSES).0, at(CAUSES).1, format!("and {more} more"))),
    }
}

#[cfg(test)]
mod tests {
    use model::{Field, Key, field};
    use serde_json::json;

    use super::*;

    fn rows_type() -> Type {
        let branch = Key::<field::Choice>::new("branch").open_choice(&["people", "process"]);
        let cause: Field = Key::<field::Long>::new("cause").long();
        Type::Parts(vec![branch, cause])
    }

    fn drawing_of(rows: serde_json::Value) -> Option<Drawing> {
        let rows = Value::from_json(&rows).expect("rows");
        drawing(&rows_type(), rows.entries())
    }

    #[test]
    fn every_place_is_a_bone_and_every_cause_stands_on_it() {
        let drawn = drawing_of(json!([
            {"branch": "people", "cause": "Nobody was told", "verdict": "root"},
            {"branch": "process", "cause": "No step for it", "verdict": "ruled-out"},
            {"branch": "people", "cause": "Two were away"},
        ]))
        .expect("a drawing");
        let bones: Vec<(&str, usize)> = drawn.bones.iter().map(|bone| (&*bone.label, bone.causes.len())).collect();
        assert_eq!(bones, [("People", 2), ("Process", 1)]);
        assert_eq!(
            drawn.words,
            "Cause and effect. People: Nobody was told (root cause), Two were away (open). Process: No step for it (ruled out)."
        );
        assert!(drawn.bones[0].name_at.1 < drawn.middle && drawn.bones[1].name_at.1 > drawn.middle);
        let inside = |at: (i32, i32)| (0..drawn.width).contains(&at.0) && (0..=drawn.height).contains(&at.1);
        assert!(drawn.bones.iter().flat_map(|bone| &bone.causes).all(|cause| inside(cause.at)), "{drawn:?}");
    }

    #[test]
    fn what_says_nothing_of_causes_is_not_drawn_and_a_crowd_is_counted() {
        assert_eq!(drawing_of(json!([])), None);
        assert_eq!(drawing_of(json!([{"branch": "people"}])), None);
        assert_eq!(drawing(&Type::Parts(Vec::new()), &[]), None);
        let crowd: Vec<_> = (0..12).map(|place| json!({"cause": format!("Cause <{place}>")})).collect();
        let drawn = drawing_of(json!(crowd)).expect("a drawing");
        assert_eq!(drawn.bones[0].label, "Elsewhere");
        assert_eq!(drawn.bones[0].more.as_ref().map(|more| more.2.as_str()), Some("and 4 more"));
        let svg = drawn.render().expect("markup");
        assert!(svg.contains("Cause &#60;0&#62;") && !svg.contains("Cause <0>"), "{svg}");
    }
}
