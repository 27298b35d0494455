/** Somebody changes the decision log: `remit audit verify` finds where; row 94 of the attacks. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hash } from "../../src/audit/decision-log.ts";
import { AgentWorld } from "../support/agent.ts";

setDefaultTimeout(60_000);

const FIRST = "decisions.00000001.jsonl";
const SECOND = "decisions.00000002.jsonl";
const world = new AgentWorld();
let copies = 0;
/** The records of the log, which is one file. */
let lines: readonly string[];

beforeAll(async () => {
  const agent = await world.start("--policy", world.file("p.cedar", "permit(principal, action, resource);"));
  for (const path of ["/usr", "/var", "/srv"])
    await world.ask("POST", "/v1/runs", { script: `exists("${path}")` });
  expect(world.call("audit", "verify").stdout).toMatch(/^records 1 to \d+ follow from each other\n$/);
  agent.signal("SIGTERM");
  await agent.ended;
  lines = readFileSync(join(world.state, FIRST), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(7);
});
afterAll(() => world.remove());

type Files = { readonly [name: string]: readonly string[] };

/** What is said of the log when it consists of these files. */
function verify(files: Files, sent?: { seq: number; hash: string }) {
  const state = join(world.path, `state-${copies++}`);
  cpSync(world.state, state, { recursive: true });
  rmSync(join(state, FIRST));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(state, name), text.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  }
  const cursor = { version: 1, dropped: {}, breaks: 0, resets: 0, last: sent };
  if (sent !== undefined) writeFileSync(join(state, "upload.json"), JSON.stringify(cursor), { mode: 0o600 });
  return world.callPlain("audit", "verify", "--state", state);
}
const at = (index: number): string => lines[index] ?? "";
/** As somebody would write it who knows the format. */
const forged = (index: number): string => at(index).replace('"time":"2', '"time":"1');

describe("it is as it was written", () => {
  test.each<[string, () => Files]>([
    ["in one file", () => ({ [FIRST]: lines })],
    ["in two", () => ({ [FIRST]: lines.slice(0, 4), [SECOND]: lines.slice(4) })],
    ["without the oldest, which made room", () => ({ [SECOND]: lines.slice(4) })],
  ])("%s", (_, files) => {
    expect(verify(files())).toMatchObject({ status: 0, stderr: "" });
  });

  test("with what was reported", () => {
    expect(verify({ [FIRST]: lines }, { seq: 5, hash: hash(Buffer.from(at(4))) }).status).toBe(0);
    expect(verify({ [SECOND]: lines.slice(4) }, { seq: 2, hash: hash(Buffer.from(at(1))) }).status).toBe(0);
  });
});

describe("it is not", () => {
  const without = (index: number) => lines.filter((_, other) => other !== index);

  test.each<[string, () => Files, string]>([
    [
      "a record is changed",
      () => ({ [FIRST]: lines.map((line, index) => (index === 3 ? forged(3) : line)) }),
      `${FIRST}:5: record 5 was not written after the one before it, which was changed`,
    ],
    [
      "the first one begins another chain",
      () => ({ [FIRST]: [at(0).replace(/"prev":"0/, '"prev":"1'), ...lines.slice(1)] }),
      `${FIRST}:1: record 1 was not written after`,
    ],
    [
      "a record is gone",
      () => ({ [FIRST]: without(3) }),
      `${FIRST}:4: record 5 comes after 3: records were taken away`,
    ],
    [
      "the end of a file is gone",
      () => ({ [FIRST]: lines.slice(0, 3), [SECOND]: lines.slice(4) }),
      `${SECOND}:1: record 5 comes after 3`,
    ],
    [
      "two have changed places",
      () => ({ [FIRST]: [...lines.slice(0, 3), at(4), at(3), ...lines.slice(5)] }),
      `${FIRST}:4: record 5 comes after 3`,
    ],
    [
      "one is there twice",
      () => ({ [FIRST]: [...lines.slice(0, 4), ...lines.slice(3)] }),
      `${FIRST}:5: record 4 comes after 4`,
    ],
    [
      "one is no record",
      () => ({ [FIRST]: [...lines.slice(0, 4), "{}", ...lines.slice(4)] }),
      `${FIRST}:5: this is no record`,
    ],
    [
      "one is a thousand times too long",
      () => ({ [FIRST]: [at(0).repeat(1000), ...lines.slice(1)] }),
      `${FIRST}:1: this is no record`,
    ],
  ])("%s", (_, files, why) => {
    const { status, stdout, stderr } = verify(files());
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toStartWith(`error: ${why}`);
  });

  test("what was reported is gone, or is another", () => {
    const last = { seq: lines.length, hash: hash(Buffer.from(at(lines.length - 1))) };
    expect(verify({ [FIRST]: lines.slice(0, -1) }, last).stderr).toBe(
      `error: the log ends with record ${last.seq - 1}, but record ${last.seq} was reported to the central team\n`,
    );
    expect(verify({}, last).stderr).toStartWith("error: the log is empty, but record");
    const changed = [...lines.slice(0, -1), forged(lines.length - 1)];
    expect(verify({ [FIRST]: changed }, last).stderr).toContain(
      `record ${last.seq} is not the one that was reported`,
    );
  });
});
