import { constants, openSync } from "node:fs";
import { readAll } from "../file/content.ts";
import { closing } from "../file/descriptor.ts";
import { LIMITS } from "../limits.ts";
import { withOsErrors } from "../os-error.ts";

/** The text of a file at a path that the kernel or the administrator fills, such as one of `/proc`. Never waits. */
export function readSystemText(path: string, maxBytes: number = LIMITS.systemBytes): string {
  const fd = withOsErrors(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  return closing(fd, () => new TextDecoder().decode(readAll(fd, maxBytes)));
}
