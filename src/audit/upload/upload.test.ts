import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../../platform/file.ts";
import { DecisionLog } from "../decision-log.ts";
import { Receiver, TAKEN } from "./testing.ts";
import { Upload, type UploadSettings } from "./upload.ts";

let path: string;
let directory: number;
let log: DecisionLog;
let centre: Receiver;
let upload: Upload | undefined;
const said: string[] = [];
beforeEach(async () => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-upload-")));
  directory = openDirectory(path);
  log = new DecisionLog(directory, 8 * 2000);
  centre = await Receiver.start();
  said.length = 0;
});
afterEach(async () => {
  await upload?.stop(0);
  upload = undefined;
  centre.close();
  log.close();
  close(directory);
  rmSync(path, { recursive: true });
});

const DAY_MS = 86_400_000;
/** Nothing is sent soon because it is time. */
function begin(settings: Partial<UploadSettings> = {}): Upload {
  upload = new Upload(
    {
      url: centre.url,
      ...{ intervalMs: DAY_MS, heartbeatMs: DAY_MS, decisions: true, status: true },
      labels: { fleet: "fleet-a" },
      ...settings,
    },
    { state: path, directory, version: "1.0.0", notice: (text) => said.push(text) },
  );
  upload.begin();
  return upload;
}
const write = (count: number): void => {
  for (let index = 0; index < count; index++)
    log.write({ kind: "admin", principal: "p", act: `act ${index}` });
};
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(2);
}
const part = (news: string) => ({ members: { bundles: { prod: { name: "prod", state: news } } }, news });

describe("the status", () => {
  test("is sent at once when it changed, and not when it did not", async () => {
    const reports = begin();
    reports.report(part("APPLYING"));
    await until(() => centre.statuses.length === 1);
    reports.report(part("APPLYING"));
    reports.report(part("APPLIED"));
    await until(() => centre.statuses.length === 2);
    expect(centre.statuses).toMatchObject([
      { seq: 1, bundles: { prod: { state: "APPLYING" } } },
      { seq: 2, bundles: { prod: { state: "APPLIED" } } },
    ]);
    expect(JSON.parse(readFileSync(join(path, "status.json"), "utf8"))).toMatchObject(
      part("APPLIED").members,
    );
  });

  test("is the latest when the central team can be reached again", async () => {
    const reports = begin();
    centre.answer = () => ({ status: 503 });
    for (const news of ["1", "2", "3"]) {
      const before = centre.requests.length;
      reports.report(part(news));
      await until(() => centre.requests.length > before);
    }
    centre.answer = () => TAKEN;
    await until(() => said.length === 2);
    expect(centre.statuses[0]).toMatchObject({ bundles: { prod: { state: "3" } } });
    expect(said).toEqual([
      `the status for the central team does not get through: ${centre.url} cannot take it now (HTTP 503)`,
      "the status for the central team gets through again",
    ]);
  });

  test("says when the decision log does not get through", async () => {
    write(1);
    centre.answer = ({ path }) => (path === "/logs" ? { status: 403 } : TAKEN);
    begin({ intervalMs: 1 });
    await until(() => centre.statuses.length > 0);
    expect(centre.statuses[0]).toMatchObject({ decision_logs: { code: "unauthorized", http_code: 403 } });
  });

  test("is not sent when nobody wants it, whatever happens", async () => {
    write(1);
    centre.answer = () => ({ status: 403 });
    const reports = begin({ intervalMs: 1, status: false });
    reports.report(part("1"));
    await until(() => centre.requests.length > 1);
    centre.answer = () => TAKEN;
    await reports.stop(10_000);
    expect(new Set(centre.requests.map(({ path }) => path))).toEqual(new Set(["/logs"]));
  });

  test("of the agent is the same one after a restart", async () => {
    begin().report(part("1"));
    await until(() => centre.statuses.length === 1);
    await upload?.stop(0);
    begin().report(part("2"));
    await until(() => centre.statuses.length === 2);
    const [first, second] = centre.statuses;
    expect(second?.["labels"]).toEqual(first?.["labels"]);
  });
});

describe("the decision log", () => {
  test("is sent when a file of it is full, long before its time", async () => {
    write(1);
    const reports = begin();
    write(20);
    await until(() => reports.current().last_success !== undefined && reports.current().queued < 9);
    // Not before: one by one they would have come in more batches.
    expect(centre.batches[0]?.events.length).toBeGreaterThan(5);
    expect(reports.current()).toMatchObject({ dropped_total: 0 });
  });

  test("is sent to its end when the agent ends, unless that takes too long", async () => {
    const reports = begin();
    write(5);
    await reports.stop(10_000);
    expect(centre.sequences).toEqual([1, 2, 3, 4, 5]);
    write(5);
    centre.answer = () => "silent";
    await begin().stop(50);
    centre.answer = () => TAKEN;
    await begin().stop(10_000);
    expect(centre.sequences).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("is not sent when the agent ends to a central team that wants to be left alone", async () => {
    const reports = begin({ intervalMs: 1, status: false });
    write(1);
    centre.answer = () => ({ status: 429, headers: { "retry-after": "3600" } });
    await until(() => said.length > 0);
    const before = centre.requests.length;
    await reports.stop(10_000);
    expect(centre.requests.length).toBe(before);
  });

  test("that breaks is told", async () => {
    write(5);
    const file = join(path, "decisions.00000001.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("act 2", "act x"));
    await begin({ status: false }).stop(10_000);
    expect(said).toEqual(["the chain of the decision log is broken before record 5"]);
  });

  test("is not looked at when nobody wants it", async () => {
    write(1);
    const reports = begin({ decisions: false });
    expect(reports.current()).toEqual({ queued: 0, dropped_total: 0 });
    await reports.stop(10_000);
    expect(centre.requests.map(({ path }) => path)).toEqual(["/status"]);
  });
});

test("what goes wrong on this machine is told, and ends nothing", async () => {
  const tokenFile = join(path, "token");
  writeFileSync(tokenFile, "secret");
  chmodSync(tokenFile, 0o644);
  write(1);
  const reports = begin({ tokenFile, intervalMs: 1 });
  await until(() => said.length > 0);
  expect(reports.current()).toEqual({
    queued: 1,
    dropped_total: 0,
    error: {
      code: "token_unusable",
      message:
        "upload.token_file cannot be read: the file is open to others (mode 644; chmod 600 makes it yours alone)",
    },
  });
  chmodSync(tokenFile, 0o600);
  await until(() => reports.current().queued === 0);
  expect(
    reports
      .metricsText()
      .split("\n")
      .filter((line) => !line.startsWith("#")),
  ).toEqual([
    expect.stringMatching(/^decision_upload_total\{outcome="accepted"\} 1$/),
    'decision_upload_total{outcome="refused"} 0',
    expect.stringMatching(/^decision_upload_total\{outcome="failed"\} [1-9]/),
    ...["rotated", "missing", "too_large", "rejected"].map(
      (reason) => `decision_upload_dropped_total{reason="${reason}"} 0`,
    ),
    expect.stringMatching(/^status_upload_total\{outcome="accepted"\} /),
    expect.stringMatching(/^status_upload_total\{outcome="refused"\} 0/),
    expect.stringMatching(/^status_upload_total\{outcome="failed"\} /),
    "",
  ]);
});
