//! Addresses of lists: a path with its parameters, changed one at a time, so that the address holds all of the view.

use std::fmt;

/// A path with its parameters in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    pub path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    pub fn new(path: impl Into<String>) -> Address {
        Address { path: path.into(), pairs: Vec::new() }
    }

    /// `query` is the raw query of an address, without the question mark.
    pub fn read(path: impl Into<String>, query: &str) -> Address {
        Address { path: path.into(), pairs: pairs(query.as_bytes()) }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The same address with this parameter set; an empty value takes it away.
    pub fn with(&self, name: &str, value: impl Into<String>) -> Address {
        let mut next = self.without(&[name]);
        let value = value.into();
        if !value.is_empty() {
            next.pairs.push((name.into(), value));
        }
        next
    }

    pub fn without(&self, names: &[&str]) -> Address {
        let kept = self.pairs.iter().filter(|pair| !names.contains(&pair.0.as_str()));
        Address { path: self.path.clone(), pairs: kept.cloned().collect() }
    }

    /// The parameters alone, encoded.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pairs.is_empty() { out.write_str(&self.path) } else { write!(out, "{}?{}", self.path, self.query()) }
    }
}

/// The pairs of a query or of a sent form, in order.
pub fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// One segment of a path. Numbers are organisations' own and may hold anything.
pub fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_change_one_at_a_time() {
        let here = Address::read("/incidents", "filter=priority+%3D+P1&order_by=-due&page_token=x");
        assert_eq!(here.get("filter"), Some("priority = P1"));
        let next = here.without(&["page_token"]).with("order_by", "due");
        assert_eq!(next.to_string(), "/incidents?filter=priority+%3D+P1&order_by=due");
        assert_eq!(here.with("filter", "").without(&["order_by", "page_token"]).to_string(), "/incidents");
        assert_eq!(segment("INC 1/2"), "INC%201%2F2");
    }
}
