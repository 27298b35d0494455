import { expect, test } from "bun:test";
import { BundleStatus, statusPart } from "./status.ts";

const TIME = "2026-01-31T12:00:00Z";
const status = BundleStatus.parse({
  bundles: { prod: { name: "prod", state: "APPLIED", active_revision: "git:abc123", last_request: TIME } },
  trust: {
    ...{ root_version: 1, timestamp_version: 2, targets_version: 3, stale_s: 10 },
    expires: { root: TIME, targets: TIME, timestamp: TIME },
  },
  clock: { suspect: false, floor: TIME, source: "timestamp" },
});

test("is sent as it is", () => {
  expect(statusPart(status).members).toEqual(status);
});

test("a poll that changed nothing is no news, all else is", () => {
  const { news } = statusPart(status);
  const later = "2026-01-31T12:05:00Z";
  const polled = {
    bundles: { prod: { ...status.bundles["prod"], last_request: later, last_successful_request: later } },
    trust: { ...status.trust, stale_s: 0 },
    clock: { ...status.clock, floor: later },
  };
  expect(statusPart(BundleStatus.parse(polled)).news).toBe(news);
  for (const changed of [
    { bundles: { prod: { ...status.bundles["prod"], state: "FAILED", code: "expired" } } },
    { bundles: {} },
    { trust: { ...status.trust, timestamp_version: 3 } },
    { clock: { ...status.clock, suspect: true } },
  ])
    expect(statusPart(BundleStatus.parse({ ...status, ...changed })).news).not.toBe(news);
});

test.each([
  ["a state that is none", { bundles: { prod: { name: "prod", state: "OK" } } }],
  ["a hash that is none", { bundles: { prod: { name: "prod", state: "UNSET", active_sha256: "00" } } }],
  ["a long message", { bundles: { prod: { name: "prod", state: "FAILED", message: "x".repeat(201) } } }],
  ["a name that nobody knows", { ...status, bundel: {} }],
])("not with %s", (_, wrong) => {
  expect(BundleStatus.safeParse(wrong).success).toBe(false);
});
