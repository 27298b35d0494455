//! Patterns that scripts bring, compiled and matched without backtracking, and what else is done to large texts.
//!
//! The host writes its arguments, UTF-8 each, one after the other into [`reserve`]d memory and passes their lengths.
//! A function that fails leaves its message as the [`output`].

mod lines;
mod pattern;
mod words;

use glob::{MatchOptions, Pattern};
use pattern::Regex;
use std::cell::RefCell;
use words::Counts;

enum Compiled {
    Regex(Box<Regex>),
    Glob(Pattern, MatchOptions),
}

#[derive(Default)]
struct State {
    input: Vec<u8>,
    output: String,
    /// The numbers that a call answered last.
    numbers: Vec<u32>,
    /// By handle; a released slot is used again.
    compiled: Vec<Option<Compiled>>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Result of a call that failed; its message is the output.
const FAILED: i32 = -1;

/// Room for `len` bytes of arguments; it stays until the next call of it.
#[no_mangle]
pub extern "C" fn reserve(len: usize) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        state.input.clear();
        state.input.resize(len, 0);
        state.input.as_mut_ptr()
    })
}

/// Where the last result or message is; it stays until the next call.
#[no_mangle]
pub extern "C" fn output() -> *const u8 {
    STATE.with_borrow(|state| state.output.as_ptr())
}

#[no_mangle]
pub extern "C" fn output_length() -> usize {
    STATE.with_borrow(|state| state.output.len())
}

/// Compiles the regex in the input: its handle, or [`FAILED`].
#[no_mangle]
pub extern "C" fn compile_regex(len: usize, case_insensitive: i32) -> i32 {
    STATE.with_borrow_mut(|state| {
        let result = Regex::new(text(&state.input, 0, len), case_insensitive != 0);
        state.keep(result.map(|regex| Compiled::Regex(Box::new(regex))))
    })
}

/// Compiles the glob in the input: its handle, or [`FAILED`].
#[no_mangle]
pub extern "C" fn compile_glob(len: usize, case_insensitive: i32) -> i32 {
    STATE.with_borrow_mut(|state| {
        let options = MatchOptions {
            case_sensitive: case_insensitive == 0,
            ..MatchOptions::new()
        };
        let result = Pattern::new(text(&state.input, 0, len)).map_err(|error| error.to_string());
        state.keep(result.map(|pattern| Compiled::Glob(pattern, options)))
    })
}

#[no_mangle]
pub extern "C" fn release(handle: usize) {
    STATE.with_borrow_mut(|state| {
        if let Some(slot) = state.compiled.get_mut(handle) {
            *slot = None;
        }
    })
}

/// Whether the pattern matches the input: a regex anywhere in it, a glob all of it.
#[no_mangle]
pub extern "C" fn is_match(handle: usize, len: usize) -> i32 {
    STATE.with_borrow_mut(|state| {
        let input = text(&state.input, 0, len);
        let result = match state.compiled.get(handle) {
            Some(Some(Compiled::Regex(regex))) => regex.is_match(input),
            Some(Some(Compiled::Glob(pattern, options))) => {
                Ok(pattern.matches_with(input, *options))
            }
            _ => Err("no such pattern".into()),
        };
        match result {
            Ok(matched) => i32::from(matched),
            Err(message) => state.fail(message),
        }
    })
}

/// Finds the lines of the input that match a regex: how many, or [`FAILED`]. The input is whole lines of UTF-8. The
/// numbers are of each line its own, its start and its end, without the line end, and then how many lines there are.
#[no_mangle]
pub extern "C" fn match_lines(handle: usize, len: usize) -> i32 {
    STATE.with_borrow_mut(|state| {
        let input = state.input.get(..len).unwrap_or_default();
        let result = match state.compiled.get(handle) {
            Some(Some(Compiled::Regex(regex))) => regex.match_lines(input, &mut state.numbers),
            _ => Err("not a regex".into()),
        };
        match result {
            Ok(()) => (state.numbers.len() / lines::FIELDS) as i32,
            Err(message) => state.fail(message),
        }
    })
}

/// Counts the input, which goes on within a word or not: the numbers are lines, words, and whether it ends in a word.
#[no_mangle]
pub extern "C" fn count(len: usize, in_word: i32) {
    STATE.with_borrow_mut(|state| {
        let mut counts = Counts {
            in_word: in_word != 0,
            ..Counts::default()
        };
        counts.add(state.input.get(..len).unwrap_or_default());
        state.numbers = vec![counts.lines, counts.words, u32::from(counts.in_word)];
    });
}

/// The numbers that the last call answered. They stay until the next call.
#[no_mangle]
pub extern "C" fn numbers() -> *const u32 {
    STATE.with_borrow(|state| state.numbers.as_ptr())
}

/// Replaces the first match, or all, in the text by the replacement that follows it in the input, in which
/// `$1`, `${name}` and `$$` are expanded. The output is the new text.
#[no_mangle]
pub extern "C" fn replace(handle: usize, len: usize, replacement_len: usize, all: i32) -> i32 {
    STATE.with_borrow_mut(|state| {
        let input = text(&state.input, 0, len);
        let replacement = text(&state.input, len, replacement_len);
        let result = match state.compiled.get(handle) {
            Some(Some(Compiled::Regex(regex))) => regex.replace(input, replacement, all != 0),
            _ => Err("not a regex".into()),
        };
        match result {
            Ok(replaced) => {
                state.output = replaced;
                0
            }
            Err(message) => state.fail(message),
        }
    })
}

impl State {
    fn keep(&mut self, result: Result<Compiled, String>) -> i32 {
        let compiled = match result {
            Ok(compiled) => compiled,
            Err(message) => return self.fail(message),
        };
        let free = self.compiled.iter().position(Option::is_none);
        let handle = free.unwrap_or_else(|| {
            self.compiled.push(None);
            self.compiled.len() - 1
        });
        self.compiled[handle] = Some(compiled);
        handle as i32
    }

    fn fail(&mut self, message: String) -> i32 {
        self.output = message;
        FAILED
    }
}

/// The argument of `len` bytes at `start`. The host encodes from strings; what is not UTF-8 is read as empty.
fn text(input: &[u8], start: usize, len: usize) -> &str {
    let bytes = input.get(start..start.saturating_add(len));
    bytes
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .unwrap_or_default()
}
