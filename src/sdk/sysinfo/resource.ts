import type { AuthorizationRequest } from "../../policy/types.ts";
import { expectEntity, nameless } from "../resource.ts";

/** To know the machine itself. */
export const askForSystem = (): AuthorizationRequest<"sysinfo.list"> => ({
  action: "sysinfo.list",
  resource: nameless("sysinfo::Sysinfo"),
});

/** To resolve `hostname`, as it is given. */
export function askForHostname(hostname: string): AuthorizationRequest<"sysinfo.resolve_hostname"> {
  expectEntity(hostname, "SysteminfoErrorKind");
  return {
    action: "sysinfo.resolve_hostname",
    resource: { type: "sysinfo::Hostname", id: hostname, attributes: { hostname }, ancestors: [] },
  };
}
