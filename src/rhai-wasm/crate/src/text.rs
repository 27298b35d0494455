//! Text for the outside. Rhai prints a host value as the name of its Rust type; readers get the manifest's name.

use crate::object::type_name_prefix;
use crate::state::state;
use crate::timestamp::{Timestamp, SHOWN};
use std::any::type_name;

pub fn present(text: String) -> String {
    let timestamp = type_name::<Timestamp>();
    if text.contains(timestamp) {
        return named(text.replace(timestamp, SHOWN));
    }
    named(text)
}

fn named(text: String) -> String {
    let prefix = type_name_prefix();
    if !text.contains(prefix) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find(prefix) {
        let (before, found) = rest.split_at(start);
        out.push_str(before);
        let tail = &found[prefix.len()..];
        let name = tail.split_once('>').and_then(|(index, after)| {
            let index: usize = index.parse().ok()?;
            Some((state().debug_names.get(index)?, after))
        });
        match name {
            Some((name, after)) => {
                out.push_str(name);
                rest = after;
            }
            None => {
                out.push_str(prefix);
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}
