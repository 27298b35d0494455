import { Frame, TracedProcess, TracedThread } from "./trace.ts";

/** Lines that begin a thread: `Thread 2 (Thread 0x7f… (LWP 50)):`, `Thread 2 (LWP 50):`, and gdb's own words. */
const THREADS: readonly RegExp[] = [
  /Thread (\d+) (?:\(Thread 0x[0-9a-f]+ )?\(LWP (\d+)\)\)?:/,
  /Current thread is (\d+) \(LWP (\d+)\)/,
];
/** A frame that was inlined has no address. */
const FRAME = /^#(\d+)\s+(?:(0x[0-9a-f]+)\s+in\s+)?(.*)$/s;
const SOURCE_LINE = /^(.*):(\d+)$/s;

const MAX_NUMBER = 0xffff_ffff;
/** What gdb calls the thread that it shows unless told otherwise. */
const FIRST_THREAD = 1;

/** What `gdb` or `pstack` wrote about the threads of a process; `undefined` when there is no frame in it. */
export function parseBacktrace(output: string): TracedProcess | undefined {
  const threads = new Map<number, TracedThread>();
  let id = FIRST_THREAD;
  let tid: number | undefined;
  let frames = new Map<number, Frame>();
  const finish = () => {
    if (frames.size > 0) threads.set(id, new TracedThread(id, tid, ordered(frames)));
    frames = new Map();
  };
  for (const text of output.split("\n")) {
    const line = text.trim();
    const thread = THREADS.map((pattern) => pattern.exec(line)).find((match) => match !== null);
    if (thread) {
      finish();
      id = numberOf(thread[1]) ?? FIRST_THREAD;
      tid = numberOf(thread[2]);
    }
    const frame = parseFrame(line);
    // gdb shows the innermost frame twice: when it has loaded the core, and in the backtrace.
    if (frame) frames.set(frame.number, frame);
  }
  finish();
  if (threads.size === 0) return undefined;
  // The first thread is the main one, whose number is the process's.
  return new TracedProcess(threads.get(FIRST_THREAD)?.tid, ordered(threads));
}

const ordered = <T>(byNumber: ReadonlyMap<number, T>): T[] =>
  [...byNumber].sort(([a], [b]) => a - b).map(([, value]) => value);

function numberOf(digits: string | undefined): number | undefined {
  const value = Number(digits);
  return value <= MAX_NUMBER ? value : undefined;
}

function parseFrame(line: string): Frame | undefined {
  const [, digits, address, rest = ""] = FRAME.exec(line) ?? [];
  const number = digits === undefined ? undefined : numberOf(digits);
  if (number === undefined) return undefined;
  const at = splitPlace(rest, " at ");
  if (at) {
    const [, file = at.place, lineNumber] = SOURCE_LINE.exec(at.place) ?? [];
    return new Frame(
      number,
      functionName(at.call),
      address,
      file,
      lineNumber === undefined ? undefined : numberOf(lineNumber),
    );
  }
  const from = splitPlace(rest, " from ");
  return new Frame(number, functionName(from?.call ?? rest), address, from?.place, undefined);
}

/** The call and its place, which stands after the arguments; the same word can be in the text of an argument. */
function splitPlace(
  text: string,
  word: string,
): { readonly call: string; readonly place: string } | undefined {
  const start = text.lastIndexOf(word);
  if (start < 0) return undefined;
  const call = text.slice(0, start).trim();
  if (call.includes("(") && !call.endsWith(")")) return undefined;
  return { call, place: text.slice(start + word.length).trim() };
}

/** `call` without the arguments, the last pair of parentheses that belong together. */
function functionName(call: string): string {
  const text = call.trim();
  if (!text.endsWith(")")) return text;
  const start = argumentsStart(text);
  return text.slice(0, start < 0 ? text.lastIndexOf("(") : start).trim();
}

function argumentsStart(text: string): number {
  let depth = 0;
  for (let index = text.length - 1; index >= 0; index--) {
    const character = text[index];
    if (character === '"') index = openingQuote(text, index);
    // A character, shown as `40 '('`.
    else if (character === "'" && text[index - 2] === "'") index -= 2;
    else if (character === ")") depth++;
    else if (character === "(" && --depth === 0) return index;
  }
  return -1;
}

/** Where the text begins whose last quote is at `end`. */
function openingQuote(text: string, end: number): number {
  for (let index = end - 1; index >= 0; index--) {
    if (text[index] === '"' && text[index - 1] !== "\\") return index;
  }
  return -1;
}
