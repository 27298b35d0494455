/** What tests of processes share: processes of their own, policies by action and number, calls as a script makes them. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { EnumValue, type HostObject, Thrown, type Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../policy/types.ts";
import { traceNamespaces } from "../file_system/core-dump/trace.ts";
import { networkNamespaces } from "../network/index.ts";
import type { Run } from "../operation.ts";
import { type Closure, caller, thrownBy, waitFor } from "../testing.ts";
import { processNamespaces } from "./index.ts";

export const root = process.geteuid?.() === 0;

const namespaces = [...processNamespaces, ...networkNamespaces, ...traceNamespaces];

/** Calls an operation in the given run. */
export const under: (run: Run, name: string, ...args: (Value | Closure)[]) => Value = caller(namespaces);

/** The value of an operation that waits, of the receiver's type. */
export async function waited(run: Run, name: string, ...args: Value[]): Promise<Value> {
  const found = processNamespaces.flatMap(({ operations }) => operations).find((each) => each.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return waitFor(run, found, args);
}

/** Options made as a script makes them: `build(run, "KillOptions", { pid: 1n })`. */
export function build(run: Run, name: string, values: { readonly [option: string]: Value }): Value {
  let builder = under(run, name);
  for (const [option, value] of Object.entries(values)) builder = under(run, option, builder, value);
  return under(run, "build", builder);
}

/** `Signal::<name>`. */
export function signal(name: string): EnumValue {
  const found = processNamespaces.flatMap(({ constants }) => constants).find((each) => each.name === name);
  if (!(found?.value instanceof EnumValue)) throw new Error(`no signal ${name}`);
  return found.value;
}

/** `kind: message` of what a call must throw. */
export function failure(act: () => unknown): string {
  const error = thrownBy(act);
  if (!(error instanceof Map)) return String(error);
  const kind = error.get("kind");
  return `${kind instanceof EnumValue ? kind.name : "?"}: ${error.get("message")}`;
}

/** The same of a call that waits. */
export async function failureOf(act: () => Promise<unknown>): Promise<string> {
  const error = await act().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof Thrown)) throw new Error("expected an error for the script");
  return failure(() => {
    throw error;
  });
}

/** A getter of a record. */
export const get = (run: Run, record: Value | undefined, name: string): Value =>
  under(run, name, record as HostObject);

/** A policy that allows all but `action` on the process `pid`, or on any. */
export const allBut =
  (action: string, id?: number | string) =>
  (request: AuthorizationRequest): boolean =>
    request.action !== action || (id !== undefined && request.resource.id !== String(id));

/** A denial as scripts see it. */
export const denied = (verb: string, pid: number): string =>
  `Permission denied: User::"tester" unauthorized to perform process_system::Action::"${verb}" for process_system::Process::${pid}`;

const started = new Set<ChildProcess>();

/** A process that does nothing for a while; ended by {@link endAll}. Resolves when its program runs. */
export async function start(program = "sleep", args: readonly string[] = ["30"]): Promise<number> {
  const child = spawn(program, args, { stdio: "ignore" });
  started.add(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} was not started`);
  return pid;
}

/** Resolves when `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let left = 500; !condition(); left--) {
    if (left === 0) throw new Error("it did not come to be");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether the process runs the program of this name. */
export const runs = (pid: number, name: string): boolean =>
  readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name;

/** The signal that ended a process of {@link start}. */
export async function endOf(pid: number): Promise<NodeJS.Signals | null> {
  const child = [...started].find((each) => each.pid === pid);
  if (!child) throw new Error(`${pid} was not started`);
  if (child.signalCode === null && child.exitCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
  return child.signalCode;
}

export function endAll(): void {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
}
