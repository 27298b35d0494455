//! Registers the host's types, constants and functions. `manifest-codec.ts` writes what is read here.

use crate::codec::Reader;
use crate::host;
use crate::object::{register_enumeration, MAX_TYPES, SLOTS};
use crate::state::State;
use rhai::{
    Array, Blob, Dynamic, Engine, FnPtr, FuncRegistration, ImmutableString, Map, Module, NativeCallContext,
    RhaiFunc, FLOAT, INT,
};
use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Parameter codes from here on are types of the manifest.
const FIRST_HOST_TYPE: u16 = 256;

pub fn register(mut engine: Engine, reader: &mut Reader) -> State {
    let mut type_indexes = HashMap::new();
    let mut debug_names = Vec::new();
    let mut enumerations = Module::new();
    for index in 0..reader.u32() as usize {
        assert!(index < MAX_TYPES, "more than {MAX_TYPES} host types");
        let slot = &SLOTS[index];
        engine.register_type_with_name_raw((slot.type_name)(), reader.text());
        debug_names.push(reader.text().to_string());
        let values: Rc<[String]> = reader.texts().into_iter().map(String::from).collect();
        let traits = reader.u8();
        if !values.is_empty() {
            register_enumeration(&mut enumerations, slot, values, traits);
        }
        type_indexes.insert((slot.type_id)(), index as u16);
    }
    engine.register_global_module(enumerations.into());
    let mut modules: BTreeMap<&str, Module> = BTreeMap::new();
    for _ in 0..reader.u32() {
        let module = modules.entry(reader.text()).or_default();
        let name = reader.text();
        module.set_var(name, reader.value());
    }
    for index in 0..reader.u32() {
        register_function(&mut engine, &mut modules, index, reader);
    }
    for (name, module) in modules {
        engine.register_static_module(name, module.into());
    }
    State { engine, type_indexes, debug_names, pointers: Vec::new(), outgoing: Vec::new() }
}

fn register_function<'a>(
    engine: &mut Engine,
    modules: &mut BTreeMap<&'a str, Module>,
    index: u32,
    reader: &mut Reader<'a>,
) {
    let name = reader.text();
    let module = reader.text();
    let waits = reader.u8() != 0;
    let parameters: Vec<TypeId> = (0..reader.u32()).map(|_| parameter_type(reader.u16())).collect();
    if module.is_empty() {
        engine.register_raw_fn(name, parameters, move |ctx: NativeCallContext, args: &mut [&mut Dynamic]| {
            host::call(index, waits, &ctx, args)
        });
        return;
    }
    let func = move |ctx: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
        host::call(index, waits, &ctx.expect("has_context"), args)
    };
    FuncRegistration::new(name).set_into_module_raw(
        modules.entry(module).or_default(),
        parameters,
        RhaiFunc::Method { func: Rc::new(func), has_context: true, is_pure: true, is_volatile: true },
    );
}

fn parameter_type(code: u16) -> TypeId {
    match code {
        0 => TypeId::of::<()>(),
        1 => TypeId::of::<Dynamic>(),
        2 => TypeId::of::<bool>(),
        3 => TypeId::of::<INT>(),
        4 => TypeId::of::<FLOAT>(),
        5 => TypeId::of::<char>(),
        6 => TypeId::of::<ImmutableString>(),
        7 => TypeId::of::<Array>(),
        8 => TypeId::of::<Map>(),
        9 => TypeId::of::<Blob>(),
        10 => TypeId::of::<FnPtr>(),
        code if code >= FIRST_HOST_TYPE => (SLOTS[(code - FIRST_HOST_TYPE) as usize].type_id)(),
        code => panic!("unknown parameter type {code}"),
    }
}
