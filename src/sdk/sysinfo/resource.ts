import { randomUUID } from "node:crypto";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { SdkError } from "../errors.ts";

/** To know the machine itself. It has no name of its own: policies say `resource is sysinfo::Sysinfo`. */
export const askForSystem = (): AuthorizationRequest<"sysinfo.list"> => ({
  action: "sysinfo.list",
  resource: { type: "sysinfo::Sysinfo", id: randomUUID(), attributes: {}, ancestors: [] },
});

/** What the reference cannot make an entity of: quotes, backslashes, control characters. No name of a host has them. */
const NO_ENTITY = /["\\\p{Cc}]/u;

/** To resolve `hostname`, as it is given. */
export function askForHostname(hostname: string): AuthorizationRequest<"sysinfo.resolve_hostname"> {
  if (NO_ENTITY.test(hostname)) {
    throw new SdkError("SysteminfoErrorKind", "AuthorizationError", "Authorization check failed");
  }
  return {
    action: "sysinfo.resolve_hostname",
    resource: { type: "sysinfo::Hostname", id: hostname, attributes: { hostname }, ancestors: [] },
  };
}
