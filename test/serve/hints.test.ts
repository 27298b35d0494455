/** Runner processes that are told of a bundle before it is in force: it decides from then on that it is, and not before. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeArchive } from "../../src/bundle/archive/index.ts";
import { BundleStore, openBundleDirectory } from "../../src/bundle/index.ts";
import { type Child, startSelf } from "../../src/platform/child.ts";
import { close } from "../../src/platform/file.ts";
import { LIMITS } from "../../src/platform/limits.ts";
import { openStateDirectory } from "../../src/platform/state-directory.ts";
import { writePolicy } from "../../src/runner/active-policy.ts";
import { Control } from "../../src/runner/control.ts";
import type { Report } from "../../src/runner/protocol.ts";
import { until } from "../support/agent.ts";
import { bundleOf, putInForce } from "../support/bundle.ts";
import { executable } from "../support/executable.ts";

setDefaultTimeout(60_000);

const OPEN = 'DirConfig().path("/usr").build().open(OpenDirOptions().build()); "opened"';
const PERMIT =
  'permit(principal, action == file_system::Action::"open", resource == file_system::Dir::"/usr");';
const NO = "0".repeat(64);
/** Permits what the script does, or does not; of many files, each of which is a step. */
const files = (revision: string, isPermitted: boolean) => {
  const none = Array.from({ length: 20 }, (_, index) => [
    `policies/p${index}.cedar`,
    PERMIT.replace("/usr", `/none/${index}`),
  ]);
  return bundleOf({ ...Object.fromEntries(none), "policies/a.cedar": isPermitted ? PERMIT : "" }, revision);
};

const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-hints-")));
const state = join(path, "state");
const reports: Report[] = [];
let runner: Child;
let runs = 0;

beforeAll(async () => {
  close(openStateDirectory(state));
  await putInForce(state, files("first", true));
  runner = startSelf({
    args: [
      "runner",
      "--state",
      state,
      "--log-level",
      "info",
      "--decision-bytes",
      `${2 ** 20}`,
      "--executable",
      executable(),
    ],
    program: executable(),
    lineBytes: LIMITS.reportBytes,
    onLine: (line) => reports.push(JSON.parse(line)),
  });
  await until(() => reports.length > 0, "the runner to be ready");
});
afterAll(async () => {
  runner.close();
  await runner.ended;
  rmSync(path, { recursive: true });
});

const prepare = (sha256: string): string => JSON.stringify({ type: "prepare", sha256 });
const job = (): string =>
  JSON.stringify({
    ...{ run: `run_${runs++}`, script: OPEN, arguments: "{}", timeoutMs: 20_000, dryRun: false },
    principal: { type: "User", id: "root" },
  });

/** Sends all lines at once, and returns what is said until `last` is. */
async function said(last: Report["type"], ...lines: readonly string[]): Promise<readonly Report[]> {
  const from = reports.length;
  runner.send(lines.join("\n"));
  await until(() => reports.slice(from).some(({ type }) => type === last), `${last} of ${lines}`);
  return reports.slice(from);
}
/** What comes of a run: by which policy, and whether it did what it was to do. */
async function outcome(...before: readonly string[]): Promise<string> {
  const result = (await said("result", ...before, job())).find(({ type }) => type === "result");
  if (result?.type !== "result") throw new Error("no result");
  return `${result.revision} ${result.result.output || result.denials.map(({ reason }) => reason)}`;
}
const prepared = async (sha256: string) =>
  expect((await said("prepared", prepare(sha256))).at(-1)).toEqual({ type: "prepared", sha256 });

/** Keeps a bundle that is not in force. */
async function keep(revision: string, isPermitted: boolean): Promise<string> {
  const directory = openStateDirectory(state);
  const folder = openBundleDirectory(directory);
  const sha256 = await new BundleStore(folder).put(writeArchive(files(revision, isPermitted)));
  close(folder);
  close(directory);
  return sha256;
}

test("a bundle that is ready decides nothing before it is in force, and everything after", async () => {
  expect(await outcome()).toBe("first opened");
  await prepared(await keep("second", false));
  expect(await outcome()).toBe("first opened");
  await putInForce(state, files("second", false));
  expect(await outcome()).toBe("second not_permitted");
  // Decisions and indexes of the one before are not those of the next.
  await prepared(await keep("third", true));
  expect(await outcome()).toBe("second not_permitted");
  await putInForce(state, files("third", true));
  expect(await outcome()).toBe("third opened");
});

test("a job goes first, and what is half ready then is finished later", async () => {
  const sha256 = await keep("later", false);
  const order = (await said("prepared", prepare(sha256), job())).map(({ type }) => type);
  expect(order.filter((type) => type === "result" || type === "prepared")).toEqual(["result", "prepared"]);
  expect(await outcome()).toBe("third opened");
  await putInForce(state, files("later", false));
  expect(await outcome()).toBe("later not_permitted");
});

test("one that is in force before it is ready is what the next run is decided by", async () => {
  const sha256 = await putInForce(state, files("soon", true));
  expect(await outcome(prepare(sha256))).toBe("soon opened");
  const next = await putInForce(state, files("sooner", false));
  expect(await outcome(prepare(next), JSON.stringify({ type: "heed" }))).toBe("sooner not_permitted");
});

test("where another one is in force than was made ready, that one decides", async () => {
  await prepared(await keep("permits", true));
  await putInForce(state, files("other", false));
  expect(await outcome()).toBe("other not_permitted");
  const [old, next] = [await keep("old", false), await keep("next", true)];
  expect(await said("prepared", prepare(old), prepare(next))).toEqual([{ type: "prepared", sha256: next }]);
  await putInForce(state, files("next", true));
  expect(await outcome()).toBe("next opened");
});

test("where a policy file is in force instead, it decides", async () => {
  await prepared(await keep("ready", true));
  const directory = openStateDirectory(state);
  writePolicy(directory, "// nothing");
  const control = new Control(directory);
  control.nextEpoch();
  control.close();
  close(directory);
  expect(await outcome()).toMatch(/^[0-9a-f]{16} not_permitted$/);
  await putInForce(state, files("ready", true));
  expect(await outcome()).toBe("ready opened");
});

test("one that cannot be made ready costs nothing, and is looked at again when it is in force", async () => {
  await prepared(NO);
  expect(await outcome()).toBe("ready opened");
  const mended = await keep("mended", true);
  const broken = bundleOf({ "policies/a.cedar": `@id("a") ${PERMIT} @id("a") ${PERMIT}` }, "broken");
  const sha256 = await putInForce(state, broken);
  await prepared(sha256);
  const results = await said("result", job());
  expect(JSON.stringify(results)).toContain("the policy in force cannot be used: policies/a.cedar");
  await prepared(mended);
  await putInForce(state, files("mended", true));
  expect(await outcome()).toBe("mended opened");
});
