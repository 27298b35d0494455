//! What the module asks of its host. Buffers are (pointer, length) in the linear memory; a host function that
//! answers writes into the response buffer (see `buffer.rs`) and returns the answer's length.

#[link(wasm_import_module = "host")]
extern "C" {
    /// Operation `operation` of the manifest with an encoded array of arguments.
    pub fn call(operation: u32, ptr: *const u8, len: usize, line: u32, column: u32) -> usize;
    /// As `call`, for an operation that the manifest says may wait.
    pub fn call_async(operation: u32, ptr: *const u8, len: usize, line: u32, column: u32) -> usize;
    /// What a closure answered, to the operation that asked for its call.
    pub fn resume(ptr: *const u8, len: usize) -> usize;
    /// The script dropped its last reference to a host object.
    pub fn release(id: u32);
    /// Asked as the run goes on; anything but 0 ends it.
    pub fn progress(operations: u64) -> i32;
    pub fn debug(ptr: *const u8, len: usize, line: u32, column: u32);
    /// Source of a module; the encoded argument is `[path, importing module]`.
    pub fn import_module(ptr: *const u8, len: usize, line: u32, column: u32) -> usize;
    /// Seconds of a clock that never goes back.
    pub fn now() -> f64;
    /// Sleeps; anything but 0 ends the run.
    pub fn sleep(seconds: f64) -> i32;
}
