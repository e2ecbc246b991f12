//! Pictures as a PDF: the same figures, drawn for paper, each with the numbers behind it.

use std::fmt::Write;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use desk::Desk;
use model::Moment;
use print::{Block, Paper, Side};

use super::{Broken, Pictures, drawn::Pairs, times};
use crate::{App, Refused, Seat, pages::pdf, record::address::Address, view::parts::Link};

/// Tones on paper (design language, "Colour"), by the class that has them on the screen.
const TONES: [(&str, &str); 6] = [
    ("f-ok", "#1c693d"),
    ("f-bar", "#5b82b8"),
    ("f-warn", "#825000"),
    ("f-bad", "#b0241c"),
    ("f-mute", "#a9a598"),
    ("f-info", "#1c4e90"),
];
const INK: &str = "#1b1f23";
const LINE: &str = "#d9d5cb";

/// `GET /pictures.pdf`
pub async fn save_as_pdf(seat: Seat, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let here = Address::read("/pictures", &query.unwrap_or_default());
    let drawn = Pictures::draw(&app.desk, &seat.actor, &here, seat.now).await?;
    Ok(pdf::answer(drawn.paper(&app.desk, seat.now), &["pictures", &seat.now.date().to_string()]).await?)
}

impl Pictures {
    /// What was drawn, as a paper.
    pub fn paper(&self, desk: &Desk, now: Moment) -> Paper {
        let figures = self.figures.iter().map(|(label, link)| ((*label).to_string(), link.text.clone()));
        let mut body = vec![Block::paragraph(self.lede()), Block::Figures { figures: figures.collect() }];
        body.push(Block::heading(1, "Open, by age"));
        body.push(self.ages());
        body.push(Block::heading(1, format!("In time, of what was {}", self.verb)));
        body.push(self.times());
        if self.in_time.cut {
            body.push(Block::paragraph(format!("Of the newest {} alone.", self.in_time.read)));
        }
        if !self.in_time.legs.is_empty() {
            let head = [("Who had it", Side::Start), ("In their own time", Side::Start), ("met", Side::End)];
            let leg = |leg: &times::Leg| {
                let times::Part { words, met, missed, .. } = &leg.part;
                vec![leg.who.clone(), words.clone(), met.text.clone(), missed.text.clone()]
            };
            body.push(Block::heading(1, "Legs of teams and suppliers"));
            let head = [&head[..], &[("missed", Side::End)]].concat();
            body.push(Block::table(&head, self.in_time.legs.iter().map(leg).collect()));
        }
        body.push(Block::heading(1, "Come and gone, by week"));
        body.push(Block::Picture { svg: standing(&self.flow, self.verb), told: self.flow.told.clone() });
        let head = [("Week from", Side::Start), ("came", Side::End), (self.verb, Side::End)];
        let week = |pair: &super::Pair| vec![pair.label.clone(), pair.come.text.clone(), pair.gone.text.clone()];
        body.push(Block::table(&head, self.flow.pairs.iter().map(week).collect()));
        body.push(Block::heading(1, format!("By {}", self.by_label)));
        body.push(self.broken_down());
        Paper {
            genre: "Figures".into(),
            title: format!("Pictures of {}", self.labels),
            identifier: format!("Pictures of {}", self.labels),
            control: self.asked(),
            body,
            ..pdf::blank(desk, now)
        }
    }

    /// What they are of: everything that was chosen.
    fn asked(&self) -> Vec<(String, String)> {
        let sides = self.sides.iter().map(|side| (side.label.as_str(), &side.picks));
        let all = [("Of", &self.kinds)].into_iter().chain(sides);
        let all = all.chain([("Over", &self.weeks), ("Broken down by", &self.by)]);
        let chosen = all.filter_map(|(label, picks)| {
            let pick = picks.iter().find(|pick| pick.chosen)?;
            Some((label.to_string(), pick.label.clone()))
        });
        chosen.collect()
    }

    fn ages(&self) -> Block {
        let told: Vec<String> = self.ages.bars.iter().map(|bar| format!("{}: {}", bar.label, bar.count.text)).collect();
        Block::Picture { svg: lying(&self.ages.bars), told: format!("Open by age. {}.", told.join("; ")) }
    }

    fn times(&self) -> Block {
        if self.in_time.rows.is_empty() {
            return Block::paragraph(format!("Nothing was {} in this time.", self.verb));
        }
        let head = [
            ("Priority", Side::Start),
            ("Response in time", Side::Start),
            ("met", Side::End),
            ("missed", Side::End),
            ("Resolution in time", Side::Start),
        ];
        let head = [&head[..], &[("met", Side::End), ("missed", Side::End)]].concat();
        let part = |part: &times::Part| [part.words.clone(), part.met.text.clone(), part.missed.text.clone()];
        let row = |row: &times::Row| [vec![row.priority.clone()], row.parts.iter().flat_map(part).collect()].concat();
        Block::table(&head, self.in_time.rows.iter().map(row).collect())
    }

    fn broken_down(&self) -> Block {
        if self.breakdown.is_empty() {
            return Block::paragraph("Nothing to break down.");
        }
        let labels = [self.by_label.as_str(), "open", "late", "came", self.verb];
        let side = |(at, label)| (label, if at == 0 { Side::Start } else { Side::End });
        let head: Vec<(&str, Side)> = labels.into_iter().enumerate().map(side).collect();
        let text = |link: &Link| link.text.clone();
        let row = |one: &Broken| [vec![text(&one.name)], one.counts.iter().map(text).collect()].concat();
        Block::table(&head, self.breakdown.iter().map(row).collect())
    }
}

fn tone(class: &str) -> &'static str {
    TONES.iter().find(|(known, _)| *known == class).map_or(INK, |(_, tone)| tone)
}

/// Words as they may stand in a drawing.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A drawing that is 900 wide; its words are as large as those of a table.
fn drawing(height: i64, inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 {height}\" font-family=\"Libertinus Serif\" \
         font-size=\"18\" fill=\"{INK}\">{inside}</svg>"
    )
}

/// Lying bars with their labels before them and their counts behind them.
fn lying(bars: &[super::drawn::Bar]) -> String {
    let mut inside = String::new();
    let mut top = 0;
    for bar in bars {
        let width = 540 * bar.share / 100;
        let _ = write!(
            inside,
            "<text x=\"0\" y=\"{0}\">{1}</text><rect x=\"190\" y=\"{2}\" width=\"{width}\" height=\"18\" fill=\"{3}\"/>\
             <text x=\"{4}\" y=\"{0}\">{5}</text>",
            top + 19,
            escaped(&bar.label),
            top + 4,
            tone(bar.class),
            190 + width + 10,
            escaped(&bar.count.text)
        );
        top += 28;
    }
    drawing(top, &inside)
}

/// Standing bars, two for each week, on one line.
fn standing(flow: &Pairs, verb: &str) -> String {
    const HEIGHT: f64 = 200.0;
    let mut inside = format!(
        "<rect x=\"0\" y=\"5\" width=\"14\" height=\"14\" fill=\"{0}\"/><text x=\"22\" y=\"18\">came</text>\
         <rect x=\"100\" y=\"5\" width=\"14\" height=\"14\" fill=\"{1}\"/><text x=\"122\" y=\"18\">{2}</text>\
         <text x=\"900\" y=\"18\" text-anchor=\"end\">highest bar: {3}</text>",
        tone("f-mute"),
        tone("f-info"),
        escaped(verb),
        flow.most
    );
    for bar in &flow.drawn {
        let part = |percent: &str, whole: f64| percent.parse::<f64>().unwrap_or_default() * whole / 100.0;
        let _ = write!(
            inside,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
            part(&bar.left, 900.0),
            30.0 + part(&bar.top, HEIGHT),
            part(&bar.width, 900.0),
            part(&bar.height, HEIGHT),
            tone(bar.class)
        );
    }
    let floor = 30.0 + HEIGHT;
    let _ = write!(inside, "<rect x=\"0\" y=\"{floor}\" width=\"900\" height=\"1.5\" fill=\"{LINE}\"/>");
    // So many weeks have no room for a word each.
    let step = flow.pairs.len().div_ceil(9).max(1);
    let room = 900.0 / flow.pairs.len().max(1) as f64;
    for (at, pair) in flow.pairs.iter().enumerate().step_by(step) {
        let _ = write!(
            inside,
            "<text x=\"{:.1}\" y=\"{}\" font-size=\"16\">{}</text>",
            at as f64 * room,
            floor + 22.0,
            escaped(&pair.label)
        );
    }
    drawing(256, &inside)
}
