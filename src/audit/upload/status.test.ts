import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../../platform/file.ts";
import { Status } from "./status.ts";

let path: string;
let directory: number;
beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-status-")));
  directory = openDirectory(path);
});
afterEach(() => {
  close(directory);
  rmSync(path, { recursive: true });
});

const ORIGIN = {
  labels: {
    id: "3f0c8f2e-8f6c-4f0e-9a51-6f7d1d1c2b3a",
    version: "0.1.0",
    hostname: "edge-0042.example.com",
    fleet: "fleet-a",
    channel: "prod",
  },
  bundle: "prod",
};
const BACKLOG = { queued: 12, droppedTotal: 3, oldestAgeS: 40 };
const TIME = "2026-01-31T12:00:00Z";
/** Of a device that runs one bundle and has refused the next. */
const FULL = {
  bundles: {
    prod: {
      name: "prod",
      state: "FAILED",
      active_revision: "git:0123456789ab",
      active_sha256: "a".repeat(64),
      previous_revision: "git:ba9876543210",
      ...{ last_request: TIME, last_successful_request: TIME, last_successful_download: TIME },
      last_successful_activation: TIME,
      ...{
        code: "policy_refused",
        message: "policies/a.cedar:3: unexpected token",
        rejected_sha256: "b".repeat(64),
      },
      size: 20_001,
    },
  },
  trust: {
    ...{ root_version: 3, timestamp_version: 1042, targets_version: 17, stale_s: 86_400 },
    expires: { root: TIME, targets: TIME, timestamp: TIME },
  },
  clock: { suspect: false, floor: TIME, source: "timestamp" },
};
const parse = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

test("has who it is, since when, what others say, and how the log is", () => {
  const status = new Status(directory, ORIGIN);
  status.update({ members: FULL, news: "1" });
  expect(parse(status.event(BACKLOG, undefined))).toEqual({
    labels: ORIGIN.labels,
    seq: 1,
    boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    uptime_s: expect.any(Number),
    ...FULL,
    logs: { queued: 12, dropped_total: 3, oldest_age_s: 40 },
  });
  expect(parse(status.event(BACKLOG, undefined)).seq).toBe(2);
});

test("says as OPA does that the decision log does not get through", () => {
  const status = new Status(directory, ORIGIN);
  const failure = { code: "unauthorized", message: "the token", httpCode: 401 } as const;
  expect(parse(status.event(BACKLOG, failure)).decision_logs).toEqual({
    code: "unauthorized",
    message: "the token",
    http_code: 401,
  });
});

test("is less than a kilobyte while all is well, and not much more otherwise", () => {
  const status = new Status(directory, ORIGIN);
  expect(status.event(BACKLOG, undefined).length).toBeLessThan(400);
  const { code, message, rejected_sha256, ...well } = FULL.bundles.prod;
  status.update({ members: { ...FULL, bundles: { prod: well } }, news: "1" });
  expect(status.event(BACKLOG, undefined).length).toBeLessThan(1024);
  status.update({ members: FULL, news: "2" });
  expect(status.event(BACKLOG, undefined).length).toBeLessThan(1280);
});

test("is on the disk when it has news, and only then", () => {
  const status = new Status(directory, ORIGIN);
  const file = join(path, "status.json");
  expect(status.update({ members: {}, news: "" })).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(status.update({ members: { bundles: {} }, news: "1" })).toBe(true);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ labels: ORIGIN.labels, bundles: {} });
  const { ino } = statSync(file);
  expect(status.update({ members: { bundles: {} }, news: "1" })).toBe(false);
  status.event(BACKLOG, undefined);
  expect(statSync(file).ino).toBe(ino);
  status.update({ members: { bundles: {} }, news: "2" });
  expect(statSync(file).ino).not.toBe(ino);
});
