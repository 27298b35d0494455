//! The Rhai engine as a WebAssembly module. Everything that scripts can call beyond the language comes from a
//! manifest of the host's; the module itself reaches nothing but its host (see `import.rs`).

mod buffer;
mod codec;
mod host;
mod import;
mod json;
mod manifest;
mod memory;
mod object;
mod places;
mod resolver;
mod run;
mod state;
mod text;
mod timestamp;

use codec::Reader;
use rhai::{Engine, OptimizationLevel};

/// Builds the engine from the manifest that the host reserved and wrote. Once an instance.
#[no_mangle]
pub extern "C" fn initialise(len: usize) {
    memory::probe_map_node();
    let mut engine = Engine::new();
    engine
        .set_strict_variables(true)
        .set_optimization_level(OptimizationLevel::Simple)
        .disable_symbol("print")
        .disable_symbol("eval")
        .set_module_resolver(resolver::HostResolver::default());
    engine.on_debug(|message, _source, position| {
        let (line, column) = host::place(position);
        let message = text::present(message.to_string());
        unsafe { import::debug(message.as_ptr(), message.len(), line, column) }
    });
    json::register(&mut engine);
    timestamp::register(&mut engine);
    run::watch(&mut engine);
    state::set(manifest::register(engine, &mut Reader(buffer::incoming(len))));
}
