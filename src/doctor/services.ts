import { isListening, requestSocket, Unreachable } from "../platform/bun-socket-http.ts";
import { systemBusAddress } from "../platform/bus/address.ts";
import { NoBus } from "../platform/bus/error.ts";
import { isSocket } from "../platform/host-state.ts";
import { type Check, ok, warn } from "./finding.ts";

const ANSWER_MS = 2000;

/** Who else has to be there. */
export const SERVICES: readonly Check[] = [
  {
    name: "system bus",
    look: async () => {
      const advice = "scripts cannot use systemd; start dbus, or do without";
      try {
        const { socket } = systemBusAddress();
        return (await isListening(socket))
          ? ok(socket.replace("\0", "@"))
          : warn(`nobody is at ${socket}`, advice);
      } catch (error) {
        if (error instanceof NoBus) return warn(error.message, advice);
        throw error;
      }
    },
  },
  {
    name: "agent",
    look: async ({ socket }) => {
      if (!isSocket(socket)) return warn(`none at ${socket}`, "start it (remit serve)");
      try {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const { status } = await requestSocket(socket, { method: "GET", target: "/healthz", signal });
        if (status < 300) return ok(`answers at ${socket}`);
        return warn(`answers with status ${status} at ${socket}`, "look at what it says on standard error");
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        return warn(
          `${error.message}, though there is a socket`,
          "start it (remit serve), or end one that hangs",
        );
      }
    },
  },
];
