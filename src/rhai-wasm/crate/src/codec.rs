//! Values as bytes, little-endian: a tag, then what the tag says. `value-codec.ts` is the other side.

use crate::object::{Content, Reference, SLOTS};
use crate::state::State;
use crate::timestamp::Timestamp;
use rhai::{Array, Blob, Dynamic, FnPtr, ImmutableString, Map, INT};
use std::rc::Rc;

const UNIT: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const FLOAT: u8 = 4;
const STRING: u8 = 5;
const CHAR: u8 = 6;
const ARRAY: u8 = 7;
const MAP: u8 = 8;
const BLOB: u8 = 9;
const FUNCTION: u8 = 10;
const ENUM: u8 = 11;
const OBJECT: u8 = 12;
/// A value of Rhai's own without a counterpart (a range), as its text.
const TEXT: u8 = 13;
const UNSIGNED: u8 = 14;

/// Arrays and maps in one another; deeper ones cannot cross.
const MAX_DEPTH: usize = 128;

pub struct TooDeep;

pub fn encode(state: &mut State, value: &Dynamic, out: &mut Vec<u8>) -> Result<(), TooDeep> {
    encode_at(state, value, out, 0)
}

fn encode_at(state: &mut State, value: &Dynamic, out: &mut Vec<u8>, depth: usize) -> Result<(), TooDeep> {
    if depth > MAX_DEPTH {
        return Err(TooDeep);
    }
    if value.is_shared() {
        let inner = value.flatten_clone();
        return encode_at(state, &inner, out, depth);
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        out.push(STRING);
        bytes(text.as_bytes(), out);
    } else if let Ok(number) = value.as_int() {
        out.push(INTEGER);
        out.extend_from_slice(&number.to_le_bytes());
    } else if value.is_unit() {
        out.push(UNIT);
    } else if let Ok(flag) = value.as_bool() {
        out.push(if flag { TRUE } else { FALSE });
    } else if let Ok(number) = value.as_float() {
        out.push(FLOAT);
        out.extend_from_slice(&number.to_le_bytes());
    } else if let Ok(character) = value.as_char() {
        out.push(CHAR);
        out.extend_from_slice(&(character as u32).to_le_bytes());
    } else if let Ok(items) = value.as_array_ref() {
        out.push(ARRAY);
        length(items.len(), out);
        for item in items.iter() {
            encode_at(state, item, out, depth + 1)?;
        }
    } else if let Ok(entries) = value.as_map_ref() {
        out.push(MAP);
        length(entries.len(), out);
        for (key, item) in entries.iter() {
            bytes(key.as_bytes(), out);
            encode_at(state, item, out, depth + 1)?;
        }
    } else if let Ok(blob) = value.as_blob_ref() {
        out.push(BLOB);
        bytes(&blob, out);
    } else {
        encode_other(state, value, out);
    }
    Ok(())
}

fn encode_other(state: &mut State, value: &Dynamic, out: &mut Vec<u8>) {
    if let Some(pointer) = value.read_lock::<FnPtr>() {
        out.push(FUNCTION);
        out.extend_from_slice(&(state.pointers.len() as u32).to_le_bytes());
        bytes(pointer.fn_name().as_bytes(), out);
        state.pointers.push(pointer.clone());
    } else if let Some(index) = state.type_indexes.get(&value.type_id()).copied() {
        match (SLOTS[index as usize].content)(value) {
            Some(Content::Object(reference)) => {
                out.push(OBJECT);
                out.extend_from_slice(&index.to_le_bytes());
                out.extend_from_slice(&reference.0.to_le_bytes());
            }
            Some(Content::Ordinal(ordinal)) => {
                out.push(ENUM);
                out.extend_from_slice(&index.to_le_bytes());
                out.extend_from_slice(&ordinal.to_le_bytes());
            }
            None => out.push(UNIT),
        }
    } else if let Some(number) = value.read_lock::<u64>() {
        out.push(UNSIGNED);
        out.extend_from_slice(&number.to_le_bytes());
    } else if value.is::<Timestamp>() {
        out.push(TEXT);
        bytes(b"<timestamp>", out);
    } else {
        out.push(TEXT);
        bytes(value.to_string().as_bytes(), out);
    }
}

fn length(len: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(len as u32).to_le_bytes());
}

fn bytes(content: &[u8], out: &mut Vec<u8>) {
    length(content.len(), out);
    out.extend_from_slice(content);
}

/// Reads what the host wrote. The host is trusted to write what it says; a mistake of it is a panic, so a trap.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, len: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(len);
        self.0 = tail;
        head
    }
    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().expect("N bytes")
    }
    pub fn u8(&mut self) -> u8 {
        self.array::<1>()[0]
    }
    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }
    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }
    pub fn text(&mut self) -> &'a str {
        let len = self.u32() as usize;
        std::str::from_utf8(self.take(len)).expect("UTF-8 from the host")
    }
    pub fn texts(&mut self) -> Vec<&'a str> {
        (0..self.u32()).map(|_| self.text()).collect()
    }
    pub fn value(&mut self) -> Dynamic {
        match self.u8() {
            UNIT => Dynamic::UNIT,
            FALSE => false.into(),
            TRUE => true.into(),
            INTEGER => INT::from_le_bytes(self.array()).into(),
            FLOAT => f64::from_le_bytes(self.array()).into(),
            STRING | TEXT => ImmutableString::from(self.text()).into(),
            CHAR => char::from_u32(self.u32()).expect("a scalar value").into(),
            ARRAY => Dynamic::from_array(self.values()),
            MAP => {
                let count = self.u32();
                let mut map = Map::new();
                for _ in 0..count {
                    let key = self.text().into();
                    map.insert(key, self.value());
                }
                map.into()
            }
            BLOB => {
                let len = self.u32() as usize;
                let blob: Blob = self.take(len).to_vec();
                Dynamic::from_blob(blob)
            }
            ENUM => {
                let index = self.u16();
                (SLOTS[index as usize].make)(Content::Ordinal(self.u16()))
            }
            OBJECT => {
                let index = self.u16();
                (SLOTS[index as usize].make)(Content::Object(Rc::new(Reference(self.u32()))))
            }
            UNSIGNED => Dynamic::from(self.u64()),
            tag => panic!("unknown tag {tag}"),
        }
    }
    pub fn values(&mut self) -> Array {
        (0..self.u32()).map(|_| self.value()).collect()
    }
}
