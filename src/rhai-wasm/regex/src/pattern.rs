//! A regex with the syntax, limits and messages of the `regex` crate, and a bound on the work of one search.

use crate::lines::Lines;
use regex_automata::meta::{self, BuildError};
use regex_automata::util::{interpolate, syntax};
use regex_automata::{Input, MatchKind};
use std::cell::OnceCell;

/// Size of a compiled pattern in bytes; the `regex` crate's default.
const SIZE_LIMIT: usize = 10 * (1 << 20);
/// The lazy DFA's cache in bytes; the `regex` crate's default.
const CACHE_CAPACITY: usize = 2 * (1 << 20);
/// Searching takes at most a time proportional to the pattern's size times the text's: the product that is allowed.
const WORK_LIMIT: u64 = 1 << 40;
/// Bytes that a replacement may make.
const OUTPUT_LIMIT: usize = 64 * (1 << 20);

pub struct Regex {
    regex: meta::Regex,
    pattern: String,
    case_insensitive: bool,
    /// Made when lines are searched for the first time.
    lines: OnceCell<Lines>,
}

impl Regex {
    pub fn new(pattern: &str, case_insensitive: bool) -> Result<Self, String> {
        let regex = meta::Regex::builder()
            .configure(config())
            .syntax(syntax(case_insensitive))
            .build(pattern)
            .map_err(|error| message(&error))?;
        Ok(Self {
            regex,
            pattern: pattern.into(),
            case_insensitive,
            lines: OnceCell::new(),
        })
    }

    pub fn is_match(&self, text: &str) -> Result<bool, String> {
        bound(&self.regex, text.len())?;
        Ok(self.regex.is_match(Input::new(text)))
    }

    /// Finds the lines of `block` that match; see [`Lines::find`].
    pub fn match_lines(&self, block: &[u8], found: &mut Vec<u32>) -> Result<(), String> {
        let lines = self
            .lines
            .get_or_init(|| Lines::new(&self.pattern, self.case_insensitive));
        lines.find(&self.regex, block, found)
    }

    pub fn replace(&self, text: &str, replacement: &str, all: bool) -> Result<String, String> {
        bound(&self.regex, text.len())?;
        let mut result = String::new();
        let mut end = 0;
        for captures in self
            .regex
            .captures_iter(text)
            .take(if all { usize::MAX } else { 1 })
        {
            let Some(found) = captures.get_match() else {
                break;
            };
            result.push_str(&text[end..found.start()]);
            interpolate::string(
                replacement,
                |index, expanded| {
                    if let Some(span) = captures.get_group(index) {
                        expanded.push_str(&text[span]);
                    }
                },
                |name| self.regex.group_info().to_index(found.pattern(), name),
                &mut result,
            );
            end = found.end();
            if result.len() > OUTPUT_LIMIT {
                return Err(format!("the replaced text exceeds {OUTPUT_LIMIT} bytes"));
            }
        }
        result.push_str(&text[end..]);
        Ok(result)
    }
}

pub fn config() -> meta::Config {
    meta::Config::new()
        .nfa_size_limit(Some(SIZE_LIMIT))
        .hybrid_cache_capacity(CACHE_CAPACITY)
        .match_kind(MatchKind::LeftmostFirst)
        .utf8_empty(true)
}

pub fn syntax(case_insensitive: bool) -> syntax::Config {
    syntax::Config::new()
        .utf8(true)
        .case_insensitive(case_insensitive)
}

/// Refuses a text of so many bytes that a search in it could take too long.
pub fn bound(regex: &meta::Regex, bytes: usize) -> Result<(), String> {
    let work = (regex.memory_usage() as u64).saturating_mul(bytes as u64);
    if work > WORK_LIMIT {
        return Err("the pattern is too large for a text of this length".into());
    }
    Ok(())
}

fn message(error: &BuildError) -> String {
    if let Some(limit) = error.size_limit() {
        return format!("Compiled regex exceeds size limit of {limit} bytes.");
    }
    error
        .syntax_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
