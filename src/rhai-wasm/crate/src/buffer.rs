//! Buffers through which bytes come in from the host.

use crate::memory::exempt;
use std::cell::UnsafeCell;

struct Buffer(UnsafeCell<Vec<u8>>);
// One thread only: WebAssembly without the threads proposal.
unsafe impl Sync for Buffer {}

static INCOMING: Buffer = Buffer(UnsafeCell::new(Vec::new()));

/// Room for `len` bytes from the host, which fills it before it returns or calls.
#[no_mangle]
pub extern "C" fn reserve(len: usize) -> *mut u8 {
    let buffer = unsafe { &mut *INCOMING.0.get() };
    buffer.clear();
    exempt(|| buffer.reserve(len));
    buffer.as_mut_ptr()
}

/// The `len` bytes that the host wrote. Decode them before the next call to the host.
pub fn incoming<'a>(len: usize) -> &'a [u8] {
    let buffer = unsafe { &mut *INCOMING.0.get() };
    assert!(len <= buffer.capacity(), "host wrote beyond its reservation");
    unsafe { std::slice::from_raw_parts(buffer.as_ptr(), len) }
}
