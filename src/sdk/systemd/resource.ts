import { randomUUID } from "node:crypto";
import type { AuthorizationRequest } from "../../policy/types.ts";

type Verb = "start" | "stop" | "restart" | "status";

/** `verb` of the service `name`, which is the text given. */
export const askForService = <V extends Verb>(
  verb: V,
  name: string,
): AuthorizationRequest<`systemd.${V}`> => ({
  action: `systemd.${verb}`,
  resource: { type: "systemd::Service", id: name, attributes: { name }, ancestors: [] },
});

/** To reload systemd itself. It has no name of its own: policies say `resource is systemd::Systemd`. */
export const askToReload = (): AuthorizationRequest<"systemd.daemon_reload"> => ({
  action: "systemd.daemon_reload",
  resource: { type: "systemd::Systemd", id: randomUUID(), attributes: {}, ancestors: [] },
});
