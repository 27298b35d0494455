import { Denied } from "../../../policy/errors.ts";
import type { Authorized } from "../../../policy/types.ts";
import { SdkError } from "../../errors.ts";
import type { Call } from "../../operation.ts";
import { requireRead } from "../access.ts";
import { bytesOf, piecesOf } from "../effects/file.ts";
import type { FileHandle } from "../handles.ts";
import { asIoErrors, ioError } from "../os-errors.ts";
import { ask, file } from "../resource.ts";
import { decode, linesOf } from "../text.ts";
import { DICTIONARY, type Redactor, redactor } from "./redaction.ts";

type Token = Authorized<"file_system.read"> | Authorized<"file_system.redacted_read">;

interface ReadMode {
  readonly token: Token;
  /** Makes the redactor, where only the redacted text may be read. */
  readonly redact?: () => Redactor;
}

/** Permission to read `handle`, or to read it redacted; when neither is given, the error of the first. */
export function readMode(call: Call, handle: FileHandle): ReadMode {
  try {
    return { token: requireRead(call, handle) };
  } catch (error) {
    if (!(error instanceof Denied || error instanceof SdkError)) throw error;
    const token = call.access.permit(ask("redacted_read", file(handle.path)));
    if (!token) throw error;
    if (handle.path === DICTIONARY) {
      const reason = "Trying to redacted_read the redaction dictionary is not supported/allowed";
      throw ioError("UnsupportedOperationError", `Unsupported Operation error: ${reason}`);
    }
    return { token, redact: () => redactor(call, readText) };
  }
}

/** All of the text from where the handle stands, redacted if no more is allowed; the handle is rewound. */
export function readText(call: Call, handle: FileHandle): string {
  const { token, redact } = readMode(call, handle);
  const text = asIoErrors(() => {
    const bytes = bytesOf(token, handle);
    const rest = handle.position === 0 ? bytes : bytes.subarray(Math.min(handle.position, bytes.length));
    handle.position = bytes.length;
    return decode(rest);
  });
  handle.position = 0;
  return redact ? redact()(text) : text;
}

/** What `use` makes of the lines of the file, redacted if no more is allowed. All of the file must be text. */
export function usingLines<T>(call: Call, handle: FileHandle, use: (lines: IteratorObject<string>) => T): T {
  const { token, redact } = readMode(call, handle);
  const redacted = redact?.();
  const lines = linesOf(piecesOf(token, handle, handle.position));
  return asIoErrors(() => use(redacted ? lines.map(redacted) : lines));
}

/** The bytes from where the handle stands, a piece at a time; the handle moves on with them. */
export function* remaining(token: Token, handle: FileHandle): Generator<Uint8Array, void> {
  for (const piece of piecesOf(token, handle, handle.position)) {
    handle.position += piece.length;
    yield piece;
  }
}
