import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createAccess, parsePolicySet, type Resource } from "../policy/index.ts";
import type { Action } from "../policy/types.ts";
import { validate } from "../policy/validate.ts";
import { protectionPolicies } from "./protection.ts";

const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-own-")));
afterAll(() => rmSync(path, { recursive: true }));
mkdirSync(join(path, "real/state"), { recursive: true });
symlinkSync(join(path, "real"), join(path, "link"));

/** With a link on the way, a name that Cedar would take for something else, and a directory that is missing. */
const own = {
  state: join(path, "link/state"),
  executable: "/usr/bin/remit",
  files: [join(path, 'missing/"a\\b\n.toml')],
  agent: 4711,
  address: "127.0.0.1:7077",
};
const withOwn = (things: typeof own) =>
  parsePolicySet(`permit(principal, action, resource);\n${protectionPolicies(things)}`);
const set = withOwn(own);

const at = (type: "File" | "Dir", place: string): Resource => {
  const above: string[] = [];
  for (let parent = dirname(place); above.at(-1) !== "/"; parent = dirname(parent)) above.push(parent);
  const ancestors = above.map((id) => ({ type: "file_system::Dir", id }));
  return { type: `file_system::${type}`, id: place, attributes: { path: place }, ancestors };
};
const file = (place: string) => at("File", place);
const dir = (place: string) => at("Dir", place);
const program = (pid: string, command: string): Resource => ({
  type: "process_system::Process",
  id: pid,
  attributes: { pid, name: "x", username: "root", command },
  ancestors: [],
});
const url = (id: string): Resource => ({
  type: "network::url",
  id,
  attributes: { url: id },
  ancestors: [],
});
const config = own.files[0] ?? "";

const DENIED: readonly (readonly [Action, Resource])[] = [
  ["file_system.read", file(join(path, "real/state/token"))],
  ["file_system.open", dir(join(path, "real/state"))],
  ["file_system.create", file(join(path, "real/state/a/b"))],
  ["file_system.move", dir(join(path, "real"))],
  ["file_system.delete", file(join(path, "link"))],
  ["file_system.unmount", dir(path)],
  ["file_system.write", file(config)],
  ["file_system.create", file(config)],
  ["file_system.create", dir(dirname(config))],
  ["file_system.create", file(dirname(config))],
  ["file_system.write", file("/usr/bin/remit")],
  ["file_system.delete", file("/usr/bin/remit")],
  ["file_system.move", dir("/usr/bin")],
  ["file_system.write", file("/proc/1/mem")],
  ["file_system.read", file("/proc/1/task/1/mem")],
  ["file_system.write", file("/proc/4711/oom_score_adj")],
  ["process_system.kill", program("4711", "remit serve")],
  ["process_system.trace", program("4712", "remit runner --state /x")],
  ["process_system.trace", program("4713", "remit check-bundle --sha256 x")],
  ["process_system.kill", program("4714", "remit validate --policy-file /x")],
  ["network.GET", url("http://127.0.0.1:7077")],
  ["network.GET", url("http://[::1]:7077/v1/runs")],
];
const ALLOWED: readonly (readonly [Action, Resource])[] = [
  ["file_system.read", file(join(path, "real/statement"))],
  ["file_system.create", file(join(path, "real/other"))],
  ["file_system.create", dir(path)],
  ["file_system.open", dir(join(path, "real"))],
  ["file_system.read", file(config)],
  ["file_system.read", file("/usr/bin/remit")],
  ["file_system.write", file("/usr/bin/other")],
  ["file_system.read", file("/proc/1/status")],
  ["file_system.read", file("/proc/meminfo")],
  ["file_system.read", file("/proc/4711/status")],
  ["file_system.write", file("/proc/47110/oom_score_adj")],
  ["process_system.kill", program("4712", "vi remit runner")],
  ["process_system.kill", program("4713", "remit mcp")],
  ["process_system.list", program("4711", "remit serve")],
  ["network.GET", url("http://127.0.0.1:7078/")],
  ["network.GET", url("http://127.0.0.1:70770/")],
  ["network.connect", url("127.0.0.1")],
];

test.each(DENIED)("%s is forbidden by name", (action, resource) => {
  const [by] = decisionOf(action, resource).policies;
  expect([resource.id, by]).toEqual([resource.id, expect.stringMatching(/^remit:/)]);
});
test.each(ALLOWED)("%s of what only looks like it is not", (action, resource) => {
  expect([resource.id, decisionOf(action, resource).allowed]).toEqual([resource.id, true]);
});

function decisionOf(action: Action, resource: Resource) {
  let allowed = false;
  let policies: readonly string[] = [];
  const heard = createAccess(set, "tester", {
    onDecision: (_request, decision) => {
      ({ allowed, policies } = decision);
    },
  });
  heard.permit({ action, resource, ...(action === "file_system.move" ? { context: MOVE } : {}) });
  return { allowed, policies };
}
const MOVE = {
  record: { destination: { path: "/x", name: "x", parent_path: "/" } },
  entities: [],
};

test("the executable runs nothing", () => {
  const [policy] = set.policies.filter(({ id }) => id === "remit:executable");
  expect(policy?.scope).toMatchObject({ resource: { uid: { id: "/usr/bin/remit" } } });
});

test("all of them are valid, and have ids of their own", () => {
  expect(validate(set).filter(({ severity }) => severity === "error")).toEqual([]);
  expect(set.policies.slice(1).filter(({ id }) => !id.startsWith("remit:"))).toEqual([]);
});

test("of a directory that has nothing of it nobody has to look at what is in it", () => {
  const access = createAccess(withOwn({ ...own, files: ["/etc/remit/remit.toml"] }), "tester");
  expect(access.vetoes("file_system.move", dir("/srv"))).toBeUndefined();
  expect(access.vetoes("file_system.move", dir(path))).toBeDefined();
});
