/** Services of systemd, over the system bus. */
import { HostObject, type Value } from "rhai-wasm";
import { mayBecomeRoot, NotThatUser } from "../effects/root.ts";
import type { Namespace } from "../namespace.ts";
import { type Call, type Operation, operation } from "../operation.ts";
import { object, text } from "../parameters.ts";
import { type Change, changeUnit, reloadUnits } from "./effects/units.ts";
import { expectName, noPrivilege, withBusErrors } from "./errors.ts";
import { askForService, askToReload } from "./resource.ts";
import { serviceInfoNamespace } from "./service-info.ts";
import { stateNamespace } from "./state.ts";
import { serviceStatus } from "./status.ts";

class SystemctlManager extends HostObject {}

const MANAGER = {
  name: "SystemctlManager",
  typeOf: "rust_safe_process_mgmt::systemctl::SystemctlManager",
  class: SystemctlManager,
  example: { variable: "services", expression: "SystemctlManager()" },
};

const self = object(MANAGER);
const common = { source: "ProcessErrorKind", only: "linux" } as const;

const SERVICE_ERRORS = ["ServiceNotFound", "DBusError", "Other"] as const;

interface ChangeOperation {
  readonly verb: "start" | "stop" | "restart";
  readonly change: Change;
  readonly summary: string;
}

const CHANGES: { readonly [name: string]: ChangeOperation } = {
  start: { verb: "start", change: "StartUnit", summary: "Has systemd start the service." },
  stop: { verb: "stop", change: "StopUnit", summary: "Has systemd stop the service." },
  restart: { verb: "restart", change: "RestartUnit", summary: "Has systemd restart the service." },
  try_restart: {
    verb: "restart",
    change: "TryRestartUnit",
    summary: "Has systemd restart the service if it runs.",
  },
};

async function changeService(call: Call, name: string, { verb, change }: ChangeOperation): Promise<Value> {
  const token = call.access.require(askForService(verb, name));
  expectName(name);
  await withBusErrors(name, () => changeUnit(token, name, change));
  return null;
}

const changeOperations = Object.entries(CHANGES).map(
  ([name, changed]): Operation =>
    operation({
      ...common,
      name,
      waits: true,
      ownThread: true,
      parameters: [self, text("service")],
      returns: "()",
      summary: changed.summary,
      checks: [`systemd:${changed.verb} Service(<name as given>)`],
      errors: SERVICE_ERRORS,
      example: `services.${name}("app.service")`,
      perform: (call, _manager, service) => changeService(call, service, changed),
    }),
);

const operations = [
  operation({
    ...common,
    name: "SystemctlManager",
    parameters: [],
    returns: MANAGER.name,
    summary: "Makes what manages services. Ends the run where this program may not become root.",
    checks: [],
    example: "SystemctlManager()",
    perform: () => {
      if (mayBecomeRoot()) return new SystemctlManager();
      throw noPrivilege("Failed to initialize systemd manager", new NotThatUser("EPERM"));
    },
  }),
  ...changeOperations,
  operation({
    ...common,
    name: "daemon_reload",
    waits: true,
    ownThread: true,
    parameters: [self],
    returns: "()",
    summary: "Has systemd read its unit files again.",
    checks: ["systemd:daemon_reload Systemd(<any id>)"],
    errors: ["DBusError", "Other"],
    example: "services.daemon_reload()",
    perform: async (call) => {
      const request = askToReload();
      const token = call.access.require(request);
      await withBusErrors("", () => reloadUnits(token, request.resource.id));
      return null;
    },
  }),
  operation({
    ...common,
    name: "status",
    waits: true,
    ownThread: true,
    parameters: [self, text("service")],
    returns: "ServiceInfo",
    summary: "Asks systemd about the service, as the user who runs this.",
    checks: ["systemd:status Service(<name as given>)"],
    errors: SERVICE_ERRORS,
    example: 'services.status("app.service")',
    perform: (call, _manager, service) => withBusErrors(service, async () => serviceStatus(call, service)),
  }),
];

export const systemdNamespaces: readonly Namespace[] = [
  stateNamespace,
  serviceInfoNamespace,
  { types: [MANAGER], constants: [], operations },
];
