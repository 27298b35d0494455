import { Denied } from "./errors.ts";
import type { Access, Action, AuthorizationRequest } from "./types.ts";

/** Actions that change something or reach out of the machine; all others only look. */
const EFFECTS: ReadonlySet<Action> = new Set<Action>([
  "file_system.chmod",
  "file_system.chown",
  "file_system.create",
  "file_system.delete",
  "file_system.execute",
  "file_system.move",
  "file_system.set_x_attr",
  "file_system.unmount",
  "file_system.write",
  "network.GET",
  "network.connect",
  "process_system.interrupt",
  "process_system.kill",
  "process_system.trace",
  "sysinfo.resolve_hostname",
  "sysctl.load",
  "systemd.daemon_reload",
  "systemd.restart",
  "systemd.start",
  "systemd.stop",
]);

const REFUSED = { allowed: false, policies: [], errors: [] };
const DRY_RUN = "dry run: the policy allows it";

export const isEffect = (action: Action): boolean => EFFECTS.has(action);

/** `access` for a run that only looks: the policy is asked as ever, but what would have an effect is not allowed. */
export function dryRunAccess(access: Access): Access {
  const refuse = (request: AuthorizationRequest): never => {
    throw new Denied(access.principal, request, REFUSED, DRY_RUN);
  };
  return {
    principal: access.principal,
    require(request) {
      const token = access.require(request);
      return isEffect(request.action) ? refuse(request) : token;
    },
    permit(request) {
      const token = access.permit(request);
      return isEffect(request.action) ? undefined : token;
    },
    vetoes: (action, within) => access.vetoes(action, within),
    tentative: () => dryRunAccess(access.tentative()),
    as: (name) => dryRunAccess(access.as(name)),
  };
}
