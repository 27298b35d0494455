/** A text that is no JSON (RFC 8259), and where it ceases to be. */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
  constructor(readonly offset: number) {
    super("this is no JSON");
  }
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** A member of a list or object: its name or number, and where its value begins. */
interface Member {
  readonly key: string | number;
  readonly at: number;
}

/** Told of each member of the value that is scanned, not of those within. */
type Visit = (member: Member) => void;

/** Refuses what is no JSON. Its nesting must be bounded. @throws {JsonFault} */
export function expectJson(text: string): void {
  const end = space(text, endOfValue(text, space(text, 0)));
  if (end < text.length) throw new JsonFault(end);
}

/** Where in a JSON text the value at `path` begins, or the nearest that holds it. */
export function offsetOf(text: string, path: readonly PropertyKey[]): number {
  let at = space(text, 0);
  for (const key of path) {
    const inner = memberAt(text, at, key);
    if (inner === undefined) break;
    at = inner;
  }
  return at;
}

function memberAt(text: string, at: number, key: PropertyKey): number | undefined {
  let found: number | undefined;
  endOfValue(text, at, (member) => {
    if (member.key === key) found = member.at;
  });
  return found;
}

/** Where the value that begins at `at` ends. @throws {JsonFault} */
function endOfValue(text: string, at: number, visit: Visit = () => undefined): number {
  switch (text[at]) {
    case "{":
      return endOfMembers(text, at, "}", (start) => {
        const end = endOfString(text, start);
        const colon = space(text, end);
        if (text[colon] !== ":") throw new JsonFault(colon);
        const value = space(text, colon + 1);
        visit({ key: JSON.parse(text.slice(start, end)), at: value });
        return endOfValue(text, value);
      });
    case "[": {
      let index = 0;
      return endOfMembers(text, at, "]", (start) => {
        visit({ key: index++, at: start });
        return endOfValue(text, start);
      });
    }
    case '"':
      return endOfString(text, at);
    default: {
      SCALAR.lastIndex = at;
      if (!SCALAR.test(text)) throw new JsonFault(at);
      return SCALAR.lastIndex;
    }
  }
}

/** @param endOf one member, by where it begins */
function endOfMembers(text: string, open: number, close: string, endOf: (start: number) => number): number {
  let at = space(text, open + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = space(text, endOf(at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ",") throw new JsonFault(at);
    at = space(text, at + 1);
  }
}

function endOfString(text: string, start: number): number {
  if (text[start] !== '"') throw new JsonFault(start);
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  try {
    JSON.parse(text.slice(start, end + 1));
  } catch {
    throw new JsonFault(start);
  }
  return end + 1;
}

function space(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
}
