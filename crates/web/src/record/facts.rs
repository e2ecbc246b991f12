//! What a record says, ordered for reading: facts beside, texts and tables below each other.

use desk::Shown;
use model::{Act, Field, Kind, Type};

use super::{
    chip::label_of,
    piece::{Lens, Piece, record_address},
};

/// A value with its label and where it is edited.
#[derive(Clone, Debug)]
pub struct Fact {
    pub name: String,
    pub label: String,
    pub piece: Piece,
    /// Empty where it cannot be edited.
    pub edit: String,
    pub history: String,
    pub help: String,
}

#[derive(Clone, Debug)]
pub struct FactGroup {
    pub title: String,
    pub facts: Vec<Fact>,
}

/// The parts of a record's page.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Short values, by the groups of the kind.
    pub groups: Vec<FactGroup>,
    /// Texts, tables and named parts.
    pub wide: Vec<Fact>,
    /// Fields in which nothing stands.
    pub empty: Vec<Fact>,
}

/// All fields of a record that the reader sees. `still` draws no pencils: the past and paper are only read.
pub fn facts(lens: &Lens<'_>, kind: &Kind, shown: &Shown, outer: bool, still: bool) -> Facts {
    let mut facts = Facts::default();
    let here = record_address(kind, shown.number());
    // What is worked on as a board stands there alone.
    let board = kind.pieces.filter(|_| !still && !outer).map_or("", |pieces| pieces.rows);
    for field in kind.fields.iter().filter(|field| field.alias.is_none() && !(outer && field.internal)) {
        let is_free = !field.derived && !kind.keeps(&field.name, shown.state());
        let may_edit = !still && is_free && shown.can(Act::Edit);
        let fact = fact(lens, kind, shown, field, &here, may_edit);
        if fact.piece.is_nothing() {
            if may_edit {
                facts.empty.push(fact);
            }
            continue;
        }
        if fact.name == board {
            continue;
        }
        if fact.piece.is_wide() {
            facts.wide.push(fact);
        } else {
            match facts.groups.iter_mut().find(|group| group.title == field.group) {
                Some(group) => group.facts.push(fact),
                None => facts.groups.push(FactGroup { title: field.group.into(), facts: vec![fact] }),
            }
        }
    }
    facts
}

fn fact(lens: &Lens<'_>, kind: &Kind, shown: &Shown, field: &Field, here: &str, may_edit: bool) -> Fact {
    let value = shown.fields().get(&field.name);
    // Clocks and priorities look the same here as in lists.
    let piece = match lens.cell(kind, shown, &field.name) {
        piece @ (Piece::Clock(_) | Piece::Priority(_)) => piece,
        _ => value.map_or(Piece::Nothing, |value| lens.whole(&field.ty, value)),
    };
    let edit = match (may_edit, is_tabular(&field.ty)) {
        (false, _) => String::new(),
        // A table is edited in the whole form: there is room for it.
        (true, true) => format!("{here}/edit#f-{}", field.name),
        (true, false) => format!("{here}/field/{}", field.name),
    };
    Fact {
        name: field.name.clone(),
        label: label_of(kind, &field.name),
        piece,
        edit,
        history: format!("{here}/history/{}", field.name),
        help: field.help.clone(),
    }
}

pub fn is_tabular(ty: &Type) -> bool {
    match ty {
        Type::Parts(_) => true,
        Type::List(of) => !of.is_scalar(),
        _ => false,
    }
}
