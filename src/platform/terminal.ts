import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { withOsErrors } from "./os-error.ts";
import { waiting } from "./waiting.ts";

/** The terminal that the program was started at, also where its input and output lead elsewhere. */
const TERMINAL = "/dev/tty";
const MAX_BYTES = 1024;

const KEY = {
  interrupt: 0x03,
  end: 0x04,
  backspace: 0x08,
  newline: 0x0a,
  enter: 0x0d,
  clear: 0x15,
  delete: 0x7f,
};

/** Nobody could be asked, or somebody did not want to answer. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Asks whoever sits at the terminal, and returns the line. @throws {NoAnswer} */
export function askLine(question: string): string {
  return atTerminal((fd) => {
    write(fd, question);
    const bytes: number[] = [];
    for (;;) {
      const byte = readByte(fd);
      if (byte === undefined) throw new NoAnswer("the terminal was closed");
      if (byte === KEY.newline) return Buffer.from(bytes).toString();
      keep(bytes, byte);
    }
  });
}

/** As {@link askLine}, and nothing of the answer is shown. @throws {NoAnswer} */
export function askSecret(question: string): string {
  return atTerminal((fd) => {
    const terminal = new ReadStream(fd);
    // The kernel neither shows what is typed nor ends the process, which would leave the terminal like this.
    terminal.setRawMode(true);
    try {
      write(fd, question);
      return readHidden(fd);
    } finally {
      terminal.setRawMode(false);
      write(fd, "\n");
    }
  });
}

function readHidden(fd: number): string {
  const bytes: number[] = [];
  for (;;) {
    const byte = readByte(fd);
    if (byte === KEY.enter || byte === KEY.newline) return Buffer.from(bytes).toString();
    if (byte === undefined || byte === KEY.interrupt || byte === KEY.end) throw new NoAnswer("cancelled");
    if (byte === KEY.clear) bytes.length = 0;
    else if (byte === KEY.backspace || byte === KEY.delete) removeCharacter(bytes);
    else keep(bytes, byte);
  }
}

function atTerminal<T>(action: (fd: number) => T): T {
  let fd: number;
  try {
    fd = openSync(TERMINAL, "r+");
  } catch (cause) {
    throw new NoAnswer("there is no terminal to ask at", { cause });
  }
  try {
    return action(fd);
  } finally {
    closeSync(fd);
  }
}

/** The next byte, one at a time: what is typed further is not for us. Undefined at the end. */
function readByte(fd: number): number | undefined {
  const byte = new Uint8Array(1);
  return waiting(() => readSync(fd, byte, 0, 1, null)) === 0 ? undefined : byte[0];
}

function keep(bytes: number[], byte: number): void {
  if (bytes.length >= MAX_BYTES) throw new NoAnswer(`an answer has at most ${MAX_BYTES} bytes`);
  bytes.push(byte);
}

/** All bytes of the last character, in UTF-8. */
function removeCharacter(bytes: number[]): void {
  while (((bytes.pop() ?? 0) & 0xc0) === 0x80);
}

const write = (fd: number, text: string): void => void withOsErrors(() => writeSync(fd, text));
