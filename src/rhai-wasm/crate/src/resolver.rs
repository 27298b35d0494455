//! `import`: the host gives the source, the policy decides; this compiles it, once a run.

use crate::buffer::incoming;
use crate::codec::Reader;
use crate::host::{place, Fallible};
use crate::import;
use rhai::{ASTNode, Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Stmt, AST};
use std::cell::{RefCell, UnsafeCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

type SharedModule = Rc<Module>;

/// First byte of the host's answer.
const SOURCE: u8 = 0;
const THROWN: u8 = 1;
const TERMINATED: u8 = 2;
const NOT_FOUND: u8 = 3;

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

/// Where the path of an `import` stands, by where its statement does: Grain reports the one, Rhai the other.
struct Places(UnsafeCell<Vec<(Position, Position)>>);
// One thread only: WebAssembly without the threads proposal.
unsafe impl Sync for Places {}
static PLACES: Places = Places(UnsafeCell::new(Vec::new()));

/// Notes the imports of the script that runs next.
pub fn locate_imports(ast: &AST) {
    let places = unsafe { &mut *PLACES.0.get() };
    ast.walk(&mut |path| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, position))) = path.last() {
            places.push((*position, import.0.position()));
        }
        true
    });
}

fn path_position(statement: Position) -> Position {
    let places = unsafe { &*PLACES.0.get() };
    places.iter().find(|(at, _)| *at == statement).map_or(statement, |(_, path)| *path)
}

/// Gives an error that Grain made for a missing module the position that Rhai gives it.
pub fn relocate(error: &mut EvalAltResult) {
    match error {
        EvalAltResult::ErrorModuleNotFound(_, position) => *position = path_position(*position),
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => relocate(inner),
        _ => (),
    }
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
                // What cannot be caught keeps its name: it ends the run.
                error if !error.is_catchable() => error.into(),
                error => EvalAltResult::ErrorInModule(path.to_string(), error.into(), pos).into(),
            }
        };
        let mut ast = engine.compile(script).map_err(|error| in_module(error.into()))?;
        ast.set_source(name);
        Ok(Module::eval_ast_as_new(Scope::new(), &ast, engine).map_err(in_module)?.into())
    }
}

