/** Actions of the schema by namespace, as `"<namespace>.<action>"`. */
export const ACTIONS = {
  file_system: [
    "chmod",
    "chown",
    "create",
    "delete",
    "execute",
    "move",
    "network_namespace",
    "open",
    "read",
    "redacted_read",
    "set_x_attr",
    "stat",
    "unmount",
    "write",
  ],
  network: ["GET", "connect"],
  process_system: ["interrupt", "kill", "list", "list_fds", "mount_namespace", "network_namespace", "trace"],
  sysctl: ["load"],
  sysinfo: ["list", "resolve_hostname"],
  systemd: ["daemon_reload", "restart", "start", "status", "stop"],
} as const;

type Actions = typeof ACTIONS;
/** For example `file_system.open`, in Cedar `file_system::Action::"open"`. */
export type Action = { [N in keyof Actions]: `${N}.${Actions[N][number]}` }[keyof Actions];

export interface EntityUid {
  readonly type: string;
  readonly id: string;
}

/** Who asks: the account of this process, or an agent with what is known of it. */
export interface Principal extends EntityUid {
  readonly attributes?: { readonly [name: string]: CedarValue };
  /** Ids of the groups that it is in. */
  readonly groups?: readonly string[];
}

/** JSON of a Cedar value: strings, longs, booleans, sets, records and references to entities. */
export type CedarValue =
  | string
  | number
  | boolean
  | readonly CedarValue[]
  | { readonly [key: string]: CedarValue };

/** The resource of a request, with all that a policy can see of it. */
export interface Resource extends EntityUid {
  readonly attributes: { readonly [name: string]: CedarValue };
  /** All ancestors, nearest first; for a path its parent directories up to `/`. */
  readonly ancestors: readonly EntityUid[];
}

/** An entity that a context refers to (arguments and environment of `execute`). */
export interface ContextEntity extends EntityUid {
  readonly attributes: { readonly [name: string]: CedarValue };
  readonly tags: { readonly [name: string]: CedarValue };
}

export interface Context {
  readonly record: { readonly [name: string]: CedarValue };
  readonly entities: readonly ContextEntity[];
}

/** What is asked of the policy: may the principal of the run do `action` on `resource`? */
export interface AuthorizationRequest<A extends Action = Action> {
  readonly action: A;
  readonly resource: Resource;
  readonly context?: Context;
}

/** Why a request was decided as it was. */
export interface Decision {
  readonly allowed: boolean;
  /** Ids of the policies that determined it: the permits of an allow, the forbids of a denial; empty where nothing permitted. */
  readonly policies: readonly string[];
  /** Policies that could not be evaluated, with Cedar's reason. An erroring forbid denies. */
  readonly errors: readonly { readonly policy: string; readonly message: string }[];
  /** The check itself could not be made (request against the schema, engine failure); always a denial. */
  readonly failure?: string;
}

declare const authorized: unique symbol;
/**
 * Proof that the policy allowed `request`. Only the policy room makes one, and every effect on the host
 * takes one for its action, so an operation that skips its check does not compile.
 */
export interface Authorized<A extends Action = Action> {
  readonly [authorized]: A;
  readonly request: AuthorizationRequest<A>;
}

/** The run's way to the policy. */
export interface Access {
  /** Name of the principal, as denials show it. */
  readonly principal: string;
  /** Asks the policy. @throws {Denied} when it does not allow. */
  require<A extends Action>(request: AuthorizationRequest<A>): Authorized<A>;
  /** Asks the policy; `undefined` when it does not allow. For operations that leave out what is denied. */
  permit<A extends Action>(request: AuthorizationRequest<A>): Authorized<A> | undefined;
  /**
   * For what an allowed request brings along, such as what is in a directory that is removed: finds the decision that
   * forbids `action` on a resource. `undefined` when no policy forbids that action at all, or in the directory `within`.
   */
  vetoes(
    action: Action,
    within?: Resource,
  ): ((resource: Resource, context?: Context) => Decision | undefined) | undefined;
  /**
   * The same, but of what the policy does not allow nobody is told: for who has another way, and tells of the denial that
   * comes of it by asking again.
   */
  tentative(): Access;
  /** The same policy's answers for the user `name`, for what is done with that user's permissions. */
  as(name: string): Access;
}
