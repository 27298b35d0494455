import { ACTIONS, type Action, type EntityUid } from "./types.ts";
import { uidText } from "./uid-text.ts";

/** The group that has every action of its namespace, as the schema declares it. */
const GROUPS: { readonly [N in keyof typeof ACTIONS]: string } = {
  file_system: "SafeIO",
  network: "NetworkAction",
  process_system: "ProcessAction",
  sysctl: "SysctlAction",
  sysinfo: "SysinfoAction",
  systemd: "SystemdAction",
};

interface ActionUids {
  readonly uid: EntityUid;
  /** The action and the group that it is in. */
  readonly self: readonly EntityUid[];
}

const UIDS = new Map<string, ActionUids>(
  Object.entries(ACTIONS).flatMap(([namespace, names]) =>
    names.map((name) => {
      const type = `${namespace}::Action`;
      const uid = { type, id: name };
      const group = { type, id: GROUPS[namespace as keyof typeof ACTIONS] };
      return [`${namespace}.${name}`, { uid, self: [uid, group] }] as const;
    }),
  ),
);

/** All actions of the schema. */
// The keys are actions: they are made of ACTIONS.
export const ALL_ACTIONS = [...UIDS.keys()] as readonly Action[];

/** Cedar's uid of `action`, and those it is `in`. */
export function actionUids(action: Action): ActionUids {
  const found = UIDS.get(action);
  if (!found) throw new Error(`no action ${action}`);
  return found;
}

const NAMES: ReadonlyMap<string, Action> = new Map(
  [...UIDS].flatMap(([name, { uid }]) =>
    // The keys are actions: they are made of ACTIONS.
    [name, uidText(uid)].map((form) => [form, name as Action] as const),
  ),
);

/** The action that is written as `file_system::Action::"read"`, or shorter as `file_system.read`. */
export const actionNamed = (text: string): Action | undefined => NAMES.get(text.trim());
