import { describe, expect, test } from "bun:test";
import { type Entry, encode } from "../record.ts";
import { eventOf } from "./event.ts";
import { parseLine } from "./record-line.ts";

const PREV = "0".repeat(64);
const HASH = "ab".repeat(32);
const TIME = new Date("2026-01-31T12:00:00.123Z");
const ORIGIN = { labels: { id: "device", version: "1.0.0", fleet: "fleet-a" }, bundle: "prod" };

function eventFor(entry: Entry | object, { seq = 7, hash = HASH, origin = ORIGIN } = {}) {
  // Of any form: also what another version may have written.
  const record = parseLine(encode(entry as Entry, seq, PREV, TIME));
  if (record === undefined) throw new Error("no record");
  return JSON.parse(eventOf(record, hash, origin));
}

const decision = {
  kind: "decision",
  run: "run_1",
  principal: 'Agent::"alice"',
  action: 'file_system::Action::"open"',
  resource: { type: "file_system::File", id: "/etc/motd" },
  decision: "deny",
  policies: ["no-motd"],
  errors: ["p: attribute missing"],
  dryRun: true,
  revision: "0123456789abcdef",
} as const;

test("a decision is an event of OPA", () => {
  expect(eventFor(decision)).toEqual({
    labels: ORIGIN.labels,
    decision_id: expect.any(String),
    bundles: { prod: { revision: "0123456789abcdef" } },
    path: 'file_system::Action::"open"',
    input: {
      principal: 'Agent::"alice"',
      action: 'file_system::Action::"open"',
      resource: { type: "file_system::File", id: "/etc/motd" },
    },
    result: { decision: "deny", policies: ["no-motd"], errors: ["p: attribute missing"] },
    timestamp: "2026-01-31T12:00:00.123Z",
    remit: { seq: 7, kind: "decision", run: "run_1", dry_run: true },
  });
});

test("runs and acts of administrators are events in the same envelope", () => {
  expect(
    eventFor({ kind: "run", run: "run_1", principal: "a", event: "ended", outcome: "failed" }),
  ).toMatchObject({
    path: "remit/run",
    input: { principal: "a" },
    result: { event: "ended", outcome: "failed" },
    remit: { seq: 7, kind: "run", run: "run_1" },
  });
  expect(eventFor({ kind: "admin", principal: "a", act: "kill", details: { reason: "why" } })).toMatchObject({
    path: "remit/admin",
    result: { act: "kill", details: { reason: "why" } },
  });
});

test("a run that is part of a trace says so, and which request began it", () => {
  const trace = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentId: "b7ad6b7169203331",
    requestId: "r-1",
  };
  const run = { kind: "run", run: "run_1", principal: "a", event: "started", ...trace };
  expect(eventFor(run)).toMatchObject({
    trace_id: trace.traceId,
    span_id: trace.parentId,
    result: { event: "started" },
    remit: { request_id: "r-1" },
  });
  expect(eventFor({ ...decision, traceId: trace.traceId }).trace_id).toBe(trace.traceId);
});

test("a question to somebody is an event, masked as the decision is", () => {
  const resource = { type: "network::url", id: "https://a.test/?token=***" };
  const asked = {
    kind: "approval",
    event: "asked",
    id: "approval_1",
    principal: "a",
    run: "run_1",
    action: "x",
  };
  expect(eventFor({ ...asked, resource })).toMatchObject({
    path: "remit/approval",
    result: { event: "asked", id: "approval_1", action: "x", resource },
    masked: ["/result/resource/id"],
  });
});

test("what a later version remembers is not left out", () => {
  expect(eventFor({ kind: "bundle", state: "APPLIED" })).toMatchObject({
    path: "remit/bundle",
    result: { state: "APPLIED" },
  });
  expect(eventFor({ ...decision, decision: "maybe" })).toMatchObject({
    path: "remit/decision",
    result: { decision: "maybe", action: decision.action },
  });
});

describe("the id of an event", () => {
  const { decision_id } = eventFor(decision);

  test("is a UUID, and the same whenever it is sent", () => {
    expect(decision_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(eventFor(decision).decision_id).toBe(decision_id);
  });
  test.each([
    ["agent", { origin: { ...ORIGIN, labels: { ...ORIGIN.labels, id: "other" } } }],
    ["place", { seq: 8 }],
    ["record", { hash: "cd".repeat(32) }],
  ])("is another one for another %s", (_, other) => {
    expect(eventFor(decision, other).decision_id).not.toBe(decision_id);
  });
});

test.each([
  ["network::url", "https://***@a.test/", ["/input/resource/id"]],
  ["network::url", "https://a.test/?token=***", ["/input/resource/id"]],
  ["network::url", "https://a.test/x#***", ["/input/resource/id"]],
  ["network::url", "https://a.test/***", undefined],
  ["file_system::File", "/a?b=***", undefined],
])("says where something was masked: %s %s", (type, id, masked) => {
  expect(eventFor({ ...decision, resource: { type, id } }).masked).toEqual(masked);
});

test.each(["", "{", "null", "[]", '{"v":2}', '{"v":1,"seq":0}', '"x"'])("no record: %s", (line) => {
  expect(parseLine(Buffer.from(line))).toBeUndefined();
});
