import { type Fd, getXattr, setXattr } from "../../../platform/file.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

/** Replaces the extended attribute `name` of the open file at `path` by what `change` makes of its value. */
export function changeAttribute(
  token: Authorized<"file_system.set_x_attr">,
  file: { readonly fd: Fd; readonly path: string },
  name: string,
  change: (value: Uint8Array) => Uint8Array,
): void {
  expectFor(token, file.path);
  setXattr(file.fd, name, change(getXattr(file.fd, name)));
}
