//! Counting as `wc` does.

use std::arch::wasm32::{
    i8x16_bitmask, i8x16_eq, i8x16_splat, i8x16_sub, u8x16_le, u8x16_splat, v128, v128_load, v128_or,
};

const WIDTH: usize = 16;

#[derive(Default)]
pub struct Counts {
    pub lines: u32,
    pub words: u32,
    /// Whether a word goes on behind what was counted.
    pub in_word: bool,
}

impl Counts {
    /// Adds what is in `bytes`, which follow those counted before. Words are what ASCII white space separates.
    pub fn add(&mut self, bytes: &[u8]) {
        let chunks = bytes.chunks_exact(WIDTH);
        let rest = chunks.remainder();
        for chunk in chunks {
            // SAFETY: a chunk has the 16 bytes that are read, and no alignment is asked for.
            let bytes = unsafe { v128_load(chunk.as_ptr().cast()) };
            self.add_masks(newlines(bytes), spaces(bytes), WIDTH);
        }
        let (mut ends, mut gaps) = (0, 0);
        for (index, byte) in rest.iter().enumerate() {
            ends |= u32::from(*byte == b'\n') << index;
            gaps |= u32::from(matches!(byte, b' ' | 9..=13)) << index;
        }
        self.add_masks(ends, gaps, rest.len());
    }

    /// Adds `width` bytes, of which a bit each says what they are.
    fn add_masks(&mut self, newlines: u32, spaces: u32, width: usize) {
        let in_words = !spaces & ((1 << width) - 1);
        let begun = (in_words << 1) | u32::from(self.in_word);
        self.lines += newlines.count_ones();
        self.words += (in_words & !begun).count_ones();
        if width > 0 {
            self.in_word = in_words >> (width - 1) != 0;
        }
    }
}

fn newlines(bytes: v128) -> u32 {
    u32::from(i8x16_bitmask(i8x16_eq(bytes, i8x16_splat(b'\n' as i8))))
}

fn spaces(bytes: v128) -> u32 {
    let blank = i8x16_eq(bytes, i8x16_splat(b' ' as i8));
    // Tab, newline, vertical tab, form feed and return are 9 to 13; what is below 9 becomes large.
    let control = u8x16_le(i8x16_sub(bytes, i8x16_splat(9)), u8x16_splat(4));
    u32::from(i8x16_bitmask(v128_or(blank, control)))
}
