import { type BusCall, BusError, type CallBus, usingSystemBus } from "../../../platform/bus.ts";
import type { Action, Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

export { BusError, NoBus } from "../../../platform/bus.ts";

const SYSTEMD = "org.freedesktop.systemd1";
const PROPERTIES = "org.freedesktop.DBus.Properties";

const manager = (member: string): BusCall => ({
  destination: SYSTEMD,
  path: "/org/freedesktop/systemd1",
  interface: `${SYSTEMD}.Manager`,
  member,
});

/** How systemd changes a unit: methods of its manager, with what is to be allowed. None waits for the end of its job. */
const CHANGES = {
  StartUnit: "systemd.start",
  StopUnit: "systemd.stop",
  RestartUnit: "systemd.restart",
  TryRestartUnit: "systemd.restart",
} as const satisfies { readonly [method: string]: Action };
export type Change = keyof typeof CHANGES;

/** Changes the service `name`, as root. A job that contradicts this one is replaced by it. */
export async function changeUnit(
  token: Authorized<(typeof CHANGES)[Change]>,
  name: string,
  change: Change,
): Promise<void> {
  expectFor(token, name);
  // Like a token for another service: only a mistake of ours can bring one for another action.
  if (token.request.action !== CHANGES[change]) throw new Error(`${token.request.action} is no ${change}`);
  await usingSystemBus("root", (call) =>
    call({ ...manager(change), signature: "ss", body: [name, "replace"] }),
  );
}

/** Has systemd read its unit files again, as root, and waits for it. */
export async function reloadUnits(token: Authorized<"systemd.daemon_reload">, id: string): Promise<void> {
  expectFor(token, id);
  await usingSystemBus("root", (call) => call(manager("Reload")));
}

/** What systemd says of a unit; as systemd names it, and not yet looked at. */
export interface UnitProperties {
  readonly unit: unknown;
  /** A property of the service, which not every unit has. */
  service(name: string): Promise<unknown>;
}

/** There is no unit of that name. */
export class NoUnit extends Error {}

/** What `read` makes of the properties of the service `name`, asked for by the user who runs this. @throws {NoUnit} */
export async function readUnit<T>(
  token: Authorized<"systemd.status">,
  name: string,
  read: (properties: UnitProperties) => Promise<T>,
): Promise<T> {
  expectFor(token, name);
  return usingSystemBus("effective", async (call) => {
    const path = await pathOf(call, name);
    const properties = { destination: SYSTEMD, path, interface: PROPERTIES } as const;
    return read({
      unit: await call({ ...properties, member: "GetAll", signature: "s", body: [`${SYSTEMD}.Unit`] }),
      service: (property) =>
        call({ ...properties, member: "Get", signature: "ss", body: [`${SYSTEMD}.Service`, property] }),
    });
  });
}

async function pathOf(call: CallBus, name: string): Promise<string> {
  let path: unknown;
  try {
    path = await call({ ...manager("LoadUnit"), signature: "s", body: [name] });
  } catch (error) {
    throw error instanceof BusError ? new NoUnit() : error;
  }
  if (typeof path !== "string") throw new BusError("LoadUnit answered without a path");
  return path;
}
