import { CHECK_COMMAND } from "../bundle/content/candidate.ts";
import { ancestorsOf, isThere, withoutLinks } from "../platform/place.ts";
import { RESERVED } from "./autonomy.ts";

/** What belongs to the agent itself, on the host on which it runs. All paths are absolute. */
export interface OwnThings {
  /** The state directory: token, policy, decision log, kill switch. */
  readonly state: string;
  readonly executable: string;
  /** Configuration, policy and socket, whether they are there or not. */
  readonly files: readonly string[];
  /** Number of the agent's process. */
  readonly agent: number;
  /** Where the agent listens beside its socket, `127.0.0.1:7077`. */
  readonly address: string | undefined;
}

/** All that changes a file or what has its name. */
const CHANGES = ["chmod", "chown", "create", "delete", "move", "set_x_attr", "write"];
/** All that could put something else in the place of a directory, or let others do so. */
const REPLACES = ["chmod", "chown", "delete", "move", "unmount"];
const SIGNALS = ["kill", "interrupt", "trace"];
const TYPES = ["File", "Dir"];
/**
 * How the command lines of processes begin that the agent starts: of runners, and of those that judge a bundle or a policy.
 * Policies see the name of the program only.
 */
const PROCESSES = [`remit runner `, `remit ${CHECK_COMMAND} `, `remit validate `];
/** By which one reaches this machine, as URLs have them. */
const LOOPBACK = ["127.0.0.1", "0.0.0.0", "[::1]", "[::]"];

/**
 * Policies that hold beside the owner's, however much that permits: no script gets at what decides about it. An owner
 * who permits all below `/` means the files of the host, not the agent's token.
 */
export function protectionPolicies(own: OwnThings): string {
  const { executable, files } = own;
  return [
    ...new Set([state(own), execution(own), ...kept([executable, ...files, own.state]), ...others(own)]),
  ]
    .map((policy) => `${policy};\n`)
    .join("");
}

/** Whatever links lead to it, operations ask for the path without them, too. */
const state = (own: OwnThings): string =>
  forbid(
    "state",
    `action in file_system::Action::"SafeIO", resource in ${uid("file_system::Dir", withoutLinks(own.state))}`,
  );

/** The own executable runs whatever it is told to, as an interpreter does: under no policy of this agent. */
const execution = ({ executable }: OwnThings): string =>
  forbid(
    "executable",
    `action == file_system::Action::"execute", resource == ${uid("file_system::File", executable)}`,
  );

/** Neither changed nor replaced, nor made where they are missing, also not by what is above them. */
function kept(paths: readonly string[]): readonly string[] {
  return paths.flatMap((given) =>
    [given, withoutLinks(given)].flatMap((path) => [
      ...untouched(path, CHANGES),
      ...ancestorsOf(path).flatMap((above) => untouched(above, isThere(above) ? REPLACES : CHANGES)),
    ]),
  );
}

const untouched = (path: string, names: readonly string[]): readonly string[] =>
  TYPES.map((type) =>
    forbid(
      `keep:${path}${type === "Dir" ? "/" : ""}`,
      `action in ${actions("file_system", names)}, resource == ${uid(`file_system::${type}`, path)}`,
    ),
  );

/** Processes of the agent, and the memory of any; the own API, of which a script is no caller. */
function others({ agent, address }: OwnThings): readonly string[] {
  const isOurs = [
    `resource == ${uid("process_system::Process", String(agent))}`,
    ...PROCESSES.map((command) => `resource.command like "${command}*"`),
  ];
  return [
    forbid("process", `action in ${actions("process_system", SIGNALS)}, resource`, isOurs),
    forbid(
      `keep:/proc/${agent}`,
      `action in ${actions("file_system", CHANGES)}, resource in ${uid("file_system::Dir", `/proc/${agent}`)}`,
    ),
    forbid("memory", 'action in file_system::Action::"SafeIO", resource in file_system::Dir::"/proc"', [
      'resource.path like "/proc/*/mem"',
    ]),
    ...(address === undefined ? [] : [api(address)]),
  ];
}

function api(address: string): string {
  const port = address.slice(address.lastIndexOf(":") + 1);
  const isApi = LOOPBACK.flatMap((host) => {
    const { origin } = new URL(`http://${host}:${port}`);
    return [`resource.url == "${origin}"`, `resource.url like "${origin}/*"`];
  });
  return forbid("api", `action == network::Action::"GET", resource is network::url`, isApi);
}

const forbid = (name: string, scope: string, when: readonly string[] = []): string =>
  `@id("${RESERVED}${name.replace(/["\\]|\p{Cc}/gu, "?")}")\nforbid (principal, ${scope})` +
  (when.length === 0 ? "" : ` when { ${when.join(" || ")} }`);

const actions = (namespace: string, names: readonly string[]): string =>
  `[${names.map((name) => `${namespace}::Action::"${name}"`).join(", ")}]`;

const uid = (type: string, id: string): string => `${type}::${literal(id)}`;

/** A text as Cedar writes it. */
const literal = (text: string): string =>
  `"${text.toWellFormed().replace(/["\\]|\p{Cc}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)}"`;
