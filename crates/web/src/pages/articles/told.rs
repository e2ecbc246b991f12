//! The versions of an article as its journal tells them: each text that went out to readers, and the one that is being written.
//! Nothing of it is kept beside the journal.

use desk::ShownEntry;
use kinds::information::knowledge_article::{PROPOSED_TEXT, PROPOSED_TITLE, TEXT, VERSION, is_for_readers, is_revised};
use model::{Date, Decimal, Fields, Moment, Value};

use crate::{
    pages::papers::edition::Edition,
    view::parts::{Mark, Shape, Tone},
};

/// An article on its way through its journal.
#[derive(Default)]
struct Course {
    title: String,
    state: String,
    fields: Fields,
    /// Who wrote on it since it last went out.
    writers: Vec<String>,
    editions: Vec<Edition>,
}

/// Every version of an article, the newest first, from its journal in the order of time.
pub fn editions(entries: &[ShownEntry]) -> Vec<Edition> {
    let mut course = Course::default();
    entries.iter().for_each(|shown| course.take(shown));
    course.end()
}

impl Course {
    fn take(&mut self, shown: &ShownEntry) {
        let entry = &shown.entry;
        let before = (self.title.clone(), self.text(), is_for_readers(&self.state));
        let aside = self.aside();
        for (name, value) in entry.changes.iter().chain(&entry.base) {
            let text = || value.as_ref().and_then(Value::as_text).unwrap_or_default().to_string();
            match (name.as_str(), value) {
                ("title", _) => self.title = text(),
                ("state", _) => self.state = text(),
                (name, Some(value)) => drop(self.fields.insert(name.into(), value.clone())),
                (name, None) => drop(self.fields.remove(name)),
            }
        }
        let differs = before.0 != self.title || before.1 != self.text();
        // Whoever sends a revision out or begins one with the text that stands has not written it.
        let (now, stood) = (self.aside(), (before.0.clone(), before.1.clone()));
        let written = match (&aside, &now) {
            (None, None) => differs,
            (None, Some(now)) => *now != stood,
            (Some(before), Some(now)) => before != now,
            (Some(before), None) => differs && *before != (self.title.clone(), self.text()),
        };
        if let Some(by) = entry.by.as_ref().filter(|by| written && !self.writers.contains(by)) {
            self.writers.push(by.clone());
        }
        let day = (entry.at != Moment::UNKNOWN).then(|| entry.at.date());
        match (before.2, is_for_readers(&self.state)) {
            (false, true) => self.goes_out(shown, day),
            (true, true) if differs => self.goes_out(shown, day),
            (true, false) => self.goes_in(day),
            // What was written aside and not kept is nobody's work on the next one.
            _ if aside.is_some() && now.is_none() => self.writers.clear(),
            _ => {}
        }
    }

    fn text(&self) -> String {
        TEXT.get(&self.fields).map(|text| text.0).unwrap_or_default()
    }

    /// Title and text that are written aside while readers keep theirs; `None` where it is not being revised.
    fn aside(&self) -> Option<(String, String)> {
        let title = PROPOSED_TITLE.get(&self.fields).map_or_else(|| self.title.clone(), |title| title.0);
        let text = PROPOSED_TEXT.get(&self.fields).map_or_else(|| self.text(), |text| text.0);
        is_revised(&self.state).then_some((title, text))
    }

    /// Counted by the article itself; what came in without a count is counted here.
    fn next(&self) -> Decimal {
        let last = self.editions.last().map(|last| last.version).unwrap_or_default();
        VERSION.get(&self.fields).filter(|version| *version > last).unwrap_or(last + Decimal::ONE)
    }

    fn goes_out(&mut self, shown: &ShownEntry, day: Option<Date>) {
        let version = self.next();
        self.goes_in(day);
        let by = shown.entry.by.clone().unwrap_or_default();
        self.editions.push(Edition {
            version,
            state: "in_force".into(),
            mark: Mark::new(Shape::Met, Tone::Ok, "Published"),
            title: self.title.clone(),
            text: self.text(),
            note: shown.entry.note.as_ref().map(|note| note.text.clone()).unwrap_or_default(),
            writers: std::mem::take(&mut self.writers),
            approved: day.map(|day| (by.clone(), day)),
            author: by,
            effective_on: day,
            ..Edition::default()
        });
    }

    /// The one that readers had is theirs no more.
    fn goes_in(&mut self, day: Option<Date>) {
        if let Some(last) = self.editions.last_mut().filter(|last| last.is_in_force()) {
            last.state = "superseded".into();
            last.mark = Mark::new(Shape::Stale, Tone::Mute, "Earlier");
            last.ended_on = day;
        }
    }

    /// With what is being written, where that is another text than the last one that went out.
    fn end(mut self) -> Vec<Edition> {
        let aside = self.aside();
        let over = (aside.is_none() && is_for_readers(&self.state))
            || model::lifecycle::WITHDRAWN.contains(&self.state.as_str());
        let (title, text) = aside.unwrap_or_else(|| (self.title.clone(), self.text()));
        let differs = self.editions.last().is_none_or(|last| last.text != text || last.title != title);
        if !over && self.state != "retired" && differs {
            let version = self.editions.last().map_or(Decimal::ONE, |last| last.version + Decimal::ONE);
            let mark = match self.state.as_str() {
                "in_review" | "revision_in_review" => Mark::new(Shape::Half, Tone::Info, "In review"),
                _ => Mark::new(Shape::Pen, Tone::Mute, "Being written"),
            };
            let author = self.writers.last().cloned().unwrap_or_default();
            self.editions.push(Edition {
                version,
                state: self.state,
                mark,
                title,
                text,
                writers: self.writers,
                author,
                ..Edition::default()
            });
        }
        self.editions.reverse();
        self.editions
    }
}
