//! A call from a script to the host, and the closures that the host asks for while it answers.

use crate::buffer::incoming;
use crate::codec::{encode, Reader, TooDeep};
use crate::import;
use crate::memory::exempt;
use crate::state::state;
use crate::text::present;
use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext, Position};
use std::mem;

pub type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// First byte of an answer of the host, and of a closure's result to it.
const VALUE: u8 = 0;
const THROWN: u8 = 1;
const TERMINATED: u8 = 2;
const CALLBACK: u8 = 3;

/// Line and column, 0 when unknown.
pub fn place(position: Position) -> (u32, u32) {
    (position.line().unwrap_or(0) as u32, position.position().unwrap_or(0) as u32)
}

pub fn too_deep(_: TooDeep) -> Box<EvalAltResult> {
    "Value is nested too deeply to leave the script".into()
}

/// Calls operation `index` with `args`.
pub fn call(index: u32, waits: bool, ctx: &NativeCallContext, args: &[&mut Dynamic]) -> Fallible<Dynamic> {
    let mark = state().pointers.len();
    let result = call_marked(index, waits, ctx, args);
    state().pointers.truncate(mark);
    result
}

fn call_marked(index: u32, waits: bool, ctx: &NativeCallContext, args: &[&mut Dynamic]) -> Fallible<Dynamic> {
    let mut out = mem::take(&mut state().outgoing);
    out.clear();
    out.extend_from_slice(&(args.len() as u32).to_le_bytes());
    exempt(|| args.iter().try_for_each(|arg| encode(state(), arg, &mut out))).map_err(too_deep)?;
    let (line, column) = place(ctx.call_position());
    let send = if waits { import::call_async } else { import::call };
    let len = unsafe { send(index, out.as_ptr(), out.len(), line, column) };
    state().outgoing = out;
    answer(ctx, len)
}

fn answer(ctx: &NativeCallContext, mut len: usize) -> Fallible<Dynamic> {
    loop {
        let mut reader = Reader(incoming(len));
        match reader.u8() {
            VALUE => return Ok(reader.value()),
            // The engine adds the position of the call.
            THROWN => return Err(EvalAltResult::ErrorRuntime(reader.value(), Position::NONE).into()),
            TERMINATED => return Err(EvalAltResult::ErrorTerminated(reader.value(), ctx.call_position()).into()),
            CALLBACK => {
                let pointer = state().pointers[reader.u32() as usize].clone();
                let args = reader.values();
                len = callback(ctx, &pointer, args)?;
            }
            kind => panic!("unknown answer {kind}"),
        }
    }
}

/// Calls the script's closure and tells the host the result; returns the length of the host's next answer.
fn callback(ctx: &NativeCallContext, pointer: &FnPtr, args: Vec<Dynamic>) -> Fallible<usize> {
    let mut out = Vec::new();
    let result = pointer.call_raw(ctx, None, args);
    match &result {
        Ok(value) => {
            out.push(VALUE);
            exempt(|| encode(state(), value, &mut out)).map_err(too_deep)?;
        }
        Err(error) if error.is_catchable() => {
            out.push(THROWN);
            let text = present(error.to_string());
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
            encode(state(), &thrown_value(error), &mut out).map_err(too_deep)?;
        }
        // The run is over: the host only cleans up.
        Err(_) => out.push(TERMINATED),
    }
    let len = unsafe { import::resume(out.as_ptr(), out.len()) };
    match result {
        Err(error) if !error.is_catchable() => Err(error),
        _ => Ok(len),
    }
}

/// What was thrown, through the functions that it passed.
fn thrown_value(error: &EvalAltResult) -> Dynamic {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => value.clone(),
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => {
            thrown_value(inner)
        }
        _ => Dynamic::UNIT,
    }
}
