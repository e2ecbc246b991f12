//! The filter as people write it: `state = new and priority in (P1, P2) and raised_on > now - 30d`.
//!
//! ```text
//! filter = part { "or" part } ;  part = term { "and" term } ;  term = [ "not" ] ( "(" filter ")" | test )
//! test   = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
//!        | field [ "not" ] "in" "(" value { "," value } ")"
//!        | field ( "contains" | "~" ) value | field "is" ( "filled" | "empty" )
//!        | "linked" [ "as" name ] [ "to" ( kind | number ) ]
//! value  = word | "text" | 'text' | "me" | ( "now" | "today" ) [ ( "+" | "-" ) whole-number ( "m" | "h" | "d" | "w" ) ]
//! ```

use crate::{
    filter::{Filter, Op, Operand},
    kind::Kind,
    query::unknown_field,
    suggest,
    time::{DAY, HOUR, MINUTE},
    types::Type,
    value::Value,
};

/// Longest filter, and deepest nesting: far beyond what people write, short of what hurts.
const LENGTH_MAX: usize = 4_000;
const DEPTH_MAX: usize = 20;

/// Reads a filter against the fields of a kind.
///
/// # Errors
/// One sentence with the position (counted in characters from 1) and what was probably meant.
pub fn parse(text: &str, kind: &Kind) -> Result<Filter, String> {
    if text.trim().is_empty() {
        return Ok(Filter::everything());
    }
    if text.len() > LENGTH_MAX {
        return Err(format!("filter: longer than {LENGTH_MAX} characters"));
    }
    let words = split(text)?;
    let mut reader = Reader { words: &words, at: 0, kind, end: text.chars().count() + 1, depth: 0 };
    let filter = reader.any()?;
    match reader.peek() {
        None => Ok(filter),
        Some(word) => Err(at(word.place, &format!("\"{}\" does not fit here; join tests with and, or", word.text))),
    }
}

#[derive(Clone, Debug)]
struct Word {
    text: String,
    quoted: bool,
    place: usize,
}

fn at(place: usize, why: &str) -> String {
    format!("filter, position {place}: {why}")
}

fn split(text: &str) -> Result<Vec<Word>, String> {
    let letters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut here = 0;
    while here < letters.len() {
        let (start, letter) = (here, letters[here]);
        let mut quoted = false;
        let text: String = match letter {
            letter if letter.is_whitespace() => {
                here += 1;
                continue;
            }
            '"' | '\'' => {
                quoted = true;
                here += 1;
                let mut held = String::new();
                loop {
                    match letters.get(here) {
                        None => return Err(at(start + 1, "this quotation mark is not closed")),
                        Some('\\') if here + 1 < letters.len() => {
                            held.push(letters[here + 1]);
                            here += 2;
                        }
                        Some(&mark) if mark == letter => break,
                        Some(&other) => {
                            held.push(other);
                            here += 1;
                        }
                    }
                }
                here += 1;
                held
            }
            '(' | ')' | ',' | '~' => {
                here += 1;
                letter.to_string()
            }
            '=' | '<' | '>' | '!' => {
                here += 1;
                if letters.get(here) == Some(&'=') {
                    here += 1;
                }
                letters[start..here].iter().collect()
            }
            _ => {
                while here < letters.len() && !letters[here].is_whitespace() && !"()=<>!,~\"'".contains(letters[here]) {
                    here += 1;
                }
                letters[start..here].iter().collect()
            }
        };
        words.push(Word { text, quoted, place: start + 1 });
    }
    Ok(words)
}

struct Reader<'a> {
    words: &'a [Word],
    at: usize,
    kind: &'a Kind,
    end: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Word> {
        self.words.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Word> {
        self.at += 1;
        self.words.get(self.at - 1)
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|word| !word.quoted && word.text.eq_ignore_ascii_case(text))
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(word) => at(word.place, &format!("\"{text}\" is needed before \"{}\"", word.text)),
            None => at(self.end, &format!("\"{text}\" is missing")),
        })
    }

    fn any(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.all()?];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn all(&mut self) -> Result<Filter, String> {
        let mut parts = vec![self.term()?];
        while self.take("and") {
            parts.push(self.term()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    fn term(&mut self) -> Result<Filter, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(at(self.peek().map_or(self.end, |word| word.place), "nested too deeply"));
        }
        let filter = if self.take("not") {
            Filter::Not(Box::new(self.term()?))
        } else if self.take("(") {
            let inner = self.any()?;
            self.expect(")")?;
            inner
        } else if self.is("linked") {
            self.linked()?
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(filter)
    }

    fn linked(&mut self) -> Result<Filter, String> {
        self.at += 1;
        let word = |reader: &mut Self, what: &str| {
            reader.next().map(|word| word.text.clone()).ok_or_else(|| at(reader.end, &format!("{what} is missing")))
        };
        let name = if self.take("as") { Some(word(self, "the name of a link")?) } else { None };
        let to = if self.take("to") { Some(word(self, "a kind or a number")?) } else { None };
        // Numbers have capitals and digits; kinds have neither.
        let is_kind = to.as_ref().is_some_and(|to| to.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        let kind = to.clone().filter(|_| is_kind);
        Ok(Filter::Linked { name, kind, number: to.filter(|_| !is_kind) })
    }

    fn test(&mut self) -> Result<Filter, String> {
        let Some(field) = self.next() else { return Err(at(self.end, "a field is missing")) };
        let path = field.text.clone();
        let Some(ty) = self.kind.type_of(&path).filter(|_| !field.quoted) else {
            return Err(at(field.place, &unknown_field(self.kind, &path)));
        };
        let Some(op) = self.next() else {
            return Err(at(self.end, &format!("a test of {path} is missing, such as = or is filled")));
        };
        let ordered = !matches!(ty, Type::Flag) && !["phase", "state", "kind"].contains(&self.kind.common_name(&path));
        if !ordered && !op.quoted && op.text.starts_with(['<', '>']) {
            return Err(at(op.place, &format!("{path} has no order; it is = or != something")));
        }
        let compare = |op, value| Filter::Compare { path: path.clone(), op, value };
        let not = |filter| Filter::Not(Box::new(filter));
        let op_word = if op.quoted { String::new() } else { op.text.to_ascii_lowercase() };
        Ok(match op_word.as_str() {
            "=" | "==" => compare(Op::Equal, self.value(&path, &ty)?),
            "!=" => not(compare(Op::Equal, self.value(&path, &ty)?)),
            "<" => compare(Op::Less, self.value(&path, &ty)?),
            "<=" => compare(Op::AtMost, self.value(&path, &ty)?),
            ">" => compare(Op::Greater, self.value(&path, &ty)?),
            ">=" => compare(Op::AtLeast, self.value(&path, &ty)?),
            "~" | "contains" => {
                let word =
                    self.next().ok_or_else(|| at(self.end, &format!("a text that {path} contains is missing")))?;
                Filter::Contains { path, text: word.text.clone() }
            }
            "in" => Filter::In { values: self.values(&path, &ty)?, path },
            "not" => {
                self.expect("in")?;
                not(Filter::In { values: self.values(&path, &ty)?, path })
            }
            "is" if self.take("filled") => Filter::Filled { path },
            "is" if self.take("empty") => not(Filter::Filled { path }),
            "is" => return Err(at(self.peek().map_or(self.end, |word| word.place), "after is comes filled or empty")),
            _ => {
                let known = ["=", "!=", "<", "<=", ">", ">=", "in", "contains", "is"];
                let hint = suggest::hint(&op.text, known);
                return Err(at(
                    op.place,
                    &format!(
                        "\"{}\" is no test; there are =, !=, <, <=, >, >=, in, contains, is filled, is empty{hint}",
                        op.text
                    ),
                ));
            }
        })
    }

    fn values(&mut self, path: &str, ty: &Type) -> Result<Vec<Operand>, String> {
        self.expect("(")?;
        let mut values = vec![self.value(path, ty)?];
        while self.take(",") {
            values.push(self.value(path, ty)?);
        }
        self.expect(")")?;
        Ok(values)
    }

    fn value(&mut self, path: &str, ty: &Type) -> Result<Operand, String> {
        let Some(word) = self.next() else { return Err(at(self.end, &format!("a value for {path} is missing"))) };
        if !word.quoted && ["(", ")", ",", "and", "or"].contains(&word.text.as_str()) {
            return Err(at(word.place, &format!("a value for {path} is missing before \"{}\"", word.text)));
        }
        let ty = entry_type(ty);
        if !word.quoted && matches!(ty, Type::Person) && word.text == "me" {
            return Ok(Operand::Me);
        }
        if !word.quoted
            && matches!(ty, Type::Date | Type::Instant)
            && let Some(operand) = self.relative(word)?
        {
            return Ok(operand);
        }
        let read = match ty {
            // Whatever a text is, it may be looked for; only closed lists know what cannot be there.
            Type::Text | Type::LongText | Type::Person | Type::Ref(_) | Type::Mixed | Type::Parts(_) | Type::Period => {
                Ok(Some(Value::text(&word.text)))
            }
            typed => typed.parse(&word.text),
        };
        match read {
            Ok(Some(value)) => Ok(Operand::Value(value)),
            Ok(None) => Err(at(word.place, &format!("an empty text is no value for {path}; write {path} is empty"))),
            Err(why) => Err(at(word.place, &format!("{path}: {why}"))),
        }
    }

    /// `now`, `now-30d`, `now - 30d`, `today + 1w`; `today` is `now` for comparing days and instants alike.
    fn relative(&mut self, word: &Word) -> Result<Option<Operand>, String> {
        let lower = word.text.to_ascii_lowercase();
        let Some(rest) = lower.strip_prefix("now").or_else(|| lower.strip_prefix("today")) else { return Ok(None) };
        let mut rest = rest.to_string();
        if rest.is_empty() && self.peek().is_some_and(|next| !next.quoted && next.text.starts_with(['+', '-'])) {
            rest = self.next().map(|next| next.text.clone()).unwrap_or_default();
            if rest.len() == 1 {
                rest.push_str(&self.next().map(|next| next.text.clone()).unwrap_or_default());
            }
        }
        if rest.is_empty() {
            return Ok(Some(Operand::Now(0)));
        }
        offset(&rest).map(|offset| Some(Operand::Now(offset))).ok_or_else(|| {
            at(word.place, &format!("\"{}{rest}\" is not a time such as now - 30d (m, h, d, w)", word.text))
        })
    }
}

fn offset(text: &str) -> Option<i64> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let unit = match text.chars().last()? {
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let count: i64 = text.get(1..text.len() - 1)?.trim().parse().ok().filter(|count| (0..=100_000).contains(count))?;
    Some(sign * count * unit)
}

fn entry_type(ty: &Type) -> &Type {
    if let Type::List(of) = ty { entry_type(of) } else { ty }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Choice, Key, Many, Person, Ref};

    fn kind() -> Kind {
        Kind::new("incident", "incidents", "INC")
            .field(Key::<Choice>::new("priority").choice(&["P1", "P2", "P3"]))
            .field(Key::<Person>::new("owner").person())
            .field(Key::<crate::Moment>::new("raised_on").instant())
            .field(Key::<Many<Ref>>::new("services").references(&["service"]))
    }

    #[test]
    fn reads_what_people_write() {
        for text in [
            "priority = P1",
            "priority in (P1, P2) and not owner = me",
            "(owner is empty or owner = me) and raised_on > now - 30d",
            "raised_on >= 2026-01-01 and services = SVC-4",
            "title contains \"card (payments)\" and linked to problem",
            "state = current and phase != done",
        ] {
            assert!(parse(text, &kind()).is_ok(), "{text}: {:?}", parse(text, &kind()));
        }
    }

    #[test]
    fn says_where_and_what_was_meant() {
        let say = |text| parse(text, &kind()).unwrap_err();
        assert_eq!(
            say("prioritty = P1"),
            "filter, position 1: incident has no field \"prioritty\", did you mean \"priority\"?"
        );
        assert!(
            say("priority = P9").contains("position 12: priority: \"P9\" is not one of P1, P2, P3"),
            "{}",
            say("priority = P9")
        );
        assert!(say("raised_on > yesterday").contains("is not an instant such as"));
        assert!(say("priority = P1 owner = me").contains("join tests with and, or"));
        assert!(say("title contains \"open").contains("not closed"));
        assert!(say("(priority = P1").contains("\")\" is missing"));
        assert!(say("priority like P1").contains("is no test"));
        assert!(say(&"(".repeat(500)).contains("nested too deeply"));
    }
}
