import { append, closing, type Fd, fsync, reopen } from "../../../platform/file.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

const encoder = new TextEncoder();

/** Adds `content` to the end of the open file at `path`. What was there is not read, so it can be of any encoding; what others append meanwhile stays. */
export function appendTo(
  token: Authorized<"file_system.write">,
  path: string,
  fd: Fd,
  content: string,
): void {
  expectFor(token, path);
  closing(reopen(fd, { access: "write", append: true }), (end) => {
    append(end, encoder.encode(content));
    fsync(end);
  });
}
