import { HostObject, Terminated, type Value } from "rhai-wasm";
import { LimitError } from "../../../../platform/limits.ts";
import { codeAndText, OsError } from "../../../../platform/os-error.ts";
import type { Authorized } from "../../../../policy/types.ts";
import type { Namespace } from "../../../namespace.ts";
import { type Call, operation } from "../../../operation.ts";
import { object } from "../../../parameters.ts";
import { recordType } from "../../../record.ts";
import { wrongMode } from "../../access.ts";
import { accounts, closeProcess, isItself, NamespaceRefused, processOf, run } from "../../effects/execute.ts";
import { type FileHandle, HANDLES } from "../../handles.ts";
import { fromPlatform, ioError } from "../../os-errors.ts";
import { unknownAccount } from "../../ownership.ts";
import { ask, file } from "../../resource.ts";
import { executionContext } from "./context.ts";
import { childNamespaceOptions, executeOptions } from "./options.ts";

/** What a program that ran left behind. */
export class ExecuteResult extends HostObject {
  constructor(
    readonly exitCode: bigint,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super();
  }
}

export type Options = InstanceType<typeof executeOptions.type.class>["values"];

const result = recordType({
  name: "ExecuteResult",
  typeOf: "rust_safe_io::execute::ExecuteResult",
  class: ExecuteResult,
  example: {
    variable: "outcome",
    expression: 'dir.open_file("worker", reading).execute(ExecuteOptions().args(["--version"]).build())',
  },
  only: "linux",
  fields: {
    exit_code: { type: "i64", get: ({ exitCode }) => exitCode },
    stdout: { type: "String", get: ({ stdout }) => stdout },
    stderr: { type: "String", get: ({ stderr }) => stderr },
  },
});

/** Runs the open file to its end. Asks for execute with all that the program is given. */
export const execute = (call: Call, handle: FileHandle, values: Options): ExecuteResult =>
  authorizeExecution(call, handle, values)();

/** Asks for the same; the function returned runs the file. */
export function authorizeExecution(call: Call, handle: FileHandle, values: Options): () => ExecuteResult {
  const resource = file(handle.path);
  const { args, env, user, group, namespace } = values;
  const uid = user === undefined ? undefined : resolve("user", user, accounts.user(user));
  const gid = group === undefined ? undefined : resolve("group", group, accounts.group(group));
  const own = accounts.own();
  const identity = {
    user: user ?? own.user,
    uid: uid ?? own.uid,
    group: group ?? own.group,
    gid: gid ?? own.gid,
  };
  const pid = namespace === undefined ? undefined : Number(namespace.values.target_process);
  const token = call.access.require(ask("execute", resource, executionContext(args, env, identity, pid)));
  return () => perform(token, handle, values, { uid, gid, pid });
}

function perform(
  token: Authorized<"file_system.execute">,
  handle: FileHandle,
  { args, env, capabilities }: Options,
  { uid, gid, pid }: { readonly [name in "uid" | "gid" | "pid"]: number | undefined },
): ExecuteResult {
  if (handle.openedFor.write) {
    throw wrongMode(
      "Attempted to execute a file opened with write permissions. Files must be opened read-only for execution.",
      handle,
    );
  }
  if (isItself(token, handle.path, handle.fd)) {
    throw ioError(
      "UnsupportedOperationError",
      "Unsupported Operation error: this agent does not execute itself",
    );
  }
  const process =
    pid === undefined ? undefined : openedProcess(() => processOf(token, handle.path, pid), pid);
  try {
    const argv = [
      handle.name,
      ...args.flatMap(({ key, value }) => (value === undefined ? [key] : [key, value])),
    ];
    const { exitCode, stdout, stderr } = run(token, {
      fd: handle.fd,
      path: handle.path,
      argv,
      env: Object.fromEntries(env),
      uid,
      gid,
      capabilities,
      namespace: process,
    });
    return new ExecuteResult(BigInt(exitCode), lossy(stdout), lossy(stderr));
  } catch (error) {
    if (error instanceof LimitError) throw fromPlatform(error);
    if (error instanceof NamespaceRefused) throw new Terminated(refused(error));
    // What could not be started is told as by the program itself.
    if (error instanceof OsError) return new ExecuteResult(1n, "", `fexecve failed: ${codeAndText(error)}\n`);
    throw error;
  } finally {
    if (process !== undefined) closeProcess(process);
  }
}

const refused = ({ cause }: NamespaceRefused): string =>
  `Process namespace fatal error: Failed to switch to namespace using pidfd: ${codeAndText(cause)}`;

const lossy = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

function resolve(kind: "user" | "group", name: string, id: number | undefined): number {
  if (id !== undefined) return id;
  throw unknownAccount(kind, name);
}

function openedProcess(open: () => number, pid: number): number {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof OsError)) throw error;
    const message = `File descriptor operation failed: Failed to open pidfd for PID ${pid}`;
    throw ioError("Other", message);
  }
}

const executeFile = operation({
  name: "execute",
  source: "IoErrorKind",
  parameters: [object(HANDLES.file), executeOptions.parameter],
  returns: "ExecuteResult",
  summary: "Runs the open file to its end and returns its output; its environment is what the options give.",
  checks: ["fs:execute File(<file>) with arguments, environment, user, group and namespace"],
  errors: [
    "IdentityResolutionError",
    "ValidationError",
    "InvalidFileMode",
    "UnsupportedOperationError",
    "FileContentTooLargeError",
    "Other",
  ],
  example: 'dir.open_file("worker", reading).execute(ExecuteOptions().args(["--version"]).build())',
  only: "linux",
  perform: (call, handle, { values }): Value => execute(call, handle, values),
});

export const executeNamespaces: readonly Namespace[] = [
  childNamespaceOptions.namespace,
  executeOptions.namespace,
  result,
  { types: [], constants: [], operations: [executeFile] },
];
