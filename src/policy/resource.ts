import type { EntityUid, Resource } from "./types.ts";

const DIR = "file_system::Dir";
const PATHS = [DIR, "file_system::File"];
/** Attribute of a type that is the id once more. */
const NAMED_BY: { readonly [type: string]: string } = {
  "network::url": "url",
  "sysinfo::Hostname": "hostname",
  "systemd::Service": "name",
  "process_system::Process": "pid",
};

/**
 * The resource as operations ask for it: a path is an attribute too, and in the directories above it. `undefined` for a
 * path that no operation asks for.
 * @param attributes what else is known of it
 */
export function resourceOf(
  { type, id }: EntityUid,
  attributes: Resource["attributes"] = {},
): Resource | undefined {
  if (!PATHS.includes(type)) {
    const own = NAMED_BY[type];
    return {
      type,
      id,
      attributes: { ...(own === undefined ? {} : { [own]: id }), ...attributes },
      ancestors: [],
    };
  }
  const names = id.split("/").filter((name) => name !== "");
  if (!id.startsWith("/") || names.includes("..")) return undefined;
  const pathOf = (count: number): string => `/${names.slice(0, count).join("/")}`;
  const path = pathOf(names.length);
  const ancestors = names.map((_, depth) => ({ type: DIR, id: pathOf(depth) })).reverse();
  return { type, id: path, attributes: { path }, ancestors };
}
