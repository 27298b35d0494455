//! One run of a script.

use crate::buffer::incoming;
use crate::codec::{encode, Reader};
use crate::host::place;
use crate::import;
use crate::memory;
use crate::places;
use crate::resolver;
use crate::state::state;
use crate::text::present;
use rhai::grain::{Compiler, Program, Vm};
use rhai::{Dynamic, Engine, EvalAltResult, Position, Scope};
use std::cell::UnsafeCell;
use std::mem;

/// Operations between two questions to the host whether to go on; a power of two.
const PROGRESS_INTERVAL: u64 = 1024;

/// First byte of the outcome.
const FINISHED: u8 = 0;
const NOT_COMPILED: u8 = 1;
const FAILED: u8 = 2;

/// Runs what the host reserved and wrote: limits, switches, script, variables. Returns the outcome's address;
/// its first four bytes are its length.
#[no_mangle]
pub extern "C" fn run(len: usize) -> *const u8 {
    let mut reader = Reader(incoming(len));
    let engine = &mut state().engine;
    set_limits(engine, &mut reader);
    let walk = reader.u8() != 0;
    let script = reader.text().to_string();
    let mut scope = Scope::new();
    for _ in 0..reader.u32() {
        let name = reader.text().to_string();
        scope.push_dynamic(name, reader.value());
    }
    let outcome = match engine.compile_with_scope(&scope, &script) {
        Err(error) => failure(NOT_COMPILED, &EvalAltResult::from(error)),
        Ok(ast) => {
            drop(script);
            places::locate(&ast);
            let result = if walk {
                engine.eval_ast_with_scope::<Dynamic>(&mut scope, &ast)
            } else {
                let program = Compiler::new().compile(&ast).into_shared();
                let mut vm = Vm::new(engine);
                vm.eval_with_callbacks(&mut scope, &program).map_err(|mut error| {
                    if error.position().is_none() {
                        let address = vm.fault_trace().first().map_or(0, |fault| fault.address);
                        error.set_position(near(&program, address));
                    }
                    places::relocate(&mut error);
                    error
                })
            };
            match result {
                Ok(value) => success(&value),
                Err(error) => {
                    let outcome = failure(FAILED, &error);
                    // The host reads what was thrown when this function is over: it must not be released before.
                    mem::forget(error);
                    outcome
                }
            }
        }
    };
    keep(outcome)
}

/// Where instruction `address` came from, or else the last before it of which that is known: the ticks that find
/// a run to be over have no position of their own.
fn near(program: &Program, address: usize) -> Position {
    (0..=address)
        .rev()
        .map(|address| program.position(address))
        .find(|position| !position.is_none())
        .unwrap_or(Position::NONE)
}

fn set_limits(engine: &mut Engine, reader: &mut Reader) {
    engine
        .set_max_operations(reader.u64())
        .set_max_call_levels(reader.u32() as usize);
    resolver::set_maximum(reader.u32() as usize);
    memory::set_bounds(
        reader.u32() as usize,
        reader.u32() as usize,
        reader.u32() as usize,
        reader.u32() as usize,
    );
}

/// Asks the host now and then whether to go on.
pub fn watch(engine: &mut Engine) {
    engine.on_progress(|operations| {
        let stop = match memory::bound_met() {
            0 if operations & (PROGRESS_INTERVAL - 1) == 0 => unsafe { import::progress(operations) },
            bound => bound,
        };
        match stop {
            0 => None,
            stop => Some(Dynamic::from_int(stop.into())),
        }
    });
}

fn success(value: &Dynamic) -> Vec<u8> {
    let mut out = vec![FINISHED];
    text(&present(value.to_string()), &mut out);
    out
}

/// Text, kind, place, and the thrown value where there is one.
fn failure(status: u8, error: &EvalAltResult) -> Vec<u8> {
    let mut out = vec![status];
    text(&present(error.to_string()), &mut out);
    let kind = format!("{error:?}");
    text(kind.split(['(', ' ']).next().unwrap_or_default(), &mut out);
    let (line, column) = place(error.position());
    out.extend_from_slice(&line.to_le_bytes());
    out.extend_from_slice(&column.to_le_bytes());
    let (value, place_known) = match error {
        EvalAltResult::ErrorRuntime(value, _) | EvalAltResult::ErrorTerminated(value, _) => (value.clone(), true),
        _ => (Dynamic::UNIT, false),
    };
    out.push(place_known as u8);
    let mark = out.len();
    if memory::exempt(|| encode(state(), &value, &mut out)).is_err() {
        out.truncate(mark);
        out.push(0);
    }
    text(&present(value.to_string()), &mut out);
    shown_fields(&value, &mut out);
    out
}

/// Entries of a thrown map that make up an error's message.
const SHOWN_FIELDS: [&str; 2] = ["source", "message"];

/// Those entries of a thrown map in display form: a count, then names and texts.
fn shown_fields(value: &Dynamic, out: &mut Vec<u8>) {
    let Ok(map) = value.as_map_ref() else {
        return out.extend_from_slice(&0u32.to_le_bytes());
    };
    let found: Vec<_> = SHOWN_FIELDS.iter().filter_map(|name| Some((name, map.get(*name)?))).collect();
    out.extend_from_slice(&(found.len() as u32).to_le_bytes());
    for (name, value) in found {
        text(name, out);
        text(&present(value.to_string()), out);
    }
}

fn text(content: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(content.len() as u32).to_le_bytes());
    out.extend_from_slice(content.as_bytes());
}

struct Outcome(UnsafeCell<Vec<u8>>);
// One thread only: WebAssembly without the threads proposal.
unsafe impl Sync for Outcome {}
static OUTCOME: Outcome = Outcome(UnsafeCell::new(Vec::new()));

fn keep(content: Vec<u8>) -> *const u8 {
    let kept = unsafe { &mut *OUTCOME.0.get() };
    *kept = (content.len() as u32).to_le_bytes().to_vec();
    kept.extend_from_slice(&content);
    kept.as_ptr()
}

