import type { Scanner } from "./scanner.ts";

/** Comments in one another, as many as the reference reads; deeper ones are no comment. */
const MAX_COMMENT_DEPTH = 31;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const CLOSE = 0x29;
const MAX_ASCII = 0x7f;

const isBlank = (code: number) => code === SPACE || code === TAB;

/** Whatever `rule` does, or nothing at all. */
function attempt(scanner: Scanner, rule: () => boolean): boolean {
  const start = scanner.position;
  if (rule()) return true;
  scanner.position = start;
  return false;
}

function blanks(scanner: Scanner): boolean {
  const start = scanner.position;
  while (isBlank(scanner.code())) scanner.position++;
  return scanner.position > start;
}

/** `FWS` of RFC 2822: blanks, with line breaks that a blank follows. */
export function foldingSpace(scanner: Scanner): boolean {
  const first = scanner.code();
  if (first !== CR && !isBlank(first)) return false;
  const second = scanner.code(1);
  if (second !== CR && second !== LF && !isBlank(second)) {
    scanner.position++;
    return true;
  }
  return attempt(scanner, () => {
    if (scanner.take("\r\n")) return blanks(scanner);
    if (!blanks(scanner)) return false;
    while (scanner.take("\r\n")) if (!blanks(scanner)) return false;
    return true;
  });
}

/** `CFWS` of RFC 2822: folding space and comments, at least one. */
export function commentsAndSpace(scanner: Scanner): boolean {
  const start = scanner.position;
  while (foldingSpace(scanner) || comment(scanner, 1));
  return scanner.position > start;
}

/** A colon with comments and space about it. */
export const spacedColon = (scanner: Scanner): boolean =>
  attempt(scanner, () => {
    commentsAndSpace(scanner);
    if (!scanner.take(":")) return false;
    commentsAndSpace(scanner);
    return true;
  });

function comment(scanner: Scanner, depth: number): boolean {
  if (depth > MAX_COMMENT_DEPTH) return false;
  return attempt(scanner, () => {
    if (!scanner.take("(")) return false;
    while (foldingSpace(scanner));
    while (plainCharacter(scanner) || quotedCharacter(scanner) || comment(scanner, depth + 1)) {
      while (foldingSpace(scanner));
    }
    return scanner.take(")");
  });
}

/** `ctext`: what stands for itself in a comment. */
function plainCharacter(scanner: Scanner): boolean {
  const code = scanner.code();
  const special = code === SPACE || code === TAB || code === LF || code === CR;
  if (!(code > 0 && code <= MAX_ASCII) || special || "()\\".includes(String.fromCharCode(code))) return false;
  scanner.position++;
  return true;
}

/** `quoted-pair`, with the obsolete form that quotes line breaks and what follows them. */
function quotedCharacter(scanner: Scanner): boolean {
  if (!scanner.take("\\")) return false;
  const code = scanner.code();
  if (code > 0 && code <= MAX_ASCII && code !== LF && code !== CR) {
    scanner.position++;
    return true;
  }
  do {
    while (scanner.take("\n"));
    while (scanner.take("\r"));
  } while (obsoleteCharacter(scanner));
  return true;
}

function obsoleteCharacter(scanner: Scanner): boolean {
  const code = scanner.code();
  if (!(code <= MAX_ASCII) || code === LF || code === CR || code === CLOSE) return false;
  scanner.position++;
  return true;
}
