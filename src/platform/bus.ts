import type { Socket } from "node:net";
import type { DBusError, Message, MessageBus } from "dbus-native";
import { type BusAddress, systemBusAddress } from "./bus/address.ts";
import { BusError, NoBus } from "./bus/error.ts";
import { effectiveUser } from "./identity.ts";
import { LIMITS, LimitError } from "./limits.ts";
import { systemText } from "./os-error.ts";
import { asUser, ROOT } from "./privilege.ts";

export { BusError, NoBus } from "./bus/error.ts";

/** A method of an object on the bus, and its arguments. */
export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Types of `body`, as in the D-Bus specification. */
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

/**
 * Calls over the system bus. 64-bit integers are bigints, dictionaries plain objects without variants.
 * @throws {BusError}
 * @throws {LimitError} when all calls together take longer than `busTimeMs`, or an answer is larger than `busMessageBytes`
 */
export type CallBus = (call: BusCall) => Promise<unknown>;

/**
 * Connects to the system bus as `user`, for as long as `use` takes.
 * @throws {NoBus}
 * @throws {NotThatUser}
 */
export async function usingSystemBus<T>(
  user: "effective" | "root",
  use: (call: CallBus) => Promise<T>,
  timeMs: number = LIMITS.busTimeMs,
): Promise<T> {
  const address = systemBusAddress();
  // Loaded at first use: a start of the program without the bus should not pay for them.
  const library = await import("dbus-native");
  const { createConnection } = process.getBuiltinModule("node:net");
  const uid = user === "root" ? ROOT : effectiveUser().uid;
  // The bus knows a client by whose process connected, and by the real user that the client names at once.
  const [socket, client] = asUser(uid, () => {
    const stream = createConnection({ path: address.socket });
    // Without `direct` the client greets by itself, and throws from a timer when there is no answer.
    const options = {
      stream,
      direct: true,
      authMethods: ["EXTERNAL"],
      maxMessageSize: LIMITS.busMessageBytes,
    };
    return [stream, library.createClient(options)] as const;
  });
  const call = caller(client, connected(socket, client, address), library.DBusError, timeMs);
  try {
    await call.made(HELLO).catch((error: unknown) => {
      throw error instanceof BusError ? new NoBus(error.message) : error;
    });
    return await use(call.made);
  } finally {
    call.end();
    socket.destroy();
  }
}

const HELLO: BusCall = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
  member: "Hello",
};

/** Rejects once the connection is lost; never resolves. */
function connected(socket: Socket, { connection }: MessageBus, address: BusAddress): Promise<never> {
  let established = false;
  socket.once("connect", () => {
    established = true;
  });
  return new Promise((_, reject) => {
    connection.on("error", (error: Error) => {
      if (/exceeds the maximum size/.test(error.message))
        reject(new LimitError("busMessageBytes", LIMITS.busMessageBytes));
      else if (established) reject(new BusError(systemText(error)));
      else reject(new NoBus(`Failed to connect to address \`${address.text}\`: ${systemText(error)}`));
    });
  });
}

function caller(client: MessageBus, lost: Promise<never>, Failure: typeof DBusError, timeMs: number) {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeMs);
  // Whoever waits for a call is told; between the calls nobody does.
  lost.catch(() => undefined);
  const made: CallBus = async ({ body, ...rest }) => {
    const message: Message = { ...rest, ...(body ? { body: [...body] } : {}) };
    try {
      return await Promise.race([client.invoke(message, { signal: deadline.signal, timeout: 0 }), lost]);
    } catch (error) {
      if (deadline.signal.aborted) throw new LimitError("busTimeMs", timeMs);
      throw error instanceof Failure ? answered(error) : error;
    }
  };
  return { made, end: () => clearTimeout(timer) };
}

function answered({ reply, dbusName, body, message }: DBusError): BusError {
  if (reply === undefined || dbusName === undefined) return new BusError(message);
  const detail: unknown = Array.isArray(body) ? body[0] : undefined;
  return new BusError(`${dbusName}: ${typeof detail === "string" ? detail : "no details"}`, dbusName);
}
