/** What tests of helpers share: a directory of their own, flags by their spelling in scripts, policies that deny. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../../policy/types.ts";
import type { Namespace } from "../../namespace.ts";
import { caller, messageOf, type TestRun, testRun } from "../../testing.ts";

/** A fresh directory, by its real path; removed by what `afterAll` calls. */
export function scratch(afterAll: (remove: () => void) => void): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-helpers-")));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A policy that allows all but `requests`, written as `verb path`. */
export const allBut =
  (...requests: readonly string[]) =>
  ({ action, resource }: AuthorizationRequest): boolean =>
    !requests.includes(`${action.replace("file_system.", "")} ${resource.id}`);

/** A policy that allows `requests` alone, written as `verb path`. */
export const only =
  (...requests: readonly string[]) =>
  (request: AuthorizationRequest): boolean =>
    !allBut(...requests)(request);

/** Calls helpers of `namespace`, each in a run of its own. */
export function shell(namespace: Namespace) {
  const call = caller([namespace]);
  const flag = (name: string): Value => {
    const value = namespace.constants.find((constant) => constant.name === name)?.value;
    if (value === undefined) throw new Error(`no flag ${name}`);
    return value as Value;
  };
  return {
    run: (name: string, ...args: Value[]): Value => call(testRun(), name, ...args),
    under: (run: TestRun, name: string, ...args: Value[]): Value => call(run, name, ...args),
    /** What a call that must fail says. */
    failure: (name: string, ...args: Value[]): string => messageOf(() => call(testRun(), name, ...args)),
    /** What a call says that the policy must refuse. */
    denial: (allows: (request: AuthorizationRequest) => boolean, name: string, ...args: Value[]): string =>
      messageOf(() => call(testRun(allows), name, ...args)),
    flag,
    /** A flag with numbers. */
    flagOf: (name: string, ...numbers: bigint[]): Value => call(testRun(), name, ...numbers),
  };
}

/** Message of a denial of `verb` on the file or directory at `path`. */
export const denied = (verb: string, type: "File" | "Dir", path: string): string =>
  `Permission denied: User::"tester" unauthorized to perform file_system::Action::"${verb}" for file_system::${type}::${path}`;

/** Requests as a run records them, written short. */
export const asked = (run: TestRun): string[] =>
  run.asked.map((request) => request.replaceAll("file_system.", "").replaceAll("file_system::", ""));
