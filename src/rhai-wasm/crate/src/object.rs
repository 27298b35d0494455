//! Types of the host. Each needs a Rust type of its own, for overloads and `type_of`: `HostObject<N>` is the
//! N-th type of the manifest.

use crate::import;
use rhai::{Dynamic, EvalAltResult, FuncRegistration, Module, NativeCallContext, RhaiFunc};
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
}

const fn slot<const N: usize>() -> Slot {
    Slot {
        type_id: TypeId::of::<HostObject<N>>,
        type_name: type_name::<HostObject<N>>,
        make: |content| Dynamic::from(HostObject::<N>(content)),
        content: |value| value.read_lock::<HostObject<N>>().map(|object| object.0.clone()),
    }
}

/// Ordinal of a value of an enumeration.
fn ordinal(slot: &Slot, value: &Dynamic) -> u16 {
    match (slot.content)(value) {
        Some(Content::Ordinal(ordinal)) => ordinal,
        _ => u16::MAX,
    }
}

/// Values of an enumeration can be told apart by `==` and `!=`.
pub const COMPARES: u8 = 1;
/// `to_string` of an enumeration is the value's name.
pub const NAMED: u8 = 2;
/// ... and is a method that may change its value as far as Rhai knows: constants cannot call it.
pub const NAMED_IF_VARIABLE: u8 = 4;

/// Adds what an enumeration has besides its constants; in arrays and maps it shows as its type. Not generic in the
/// type, of which there are hundreds: each generic closure would be in the module as often.
pub fn register_enumeration(module: &mut Module, slot: &'static Slot, names: Rc<[String]>, traits: u8) {
    let is_pure = traits & NAMED_IF_VARIABLE == 0;
    let mut register = |name: &str, arity: usize, func: Rc<NativeFunc>| {
        FuncRegistration::new(name).in_global_namespace().set_into_module_raw(
            module,
            vec![(slot.type_id)(); arity],
            if arity == 1 {
                RhaiFunc::Method { func, has_context: false, is_pure, is_volatile: false }
            } else {
                RhaiFunc::Pure { func, has_context: false, is_pure: true, is_volatile: false }
            },
        );
    };
    let same = |args: &[&mut Dynamic]| ordinal(slot, args[0]) == ordinal(slot, args[1]);
    if traits & COMPARES != 0 {
        register("==", 2, Rc::new(move |_, args| Ok(same(args).into())));
        register("!=", 2, Rc::new(move |_, args| Ok((!same(args)).into())));
    }
    if traits & (NAMED | NAMED_IF_VARIABLE) != 0 {
        let name = move |args: &[&mut Dynamic]| names.get(ordinal(slot, args[0]) as usize).cloned();
        register("to_string", 1, Rc::new(move |_, args| Ok(name(args).unwrap_or_default().into())));
    }
}

type NativeFunc = dyn Fn(Option<NativeCallContext>, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>>;

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
