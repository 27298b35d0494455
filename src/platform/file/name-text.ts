import { OsError } from "../os-error.ts";

const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const encoder = new TextEncoder();

/** A byte that is no UTF-8 is the low surrogate of this plus the byte, which no text of a script has in it. */
const ESCAPE = 0xdc00;
const ESCAPED = /^[\udc80-\udcff]$/;

/**
 * A name or a link as text. On Linux it is any bytes: those that are no UTF-8 are kept so that {@link encodeName} makes the
 * same bytes of it; else what was listed would be the name of another file, or of none. Scripts and policies see U+FFFD.
 */
export function decodeName(bytes: Uint8Array): string {
  const text = lossy.decode(bytes);
  return text.includes("\ufffd") ? decodeAny(bytes) : text;
}

function decodeAny(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at] ?? 0);
    const character = bytes.subarray(at, at + length);
    try {
      text += strict.decode(character);
      at += length;
    } catch {
      text += String.fromCharCode(ESCAPE + (bytes[at] ?? 0));
      at++;
    }
  }
  return text;
}

/** Bytes of the character of UTF-8 that starts with `first`. */
const characterLength = (first: number): number =>
  first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

/** Writes `text` into `space`, and returns the number of bytes. @throws {OsError} ENAMETOOLONG where it does not fit */
export function encodeName(text: string, space: Uint8Array): number {
  if (!text.isWellFormed()) return encodeAny(text, space);
  const { read, written } = encoder.encodeInto(text, space);
  if (read < text.length) throw new OsError("ENAMETOOLONG");
  return written;
}

function encodeAny(text: string, space: Uint8Array): number {
  let end = 0;
  for (const character of text) {
    const bytes = ESCAPED.test(character)
      ? Uint8Array.of(character.charCodeAt(0) - ESCAPE)
      : encoder.encode(character);
    if (end + bytes.length > space.length) throw new OsError("ENAMETOOLONG");
    space.set(bytes, end);
    end += bytes.length;
  }
  return end;
}
