//! The one engine of the instance and what its functions share.

use rhai::{Engine, FnPtr};
use std::any::TypeId;
use std::cell::UnsafeCell;
use std::collections::HashMap;

pub struct State {
    pub engine: Engine,
    /// Index in the manifest of each Rust type of a host type.
    pub type_indexes: HashMap<TypeId, u16>,
    /// What each host type shows as, by index.
    pub debug_names: Vec<String>,
    /// Function pointers that host calls in progress can ask to be called.
    pub pointers: Vec<FnPtr>,
    /// Buffer for what goes out, kept for its capacity.
    pub outgoing: Vec<u8>,
}

struct Cell(UnsafeCell<Option<State>>);
// One thread only: WebAssembly without the threads proposal.
unsafe impl Sync for Cell {}

static STATE: Cell = Cell(UnsafeCell::new(None));

pub fn set(state: State) {
    unsafe { *STATE.0.get() = Some(state) }
}

/// The state. Hold the reference for no longer than until Rhai or the host is called: both come back here.
#[allow(clippy::mut_from_ref)]
pub fn state() -> &'static mut State {
    unsafe { (*STATE.0.get()).as_mut().expect("initialised") }
}
