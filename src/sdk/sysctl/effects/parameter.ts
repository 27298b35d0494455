import { writeAll } from "../../../platform/file.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { Opened } from "../../file_system/effects/content.ts";

const encoder = new TextEncoder();

/** Sets the parameter whose file is open. The kernel takes what is written at the start, and has no file to cut or sync. */
export function setParameter(
  token: Authorized<"file_system.write">,
  { fd, path }: Opened,
  value: string,
): void {
  expectFor(token, path);
  writeAll(fd, encoder.encode(value), 0);
}
