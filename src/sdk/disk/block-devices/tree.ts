import { Denied } from "../../../policy/errors.ts";
import { SdkError } from "../../errors.ts";
import { readLinkTarget } from "../../file_system/directory/link.ts";
import { listDirectory } from "../../file_system/directory/list.ts";
import { openDir } from "../../file_system/open.ts";
import { using } from "../../file_system/using.ts";
import type { Call } from "../../operation.ts";
import { BLOCK_DEVICES, type BlockDevice } from "./device.ts";

/** Names of what is part of a device, or lies on it, by its name, in their own order. */
export function childrenOf(
  call: Call,
  devices: readonly BlockDevice[],
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  const byName = [...devices].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const device of byName) {
    for (const parent of parentsOf(call, device, names)) {
      children.set(parent, [...(children.get(parent) ?? []), device.name]);
    }
  }
  return children;
}

/** The devices that this one is part of. Where that cannot be read, or may not, none. */
function parentsOf(
  call: Call,
  { type, major, minor }: BlockDevice,
  names: ReadonlyMap<string, string>,
): readonly string[] {
  const number = `${major}:${minor}`;
  if (type === "lvm") {
    const path = `${BLOCK_DEVICES}/${number}/slaves`;
    return orNone(() =>
      using(openDir(call, path, { followSymlinks: true }), (slaves) =>
        listDirectory(call, slaves).map(({ name }) => name),
      ),
    );
  }
  if (type !== "partition") return [];
  return using(openDir(call, BLOCK_DEVICES, {}), (directory) =>
    orNone(() => {
      // A partition's directory is below that of its drive: `../../devices/…/vda/vda1`.
      const drive = readLinkTarget(call, directory, number).split("/").at(-2);
      return drive === undefined ? [] : [names.get(drive) ?? drive];
    }),
  );
}

function orNone(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof SdkError || error instanceof Denied) return [];
    throw error;
  }
}
