//! The page that opens a pack: every requirement with its state, reason, figures and examples.

use std::fmt::Write;

use engines::conformity::{Assessment, State, Verdict, catalogue};

use crate::{
    MANIFEST,
    markup::{FOOT, address, escaped, head},
    page, population, records, sample, sampled,
};

/// What the page tells.
pub struct Told<'t> {
    pub organisation: &'t str,
    pub assessment: &'t Assessment,
    pub seed: u64,
    /// Kinds with their name for people and how many records of each are in the pack.
    pub kinds: &'t [(String, String, usize)],
    /// Documents in force.
    pub papers: &'t [Paper],
    /// Service reports that were made.
    pub reports: &'t [Paper],
    /// The kind of a number whose record has a place on a page of the pack.
    pub shown: &'t dyn Fn(&str) -> Option<&'t str>,
}

/// A document that was in force, or a report that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    pub number: String,
    pub title: String,
    pub version: String,
    /// Its place in the pack.
    pub file: String,
    /// A sentence, where it could not be made into a PDF; empty otherwise.
    pub why: String,
}

pub fn index(told: &Told<'_>) -> String {
    let assessment = told.assessment;
    let mut out = head(&format!("Evidence pack of {}", told.organisation));
    let _ = write!(
        out,
        "<h1>Conformity of {} with ISO/IEC 20000-1:2018</h1>\n<p>As it was on record on <b>{}</b>, judged by program. \
         {} of {} requirements are proved. Requirements are in our own words; whoever decides about conformity reads a \
         licensed copy of the standard.</p>\n",
        escaped(told.organisation),
        assessment.as_of,
        assessment.count(State::Proved),
        assessment.verdicts.len()
    );
    out.push_str(
        "<table><thead><tr><th>State</th><th>means</th><th class=\"n\">Requirements</th></tr></thead><tbody>\n",
    );
    for state in State::ALL {
        let _ = writeln!(
            out,
            "<tr><td class=\"s {}\">{}</td><td>{}</td><td class=\"n\">{}</td></tr>",
            tone(state),
            word(state),
            meaning(state),
            assessment.count(state)
        );
    }
    out.push_str("</tbody></table>\n");
    requirements(told, &mut out);
    let intro = "As they were in force at the instant, each with its control block.";
    papers("documents", "Documents in force", intro, "Version", "document_version", told.papers, &mut out);
    let intro = "Counted once when they were made; what each says has not changed since.";
    papers("reports", "Service reports", intro, "Edition", "report", told.reports, &mut out);
    kinds(told, &mut out);
    let _ = write!(
        out,
        "<h2>How to check this pack</h2>\n<p><code>plumbline verify PACK.zip</code> checks every file, the journal and the \
         samples, without a database or a network. With common tools: unpack it and run <code>sha256sum --check \
         {MANIFEST}</code>.</p>\n<p>Samples hold {} percent confidence to meet at least one faulty record if {} percent of \
         the population were faulty: the first records by SHA-256 of <code>{}:NUMBER</code>. Anybody can draw them again.</p>\n",
        sample::CONFIDENCE,
        sample::RATE,
        told.seed
    );
    out.push_str(FOOT);
    out
}

fn requirements(told: &Told<'_>, out: &mut String) {
    let known = catalogue();
    for clause in known.clauses.iter().filter(|clause| clause.leaf) {
        let all = told.assessment.verdicts.iter().map(AsRef::as_ref);
        let verdicts: Vec<&Verdict> = all.filter(|verdict| verdict.requirement.clause == clause.id).collect();
        if verdicts.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "<h2 id=\"{0}\">{0} {1}</h2>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Requirement</th><th>State</th>\
             <th>Why</th><th class=\"n\">Conform</th></tr></thead><tbody>\n",
            escaped(&clause.id),
            escaped(&clause.title)
        );
        verdicts.iter().for_each(|verdict| requirement(told, verdict, out));
        out.push_str("</tbody></table></div>\n");
    }
}

fn requirement(told: &Told<'_>, verdict: &Verdict, out: &mut String) {
    let requirement = verdict.requirement;
    let id = escaped(&requirement.id);
    let figure = match verdict.population {
        0 => String::new(),
        population => format!(
            "{} of {population}<br><small><a href=\"{}\">population</a><br><a href=\"{}\">sample</a></small>",
            verdict.good,
            self::population(&requirement.id),
            sampled(&requirement.id)
        ),
    };
    let _ = writeln!(
        out,
        "<tr id=\"{id}\"><th scope=\"row\">{id}<br><small>{}</small></th><td class=\"s {}\">{}</td><td>{}{}</td>\
         <td class=\"n\">{figure}</td></tr>",
        escaped(&requirement.text),
        tone(verdict.state),
        word(verdict.state),
        escaped(&verdict.why),
        examples(told, verdict)
    );
}

/// The bad ones, each with the way to its record.
fn examples(told: &Told<'_>, verdict: &Verdict) -> String {
    if verdict.examples.is_empty() {
        return String::new();
    }
    let link = |number: &String| match (told.shown)(number) {
        Some(kind) => format!("<a href=\"{}#{}\">{}</a>", page(kind), address(number), escaped(number)),
        None => escaped(number),
    };
    let links: Vec<String> = verdict.examples.iter().map(link).collect();
    let more = verdict.bad - verdict.examples.len().min(verdict.bad);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("<br><small>{}{more}</small>", links.join(", "))
}

/// A table of papers under a heading; `kind` is of the records in which the text stands as well.
fn papers(id: &str, heading: &str, intro: &str, version: &str, kind: &str, papers: &[Paper], out: &mut String) {
    if papers.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "<h2 id=\"{id}\">{heading}</h2>\n<p>{intro}</p>\n<table><thead><tr><th>Number</th><th>Title</th>\
         <th class=\"n\">{version}</th><th>Text</th></tr></thead><tbody>",
    );
    for one in papers {
        let text = match one.why.as_str() {
            "" => format!("<a href=\"{}\">PDF<small> of {}</small></a>", one.file, escaped(&one.number)),
            why => format!("{} It stands in <a href=\"{}\">its record</a>.", escaped(why), records(kind)),
        };
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td>{text}</td></tr>",
            escaped(&one.number),
            escaped(&one.title),
            escaped(&one.version)
        );
    }
    out.push_str("</tbody></table>\n");
}

fn kinds(told: &Told<'_>, out: &mut String) {
    out.push_str(
        "<h2>Records in this pack</h2>\n<table><thead><tr><th>Kind</th><th class=\"n\">Records</th><th>Files</th></tr></thead><tbody>\n",
    );
    for (name, labels, count) in told.kinds.iter().filter(|(_, _, count)| *count > 0) {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"n\">{count}</td><td><a href=\"{}\">records</a>, <a href=\"{}\">journal</a>, \
             <a href=\"{}\">examples and samples to read</a></td></tr>",
            escaped(labels),
            records(name),
            crate::journal(name),
            page(name)
        );
    }
    out.push_str("</tbody></table>\n");
}

fn tone(state: State) -> &'static str {
    match state {
        State::Proved => "ok",
        State::Stale => "warn",
        State::Gap | State::Nonconforming => "bad",
        State::NothingToSample | State::ForAPerson => "soft",
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Proved => "Proved",
        State::Stale => "Stale",
        State::Gap => "Gap",
        State::Nonconforming => "Nonconforming",
        State::NothingToSample => "Nothing to sample",
        State::ForAPerson => "For a person",
    }
}

fn meaning(state: State) -> &'static str {
    match state {
        State::Proved => "checks pass on fresh evidence",
        State::Stale => "passed, but the evidence is too old",
        State::Gap => "no evidence exists",
        State::Nonconforming => "the evidence says no",
        State::NothingToSample => "the check ran over an empty set",
        State::ForAPerson => "a machine cannot judge",
    }
}
