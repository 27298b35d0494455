//! The heap: dlmalloc over pages that a break pointer hands out. The break lies in the linear memory and so is
//! part of the snapshot: a restored image reuses the pages that earlier runs made the memory grow by.
//!
//! Limits on data are watched here, where they cost nothing: Rhai's own walk over a whole array after each
//! method call on it, which makes a loop of `push` quadratic. An allocation beyond a limit is still made, and the
//! next operation of the script ends the run by the limit's name and at its position (see `run.rs`).

use dlmalloc::{Allocator, Dlmalloc};
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr;

const PAGE: usize = 65536;

extern "C" {
    static __heap_base: u8;
}

struct Pages;

/// Bounds on what one run allocates. Bytes of one buffer, but for `maps`: nodes of all maps together.
struct Bounds {
    /// Strings and blobs: buffers of bytes.
    bytes: usize,
    /// Arrays: buffers of values.
    values: usize,
    maps: usize,
    heap: usize,
}

/// Which bound was met; also what ends the run.
pub const MET_BYTES: i32 = 16;
pub const MET_VALUES: i32 = 17;
pub const MET_MAPS: i32 = 18;
pub const MET_HEAP: i32 = 19;

static mut BOUNDS: Bounds = Bounds { bytes: usize::MAX, values: usize::MAX, maps: usize::MAX, heap: usize::MAX };
static mut MET: i32 = 0;
/// Buffers between host and module are not the script's.
static mut EXEMPT: bool = false;
/// Layout of a map's node, found by making one.
static mut NODE: usize = 0;
static mut NODES: usize = 0;
static mut LAST: usize = 0;

/// Next byte to hand out; 0 before the first use.
static mut BREAK: usize = 0;
/// Set when the memory cannot grow: what follows is a trap, and this says why.
static mut EXHAUSTED: bool = false;

unsafe impl Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        // One thread only: WebAssembly without the threads proposal.
        unsafe {
            if BREAK == 0 {
                BREAK = (ptr::addr_of!(__heap_base) as usize + PAGE - 1) & !(PAGE - 1);
            }
            let Some(size) = size.checked_add(PAGE - 1).map(|size| size & !(PAGE - 1)) else {
                return (ptr::null_mut(), 0, 0);
            };
            let start = BREAK;
            let end = match start.checked_add(size) {
                Some(end) => end,
                None => return (ptr::null_mut(), 0, 0),
            };
            let available = core::arch::wasm32::memory_size(0) * PAGE;
            if end > available {
                let pages = (end - available).div_ceil(PAGE);
                if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                    EXHAUSTED = true;
                    return (ptr::null_mut(), 0, 0);
                }
            }
            BREAK = end;
            if end > BOUNDS.heap {
                met(MET_HEAP);
            }
            (start as *mut u8, size, 0)
        }
    }
    fn remap(&self, _ptr: *mut u8, _old: usize, _new: usize, _can_move: bool) -> *mut u8 {
        ptr::null_mut()
    }
    fn free_part(&self, _ptr: *mut u8, _old: usize, _new: usize) -> bool {
        false
    }
    fn free(&self, _ptr: *mut u8, _size: usize) -> bool {
        false
    }
    fn can_release_part(&self, _flags: u32) -> bool {
        false
    }
    fn allocates_zeros(&self) -> bool {
        // A restored image hands out pages that an earlier run wrote to.
        false
    }
    fn page_size(&self) -> usize {
        PAGE
    }
}

unsafe fn met(bound: i32) {
    if MET == 0 && !EXEMPT {
        MET = bound;
    }
}

/// Looks at an allocation before it is made. Not inlined: every allocation of the module would grow by it.
#[inline(never)]
unsafe fn watch(layout: Layout, size: usize) {
    LAST = size;
    // Text has an alignment of 1, or of 2 where it is a small-string's heap form; values have that of an i64.
    if layout.align() <= 2 {
        if size > BOUNDS.bytes {
            met(MET_BYTES);
        }
    } else if size > BOUNDS.values {
        met(MET_VALUES);
    } else if size == NODE {
        NODES += 1;
        if NODES > BOUNDS.maps {
            met(MET_MAPS);
        }
    }
}

/// The bound that was met since the last `set_bounds`, or 0.
pub fn bound_met() -> i32 {
    unsafe { MET }
}

/// Bounds for the run that starts: bytes of a string, elements of an array, entries of all maps, bytes of the heap.
/// The memory itself can grow beyond the heap's bound, so that a run is ended at its position before it traps.
pub fn set_bounds(string: usize, array: usize, map: usize, memory: usize) {
    unsafe {
        BOUNDS = Bounds {
            bytes: string,
            values: array.saturating_mul(std::mem::size_of::<rhai::Dynamic>()),
            // A node has room for 11 entries and is split when full, so about 6 in a map that grows.
            maps: map.div_ceil(6),
            heap: memory,
        };
        MET = 0;
        NODES = 0;
    }
}

/// Finds what a map's node looks like. Once an instance.
pub fn probe_map_node() {
    let mut map = rhai::Map::new();
    map.insert("k".into(), rhai::Dynamic::UNIT);
    // The insertion's only allocation is the node: the key fits its inline form.
    unsafe { NODE = LAST }
    drop(map);
}

/// Makes a buffer between host and module.
pub fn exempt<T>(make: impl FnOnce() -> T) -> T {
    unsafe {
        let before = EXEMPT;
        EXEMPT = true;
        let made = make();
        EXEMPT = before;
        made
    }
}

struct Heap(UnsafeCell<Dlmalloc<Pages>>);
unsafe impl Sync for Heap {}

unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        watch(layout, layout.size());
        (*self.0.get()).malloc(layout.size(), layout.align())
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        watch(layout, layout.size());
        (*self.0.get()).calloc(layout.size(), layout.align())
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if layout.size() == NODE && layout.align() > 2 {
            NODES = NODES.saturating_sub(1);
        }
        (*self.0.get()).free(ptr, layout.size(), layout.align())
    }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        watch(layout, new_size);
        (*self.0.get()).realloc(ptr, layout.size(), layout.align(), new_size)
    }
}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Pages)));

/// 1 when the last trap was the end of the memory.
#[no_mangle]
pub extern "C" fn memory_exhausted() -> i32 {
    unsafe { EXHAUSTED as i32 }
}

/// End of what is in use, in bytes: a snapshot is the memory up to here.
#[no_mangle]
pub extern "C" fn memory_used() -> usize {
    unsafe { BREAK }
}
