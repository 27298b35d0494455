//! `timestamp()` and `sleep` by the host's clock; `std::time` traps in WebAssembly.

use crate::import;
use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext, FLOAT, INT};

/// Seconds of the host's clock.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Timestamp(f64);

/// What a timestamp shows as.
pub const SHOWN: &str = "<timestamp>";

fn now() -> Timestamp {
    Timestamp(unsafe { import::now() })
}

fn sleep(ctx: &NativeCallContext, seconds: f64) -> Result<(), Box<EvalAltResult>> {
    if seconds.is_nan() || seconds <= 0.0 {
        return Ok(());
    }
    match unsafe { import::sleep(seconds) } {
        0 => Ok(()),
        stop => Err(EvalAltResult::ErrorTerminated(Dynamic::from_int(stop.into()), ctx.call_position()).into()),
    }
}

pub fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Timestamp>("timestamp")
        .register_fn("timestamp", now)
        .register_fn("to_string", |_: Timestamp| SHOWN)
        .register_fn("to_debug", |_: Timestamp| SHOWN)
        .register_fn("elapsed", |start: Timestamp| now().0 - start.0)
        .register_get("elapsed", |start: &mut Timestamp| now().0 - start.0)
        .register_fn("-", |a: Timestamp, b: Timestamp| a.0 - b.0)
        .register_fn("+", |a: Timestamp, seconds: FLOAT| Timestamp(a.0 + seconds))
        .register_fn("-", |a: Timestamp, seconds: FLOAT| Timestamp(a.0 - seconds))
        .register_fn("+", |a: Timestamp, seconds: INT| Timestamp(a.0 + seconds as f64))
        .register_fn("-", |a: Timestamp, seconds: INT| Timestamp(a.0 - seconds as f64))
        .register_fn("+=", |a: &mut Timestamp, seconds: FLOAT| a.0 += seconds)
        .register_fn("-=", |a: &mut Timestamp, seconds: FLOAT| a.0 -= seconds)
        .register_fn("+=", |a: &mut Timestamp, seconds: INT| a.0 += seconds as f64)
        .register_fn("-=", |a: &mut Timestamp, seconds: INT| a.0 -= seconds as f64)
        .register_fn("==", |a: Timestamp, b: Timestamp| a == b)
        .register_fn("!=", |a: Timestamp, b: Timestamp| a != b)
        .register_fn("<", |a: Timestamp, b: Timestamp| a < b)
        .register_fn("<=", |a: Timestamp, b: Timestamp| a <= b)
        .register_fn(">", |a: Timestamp, b: Timestamp| a > b)
        .register_fn(">=", |a: Timestamp, b: Timestamp| a >= b)
        .register_fn("sleep", |ctx: NativeCallContext, seconds: INT| sleep(&ctx, seconds as f64))
        .register_fn("sleep", |ctx: NativeCallContext, seconds: FLOAT| sleep(&ctx, seconds));
}
