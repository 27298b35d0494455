//! Types of the host. Each needs a Rust type of its own, for overloads and `type_of`: `HostObject<N>` is the
//! N-th type of the manifest.

use crate::import;
use rhai::{Dynamic, Engine};
use std::any::{type_name, TypeId};
use std::rc::Rc;

/// Types that a manifest can have.
pub const MAX_TYPES: usize = 256;

/// A host object's id; tells the host when the last clone is gone.
pub struct Reference(pub u32);

impl Drop for Reference {
    fn drop(&mut self) {
        unsafe { import::release(self.0) }
    }
}

#[derive(Clone)]
pub enum Content {
    Object(Rc<Reference>),
    Ordinal(u16),
}

#[derive(Clone)]
pub struct HostObject<const N: usize>(Content);

/// What is generic in `N`, as functions that a table can hold.
pub struct Slot {
    pub type_id: fn() -> TypeId,
    pub type_name: fn() -> &'static str,
    pub make: fn(Content) -> Dynamic,
    pub content: fn(&Dynamic) -> Option<Content>,
    pub register_enumeration: fn(&mut Engine, Rc<[String]>),
}

const fn slot<const N: usize>() -> Slot {
    Slot {
        type_id: TypeId::of::<HostObject<N>>,
        type_name: type_name::<HostObject<N>>,
        make: |content| Dynamic::from(HostObject::<N>(content)),
        content: |value| value.read_lock::<HostObject<N>>().map(|object| object.0.clone()),
        register_enumeration: register_enumeration::<N>,
    }
}

fn ordinal<const N: usize>(value: &HostObject<N>) -> u16 {
    match value.0 {
        Content::Ordinal(ordinal) => ordinal,
        Content::Object(_) => u16::MAX,
    }
}

fn register_enumeration<const N: usize>(engine: &mut Engine, names: Rc<[String]>) {
    let name_of = move |value: &mut HostObject<N>| -> String {
        names.get(ordinal(value) as usize).cloned().unwrap_or_default()
    };
    engine
        .register_fn("==", |a: HostObject<N>, b: HostObject<N>| ordinal(&a) == ordinal(&b))
        .register_fn("!=", |a: HostObject<N>, b: HostObject<N>| ordinal(&a) != ordinal(&b))
        .register_fn("to_string", name_of.clone())
        .register_fn("to_debug", name_of);
}

macro_rules! slots {
    ($($high:literal)*) => { [$(
        slot::<{ $high * 16 }>(), slot::<{ $high * 16 + 1 }>(), slot::<{ $high * 16 + 2 }>(),
        slot::<{ $high * 16 + 3 }>(), slot::<{ $high * 16 + 4 }>(), slot::<{ $high * 16 + 5 }>(),
        slot::<{ $high * 16 + 6 }>(), slot::<{ $high * 16 + 7 }>(), slot::<{ $high * 16 + 8 }>(),
        slot::<{ $high * 16 + 9 }>(), slot::<{ $high * 16 + 10 }>(), slot::<{ $high * 16 + 11 }>(),
        slot::<{ $high * 16 + 12 }>(), slot::<{ $high * 16 + 13 }>(), slot::<{ $high * 16 + 14 }>(),
        slot::<{ $high * 16 + 15 }>(),
    )*] };
}

pub static SLOTS: [Slot; MAX_TYPES] = slots!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

/// What Rust's name of a host type starts with; see `text.rs`.
pub fn type_name_prefix() -> &'static str {
    let name = type_name::<HostObject<0>>();
    &name[..name.len() - "0>".len()]
}
