import { Terminated } from "rhai-wasm";
import { codeAndText, type OsError } from "../../platform/os-error.ts";
import { NotThatUser } from "../effects/root.ts";
import { processError } from "../process_system/errors.ts";
import { BusError, NoBus, NoUnit } from "./effects/units.ts";

const NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

/** What `act` resolves to; what goes wrong on the bus leaves as an error about `service`. */
export async function withBusErrors<T>(service: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw seen(service, error);
  }
}

function seen(service: string, error: unknown): unknown {
  if (error instanceof NoUnit) return noService(service);
  if (error instanceof NoBus)
    return processError("DBusError", `Failed to connect to system bus: ${error.message}`);
  if (error instanceof BusError) {
    if (error.message.includes(NO_SUCH_UNIT)) return noService(service);
    return processError("DBusError", `D-Bus operation failed: ${error.message}`);
  }
  return error instanceof NotThatUser ? noPrivilege("Failed to switch privileges", error) : error;
}

/** Bytes of the longest name that a unit can have. */
const MAX_NAME_BYTES = 255;

/** Refuses a name that is longer, or that D-Bus has no text for: it is nobody's. */
export function expectName(name: string): void {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES || name.includes("\0")) throw noService(name);
}

const noService = (name: string): Error => processError("ServiceNotFound", `Unit: ${name}`);

/** Ends the run: what follows in a script may rely on privileges that there are not. */
export const noPrivilege = (what: string, error: OsError): Terminated =>
  new Terminated(`${what}. Error: ${codeAndText(error)}`);
