import { randomUUID } from "node:crypto";
import { close, closing, type Fd, openAt, readAll, replaceContent } from "../../platform/file.ts";
import { LimitError } from "../../platform/limits.ts";
import { OsError } from "../../platform/os-error.ts";

const NAME = "instance";
const MODE = 0o600;
const MAX_BYTES = 64;
const FORM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What tells the agent of this state directory from all others: a UUID that is made once. */
export function instanceId(directory: Fd): string {
  const known = read(directory);
  if (known !== undefined) return known;
  const id = randomUUID();
  keep(directory, id);
  return id;
}

/** On a disk that is full the next start makes another one: what is sent twice cannot be told from what is sent once. */
function keep(directory: Fd, id: string): void {
  try {
    close(replaceContent(directory, NAME, Buffer.from(`${id}\n`), { mode: MODE }));
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
  }
}

function read(directory: Fd): string | undefined {
  try {
    const fd = openAt(directory, NAME, { access: "read" });
    const text = Buffer.from(closing(fd, () => readAll(fd, MAX_BYTES))).toString();
    return FORM.test(text.trim()) ? text.trim() : undefined;
  } catch (error) {
    if (error instanceof OsError || error instanceof LimitError) return undefined;
    throw error;
  }
}
