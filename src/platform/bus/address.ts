import { NoBus } from "./error.ts";

const DEFAULT = "unix:path=/var/run/dbus/system_bus_socket";

/** Where the bus listens. */
export interface BusAddress {
  /** As it was given. */
  readonly text: string;
  /** For `connect`: a path, or after a NUL the name of an abstract socket. */
  readonly socket: string;
}

/**
 * The system bus's address, of several the first that is a socket of this machine: what starts a program (`unixexec`)
 * or leaves the machine (`tcp`) is none that a script may reach.
 * https://dbus.freedesktop.org/doc/dbus-specification.html#addresses
 * @throws {NoBus}
 */
export function systemBusAddress(list = process.env["DBUS_SYSTEM_BUS_ADDRESS"] || DEFAULT): BusAddress {
  for (const text of list.split(";")) {
    const socket = socketOf(text);
    if (socket !== undefined) return { text, socket };
  }
  throw new NoBus(`Failed to connect to address \`${list}\`: no socket of this machine`);
}

function socketOf(address: string): string | undefined {
  if (!address.startsWith("unix:")) return undefined;
  for (const pair of address.slice("unix:".length).split(",")) {
    const [key, value = ""] = pair.split("=", 2);
    if (value === "" || (key !== "path" && key !== "abstract")) continue;
    return (key === "abstract" ? "\0" : "") + unescaped(address, value);
  }
  return undefined;
}

function unescaped(address: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new NoBus(`Failed to connect to address \`${address}\`: wrong escapes`);
  }
}
