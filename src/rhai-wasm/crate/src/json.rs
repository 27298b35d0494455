//! `parse_json` of strict JSON, whatever it holds, with errors that can be caught: what Rhai has in builds with its
//! `metadata` feature. Without it, Rhai reads the text with its own tokenizer, takes nothing but objects, lets pass what
//! is no JSON, and a mistake ends the script.

use rhai::{Dynamic, Engine, EvalAltResult};

pub fn register(engine: &mut Engine) {
    engine.register_fn("parse_json", |text: &str| -> Result<Dynamic, Box<EvalAltResult>> {
        serde_json::from_str(text).map_err(|error| error.to_string().into())
    });
}
