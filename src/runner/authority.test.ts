import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecisionLog } from "../audit/decision-log.ts";
import { recordsOf } from "../audit/testing.ts";
import { close, openDirectory } from "../platform/file.ts";
import type { AuthorizationRequest, Principal } from "../policy/types.ts";
import { policySource } from "./active-policy.ts";
import { Authority } from "./authority.ts";
import { Preparation } from "./preparation.ts";

const path = realpathSync(mkdtempSync(join(tmpdir(), "remit-authority-")));
const directory = openDirectory(path);
const log = new DecisionLog(directory);
afterAll(() => {
  log.close();
  close(directory);
  rmSync(path, { recursive: true });
});

const ALLOW = "permit(principal, action, resource);";
const agent = (autonomy: number): Principal => ({
  type: "Agent",
  id: "assistant",
  attributes: { autonomy },
  groups: [],
});
const restart: AuthorizationRequest = {
  action: "systemd.restart",
  resource: { type: "systemd::Service", id: "a.service", attributes: { name: "a.service" }, ancestors: [] },
};
const begin = (text: string, principal: Principal, dryRun = false) => {
  const authority = new Authority(policySource(text), log);
  const access = authority.begin({
    run: "run_1",
    principal,
    dryRun,
    onEvent: () => undefined,
    ask: () => "approved",
  });
  return { authority, access };
};

function activate(authority: Authority, text: string): void {
  authority.policy = new Preparation(undefined, authority.prepare(policySource(text))).finish();
}

describe("levels of autonomy", () => {
  test("bound what the owner's policy permits", () => {
    expect(begin(ALLOW, agent(3)).access.permit(restart)).toBeUndefined();
    expect(begin(ALLOW, agent(4)).access.permit(restart)).toBeDefined();
  });

  test("cannot be replaced: their ids are reserved", () => {
    const replaced = `@id("remit:autonomy-4") ${ALLOW}`;
    expect(() => begin(replaced, agent(3))).toThrow(
      "ids that begin with remit: are reserved: remit:autonomy-4",
    );
  });

  test("are not named by faults of the owner's policy", () => {
    expect(() => begin("permit(principal, action, resource)", agent(3))).toThrow(/unexpected end of input/);
    expect(() => begin(`${ALLOW} @note("left over")`, agent(3))).toThrow();
  });
});

test("a policy that cannot be used leaves the one before in force", () => {
  const { authority, access } = begin(ALLOW, agent(4));
  expect(() => activate(authority, "permit(")).toThrow();
  expect(access.permit(restart)).toBeDefined();
  activate(authority, "forbid(principal, action, resource);");
  expect(access.permit(restart)).toBeUndefined();
  expect(authority.denials).toMatchObject([{ reason: "forbidden", policies: ["policy0"] }]);
});

test("denials of a run are kept up to a number", () => {
  const { authority, access } = begin("", agent(4));
  for (let index = 0; index < 150; index++) access.permit(restart);
  expect([authority.denials.length, authority.moreDenials]).toEqual([100, 50]);
});

test("a decision of a thousand policies, and of long names, has a record", () => {
  const many = Array.from({ length: 1000 }, (_, index) => `@id("${"p".repeat(300)}${index}") ${ALLOW}`);
  const failing = Array.from(
    { length: 20 },
    () => `permit(principal, action, resource) when { resource.none };`,
  );
  const { authority, access } = begin([...many, ...failing].join("\n"), agent(4));
  const long = "\u{20ac}".repeat(5000);
  const resource = { type: "network::url", id: long, attributes: { url: long }, ancestors: [] };
  expect(access.permit({ action: "network.connect", resource })).toBeDefined();
  expect(authority.denials).toEqual([]);
  const record = recordsOf(path).at(-1);
  expect(record).toMatchObject({ kind: "decision", decision: "allow", morePolicies: 984 });
  expect(record?.kind === "decision" && [record.policies.length, record.errors?.length]).toEqual([16, 4]);
});
