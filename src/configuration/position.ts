/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const TABLE = /^\s*\[\[?([^[\]]+)\]\]?\s*(?:#.*)?$/;
const KEY = /^(\s*)((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/;
const PART = /[\w-]+|"[^"]*"|'[^']*'/g;

/**
 * Where the key at `path` stands in a TOML text that parses, or the nearest that holds it. It looks at lines only: text of
 * several lines that looks like a key may mislead it.
 */
export function positionOf(text: string, path: readonly string[]): Position | undefined {
  let table: readonly string[] = [];
  let best: { readonly shared: number; readonly position: Position } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const header = TABLE.exec(line)?.[1];
    const [, indent = "", key] = KEY.exec(line) ?? [];
    if (header !== undefined) table = parts(header);
    else if (key === undefined) continue;
    const full = key === undefined ? table : [...table, ...parts(key)];
    const shared = sharedBeginning(full, path);
    // A key is not held by one beside it.
    if (shared === 0 || (shared < full.length && shared < path.length)) continue;
    if (best !== undefined && best.shared >= shared) continue;
    best = { shared, position: { line: index + 1, column: indent.length + 1 } };
  }
  return best?.position;
}

const parts = (dotted: string): readonly string[] =>
  (dotted.match(PART) ?? []).map((part) => part.replace(/^(["'])(.*)\1$/, "$2"));

function sharedBeginning(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((part, index) => part !== b[index]);
  return differs === -1 ? a.length : differs;
}
