import type { AuthorizationRequest } from "../../policy/types.ts";
import { nameless } from "../resource.ts";

type Verb = "start" | "stop" | "restart" | "status";

/** `verb` of the service `name`, which is the text given. */
export const askForService = <V extends Verb>(
  verb: V,
  name: string,
): AuthorizationRequest<`systemd.${V}`> => ({
  action: `systemd.${verb}`,
  resource: { type: "systemd::Service", id: name, attributes: { name }, ancestors: [] },
});

/** To reload systemd itself. */
export const askToReload = (): AuthorizationRequest<"systemd.daemon_reload"> => ({
  action: "systemd.daemon_reload",
  resource: nameless("systemd::Systemd"),
});
