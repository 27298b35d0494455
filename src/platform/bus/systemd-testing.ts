/** A service on a test's bus that answers as systemd does, for machines on which systemd does not run. */
import { createClient, type InterfaceDescriptor, type Message } from "dbus-native";

const MANAGER = "org.freedesktop.systemd1";
const ROOT_PATH = "/org/freedesktop/systemd1";

/** Properties of a unit, under their D-Bus names. */
export interface TestUnit {
  readonly Description: string;
  readonly ActiveState: string;
  readonly [property: string]: unknown;
}

/** A call that the manager got: its method, its arguments, and by whom. */
export interface ManagerCall {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly uid: number;
}

export interface TestSystemd {
  readonly calls: readonly ManagerCall[];
  stop(): Promise<void>;
}

const UNIT: InterfaceDescriptor = {
  name: `${MANAGER}.Unit`,
  methods: {},
  signals: {},
  properties: {
    Description: "s",
    LoadState: "s",
    FragmentPath: "s",
    UnitFileState: "s",
    UnitFilePreset: "s",
    ActiveState: "s",
    SubState: "s",
    Documentation: "as",
    NeedDaemonReload: "b",
  },
};

const SERVICE: InterfaceDescriptor = {
  name: `${MANAGER}.Service`,
  methods: {},
  signals: {},
  properties: { MainPID: "u", TasksCurrent: "t", MemoryCurrent: "t" },
};

const DEFAULTS = {
  LoadState: "loaded",
  FragmentPath: "/etc/systemd/system/unit",
  UnitFileState: "enabled",
  UnitFilePreset: "enabled",
  SubState: "running",
  Documentation: [],
  NeedDaemonReload: false,
};

class Refusal extends Error {
  constructor(
    readonly dbusName: string,
    message: string,
  ) {
    super(message);
  }
}

/** Serves `units` at `address`. Only root may change anything, as without a polkit that knows better. */
export async function startSystemd(
  address: string,
  units: { readonly [name: string]: TestUnit },
): Promise<TestSystemd> {
  const bus = createClient({ busAddress: address, fdTransport: false, authMethods: ["EXTERNAL"] });
  const calls: ManagerCall[] = [];
  const pathOf = (name: string): string =>
    `${ROOT_PATH}/unit/${name.replace(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}`)}`;
  for (const [name, properties] of Object.entries(units)) {
    const unit = { ...DEFAULTS, ...properties };
    for (const descriptor of [UNIT, SERVICE]) {
      const present = Object.entries(descriptor.properties ?? {}).filter(([property]) => property in unit);
      bus.exportInterface(unit, pathOf(name), { ...descriptor, properties: Object.fromEntries(present) });
    }
  }

  const received = async (method: string, args: readonly unknown[], { sender = "" }: Message) => {
    const uid = Number(await bus.getConnectionUnixUser(sender));
    calls.push({ method, args, uid });
    return uid;
  };
  const change = (method: string) => async (name: string, mode: string, message: Message) => {
    const uid = await received(method, [name, mode], message);
    if (uid !== 0) {
      const error = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
      throw new Refusal(error, "Interactive authentication required.");
    }
    if (!Object.hasOwn(units, name)) throw new Refusal(`${MANAGER}.NoSuchUnit`, `Unit ${name} not found.`);
    return `${ROOT_PATH}/job/${calls.length}`;
  };
  const manager = {
    StartUnit: change("StartUnit"),
    StopUnit: change("StopUnit"),
    RestartUnit: change("RestartUnit"),
    TryRestartUnit: change("TryRestartUnit"),
    async LoadUnit(name: string, message: Message) {
      await received("LoadUnit", [name], message);
      if (Object.hasOwn(units, name)) return pathOf(name);
      throw new Refusal("org.freedesktop.DBus.Error.InvalidArgs", `Unit name ${name} is not valid.`);
    },
    async Reload(message: Message) {
      const uid = await received("Reload", [], message);
      if (uid !== 0) throw new Refusal("org.freedesktop.DBus.Error.AccessDenied", "Access denied");
      return null;
    },
  };
  const job = ["ss", "o", ["name", "mode"], ["job"]] as [string, string, string[], string[]];
  bus.exportInterface(manager, ROOT_PATH, {
    name: `${MANAGER}.Manager`,
    methods: {
      StartUnit: job,
      StopUnit: job,
      RestartUnit: job,
      TryRestartUnit: job,
      LoadUnit: ["s", "o", ["name"], ["unit"]],
      Reload: ["", "", [], []],
    },
    signals: {},
  });
  await bus.requestName(MANAGER, 0);
  return { calls, stop: () => bus.close() };
}
