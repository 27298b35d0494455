import { z } from "zod";
import { close, closing, type Fd, openAt, readAll, replaceContent } from "../../platform/file.ts";
import { LimitError } from "../../platform/limits.ts";
import type { Place } from "../../platform/lines-backwards.ts";
import { OsError } from "../../platform/os-error.ts";

const NAME = "upload.json";
const MODE = 0o600;
const MAX_BYTES = 4096;

const count = z.int().min(0).default(0);

/** Why records were never sent: they made room before, were not in the log, or the central team would not have them. */
const Dropped = z.strictObject({ rotated: count, missing: count, too_large: count, rejected: count });
export type Dropped = z.infer<typeof Dropped>;
export type DropReason = keyof Dropped;

/** How far the decision log has been sent. */
const Cursor = z.strictObject({
  version: z.literal(1),
  /** After the last line that needs to be sent no more; absent before the first one. */
  place: z.strictObject({ file: count, offset: count }).optional(),
  /** The record of that line. */
  last: z.strictObject({ seq: count, hash: z.string() }).optional(),
  dropped: Dropped,
  /** How often a record did not follow from the one before it. */
  breaks: count,
  /** How often all was sent once more, because the log was another one or the place was lost. */
  resets: count,
});
export interface Cursor extends z.infer<typeof Cursor> {
  readonly place?: Place | undefined;
}

/** Before the first record. */
export const START: Cursor = Cursor.parse({ version: 1, dropped: {} });

/** As `cursor`, but before the first record again. */
export const restarted = ({ place, last, ...counts }: Cursor): Cursor => ({
  ...counts,
  resets: counts.resets + 1,
});

/** The one that was kept last. A file that cannot be used, for whatever reason, costs a repetition and no record. */
export function loadCursor(directory: Fd): Cursor {
  try {
    const fd = openAt(directory, NAME, { access: "read" });
    const text = Buffer.from(closing(fd, () => readAll(fd, MAX_BYTES))).toString();
    return Cursor.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof OsError && error.code === "ENOENT") return START;
    if (USELESS.some((kind) => error instanceof kind)) return restarted(START);
    throw error;
  }
}

const USELESS = [OsError, LimitError, SyntaxError, z.ZodError];

/** @throws {OsError} when it cannot be kept; then the one before stays */
export function saveCursor(directory: Fd, cursor: Cursor): void {
  close(replaceContent(directory, NAME, Buffer.from(`${JSON.stringify(cursor)}\n`), { mode: MODE }));
}

export const droppedTotal = ({ dropped }: Cursor): number =>
  Object.values(dropped).reduce((sum, number) => sum + number, 0);
