const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The text means nothing, or not the same to everybody. */
export class JsonTextError extends Error {
  override readonly name = "JsonTextError";
}

/**
 * Refuses what two readers of the JSON text could take for two things: names that occur twice in an object (which one
 * counts is not said, RFC 8259 section 4), halves of surrogate pairs, and what is nested too deep. Whether it is JSON at
 * all, its parser says.
 * @param maxDepth levels of lists and objects
 * @throws {JsonTextError}
 */
export function expectUnambiguous(text: string, maxDepth: number): void {
  /** Of each list or object that is open: its names, `undefined` of a list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE: {
        const end = endOfString(text, index);
        const written = text.slice(index, end + 1);
        const names = open.at(-1);
        if (isName && names !== undefined) expectNew(names, contentOf(written));
        else if (written.includes("\\u")) contentOf(written);
        index = end;
        break;
      }
      case 0x7b: // {
        open.push(new Set());
        isName = true;
        break;
      case 0x5b: // [
        open.push(undefined);
        isName = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        isName = false;
        break;
      case 0x2c: // ,
        isName = open.at(-1) !== undefined;
        break;
      case 0x3a: // :
        isName = false;
        break;
      default:
    }
    if (open.length > maxDepth) throw new JsonTextError(`it is nested deeper than ${maxDepth} levels`);
  }
}

function expectNew(names: Set<string>, name: string): void {
  if (names.has(name)) throw new JsonTextError(`${JSON.stringify(name)} occurs twice in an object`);
  names.add(name);
}

/** Where the string that begins at `start` ends; the last character of a text in which it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length - 1;
}

function contentOf(written: string): string {
  let content: unknown;
  try {
    content = JSON.parse(written);
  } catch {
    throw new JsonTextError("it is not JSON");
  }
  if (typeof content === "string" && content.isWellFormed()) return content;
  throw new JsonTextError("a string has half of a surrogate pair");
}
