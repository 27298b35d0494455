//! `import`: the host gives the source, the policy decides; this compiles it, once a run.

use crate::buffer::incoming;
use crate::codec::Reader;
use crate::host::{place, Fallible};
use crate::import;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

type SharedModule = Rc<Module>;

/// First byte of the host's answer.
const SOURCE: u8 = 0;
const THROWN: u8 = 1;
const TERMINATED: u8 = 2;
const NOT_FOUND: u8 = 3;

/// What the host adds to the path of an `import` that lacks it.
const EXTENSION: &str = ".rhai";

#[derive(Default)]
pub struct HostResolver {
    /// By the name that the host gave the module; `None` while it is being loaded.
    loaded: RefCell<HashMap<String, Option<SharedModule>>>,
}

/// Modules that one run may load.
static MAXIMUM: AtomicUsize = AtomicUsize::new(usize::MAX);

pub fn set_maximum(modules: usize) {
    MAXIMUM.store(modules, Ordering::Relaxed);
}

impl ModuleResolver for HostResolver {
    fn resolve(&self, engine: &Engine, source: Option<&str>, path: &str, pos: Position) -> Fallible<SharedModule> {
        let mut out = Vec::new();
        for text in [path, source.unwrap_or("")] {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        let (line, column) = place(pos);
        let len = unsafe { import::import_module(out.as_ptr(), out.len(), line, column) };
        let mut reader = Reader(incoming(len));
        match reader.u8() {
            SOURCE => {
                let name = reader.text().to_string();
                let script = reader.text().to_string();
                self.load(engine, name, &script, path, pos)
            }
            THROWN => Err(EvalAltResult::ErrorRuntime(reader.value(), pos).into()),
            TERMINATED => Err(EvalAltResult::ErrorTerminated(reader.value(), pos).into()),
            NOT_FOUND => Err(EvalAltResult::ErrorModuleNotFound(path.into(), pos).into()),
            kind => panic!("unknown answer {kind}"),
        }
    }
}

impl HostResolver {
    fn load(&self, engine: &Engine, name: String, script: &str, path: &str, pos: Position) -> Fallible<SharedModule> {
        match self.loaded.borrow().get(&name) {
            Some(Some(module)) => return Ok(module.clone()),
            Some(None) => {
                let text = format!("Circular import: {name}");
                return Err(EvalAltResult::ErrorRuntime(text.into(), pos).into());
            }
            None => (),
        }
        if self.loaded.borrow().len() >= MAXIMUM.load(Ordering::Relaxed) {
            return Err(EvalAltResult::ErrorTooManyModules(pos).into());
        }
        self.loaded.borrow_mut().insert(name.clone(), None);
        let result = Self::compile(engine, &name, script, path, pos);
        match &result {
            Ok(module) => self.loaded.borrow_mut().insert(name, Some(module.clone())),
            Err(_) => self.loaded.borrow_mut().remove(&name),
        };
        result
    }

    fn compile(engine: &Engine, name: &str, script: &str, path: &str, pos: Position) -> Fallible<SharedModule> {
        let in_module = |error: Box<EvalAltResult>| -> Box<EvalAltResult> {
            match *error {
                // What cannot be caught keeps its name: it ends the run. That a module does not parse can be.
                error if !error.is_catchable() && !matches!(error, EvalAltResult::ErrorParsing(..)) => error.into(),
                error => EvalAltResult::ErrorInModule(path.to_string(), error.into(), pos).into(),
            }
        };
        let mut ast = engine.compile(script).map_err(|error| in_module(error.into()))?;
        // Errors name the module as imports do: without the extension that is added for them.
        let shown = name.strip_suffix(EXTENSION).filter(|_| !path.ends_with(EXTENSION));
        ast.set_source(shown.unwrap_or(name));
        Ok(Module::eval_ast_as_new(Scope::new(), &ast, engine).map_err(in_module)?.into())
    }
}

