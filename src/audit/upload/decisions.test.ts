import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, openDirectory } from "../../platform/file.ts";
import { LIMITS } from "../../platform/limits.ts";
import { DecisionLog } from "../decision-log.ts";
import { Centre } from "./centre.ts";
import { DecisionUpload } from "./decisions.ts";
import { type Received, Receiver, TAKEN } from "./testing.ts";

let path: string;
let directory: number;
let log: DecisionLog;
let centre: Receiver;
beforeEach(async () => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-decisions-")));
  directory = openDirectory(path);
  log = new DecisionLog(directory);
  centre = await Receiver.start();
});
afterEach(() => {
  centre.close();
  log.close();
  close(directory);
  rmSync(path, { recursive: true });
});

const ORIGIN = { labels: { id: "device" }, bundle: "policy" };
const NEVER = new AbortController().signal;
/** As it is after a start of the agent. */
function started(): DecisionUpload {
  const sender = new Centre({ url: centre.url }, "1.0.0");
  return new DecisionUpload(directory, ORIGIN, (body, signal) => sender.send("logs", body, "gzip", signal));
}
const write = (...acts: readonly string[]): void => {
  for (const act of acts) log.write({ kind: "admin", principal: "p", act });
};
const records = (count: number): string[] => Array.from({ length: count }, (_, index) => `act ${index}`);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
/** Text that no compression makes shorter. */
const noise = (length: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(length)))
    .toString("base64")
    .slice(0, length);

describe("records", () => {
  test("are sent once, compressed, and after that nothing is written or sent", async () => {
    write("a", "b", "c");
    const upload = started();
    expect(await upload.drain(NEVER)).toBeUndefined();
    expect(centre.sequences).toEqual([1, 2, 3]);
    expect(centre.batches[0]).toMatchObject({
      path: "/logs",
      headers: {
        "content-encoding": "gzip",
        "content-type": "application/json",
        "user-agent": "remit/1.0.0",
      },
    });
    const { ino } = statSync(join(path, "upload.json"));
    await upload.drain(NEVER);
    expect(centre.requests.length).toBe(1);
    expect(statSync(join(path, "upload.json")).ino).toBe(ino);
  });

  test("go on where an agent before had them taken", async () => {
    write(...records(3));
    await started().drain(NEVER);
    write(...records(2));
    await started().drain(NEVER);
    expect(centre.sequences).toEqual(upTo(5));
  });

  test("come in batches of no more than 32 KiB, which are nearly full", async () => {
    write(...Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? noise(1000) : "x".repeat(5000))));
    await started().drain(NEVER);
    expect(centre.sequences).toEqual(upTo(400));
    const sizes = centre.batches.map(({ bytes }) => bytes);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(LIMITS.uploadBytes);
    const full = sizes.slice(1, -1);
    expect(full.reduce((sum, bytes) => sum + bytes, 0) / full.length).toBeGreaterThan(LIMITS.uploadBytes / 2);
  });

  test("that no compression makes shorter come in more batches", async () => {
    write(...Array.from({ length: 100 }, () => noise(1500)));
    await started().drain(NEVER);
    expect(centre.sequences).toEqual(upTo(100));
    expect(Math.max(...centre.batches.map(({ bytes }) => bytes))).toBeLessThanOrEqual(LIMITS.uploadBytes);
  });

  test("fit whatever is in them", async () => {
    write(noise(LIMITS.decisionBytes - 300), noise(LIMITS.decisionBytes - 300), "short");
    await started().drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3]);
    expect(Math.max(...centre.batches.map(({ bytes }) => bytes))).toBeLessThanOrEqual(LIMITS.uploadBytes);
  });
});

describe("a central team that", () => {
  test.each([401, 403, 404, 408, 429, 500, 503])(
    "answers %d gets all when it answers otherwise",
    async (status) => {
      write(...records(3));
      const upload = started();
      centre.answer = () => ({ status, headers: { "retry-after": "9" } });
      for (let tries = 0; tries < 10; tries++) {
        expect(await upload.drain(NEVER)).toMatchObject({ httpCode: status, retryAfterMs: 9000 });
      }
      centre.answer = () => TAKEN;
      await upload.drain(NEVER);
      expect(centre.sequences).toEqual([1, 2, 3]);
      expect(upload.backlog()).toMatchObject({ queued: 0, droppedTotal: 0 });
    },
  );

  test("has too much of a batch gets smaller ones", async () => {
    write(...records(100));
    centre.answer = ({ events }) => (events.length > 7 ? { status: 413 } : TAKEN);
    const upload = started();
    expect(await upload.drain(NEVER)).toBeUndefined();
    expect(centre.sequences).toEqual(upTo(100));
    expect(upload.cursor.dropped.too_large).toBe(0);
  });

  test.each([
    [413, "too_large"],
    [400, "rejected"],
    [422, "rejected"],
  ] as const)("answers %d to one record gets all others", async (status, reason) => {
    write(...records(50));
    centre.answer = ({ events }) => (has(events, 17) ? { status } : TAKEN);
    const upload = started();
    let tries = 0;
    for (; tries < 10; tries++) if ((await upload.drain(NEVER)) === undefined) break;
    expect(centre.sequences).toEqual(upTo(50).filter((seq) => seq !== 17));
    expect(centre.requests.filter(({ events }) => events.length === 1 && has(events, 17)).length).toBe(3);
    expect(upload.cursor.dropped).toEqual({ rotated: 0, missing: 0, too_large: 0, rejected: 0, [reason]: 1 });
    expect(upload.backlog()).toMatchObject({ queued: 0, droppedTotal: 1 });
  });

  test("understands nothing costs one record for each three tries, and they are waited for", async () => {
    write(...records(50));
    centre.answer = () => ({ status: 400 });
    const upload = started();
    for (let tries = 0; tries < 6; tries++)
      expect(await upload.drain(NEVER)).toMatchObject({ code: "rejected" });
    expect(upload.cursor.dropped.rejected).toBe(2);
    expect(upload.backlog().queued).toBe(48);
  });

  test("hangs up before it has answered gets it again", async () => {
    write(...records(3));
    const upload = started();
    centre.answer = () => "cut";
    expect(await upload.drain(NEVER)).toMatchObject({ code: "unreachable" });
    centre.answer = () => TAKEN;
    await upload.drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3]);
  });

  test("never ends its answer has taken it", async () => {
    write(...records(3));
    centre.answer = () => "endless";
    expect(await started().drain(NEVER)).toBeUndefined();
    expect(centre.sequences).toEqual([1, 2, 3]);
  });

  test("takes long is not waited for when the agent ends", async () => {
    write(...records(3));
    const ending = new AbortController();
    centre.answer = () => {
      ending.abort();
      return "silent";
    };
    expect(await started().drain(ending.signal)).toMatchObject({ code: "unreachable" });
    centre.answer = () => TAKEN;
    await started().drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3]);
  });
});

const has = (events: Received["events"], seq: number): boolean =>
  events.some(({ remit }) => remit.seq === seq);

describe("a place that", () => {
  const PLACE = "upload.json";
  test.each(["", '{"version":1,"pla', "garbage"])(
    "is lost (%p) costs a repetition, which is told",
    async (text) => {
      write(...records(3));
      await started().drain(NEVER);
      const ids = centre.batches.flatMap(({ events }) => events.map(({ decision_id }) => decision_id));
      writeFileSync(join(path, PLACE), text);
      write("new");
      const upload = started();
      expect([upload.cursor.resets, upload.cursor.place]).toEqual([1, undefined]);
      await upload.drain(NEVER);
      expect(centre.sequences).toEqual([1, 2, 3, 1, 2, 3, 4]);
      // Whoever keeps them by their id has each once.
      const again = centre.batches[1]?.events.map(({ decision_id }) => decision_id) ?? [];
      expect(again.slice(0, 3)).toEqual(ids);
      expect(started().cursor.resets).toBe(1);
    },
  );

  test("cannot be kept costs a repetition only when the agent starts again", async () => {
    write("a");
    mkdirSync(join(path, PLACE));
    const upload = started();
    expect(await upload.drain(NEVER)).toMatchObject({ code: "place_not_kept" });
    write("b");
    expect(await upload.drain(NEVER)).toMatchObject({ code: "place_not_kept" });
    expect(centre.sequences).toEqual([1, 2]);
    rmdirSync(join(path, PLACE));
    expect(await upload.drain(NEVER)).toBeUndefined();
    write("c");
    await started().drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3]);
  });

  test("is of another log is no place", async () => {
    write(...records(5));
    await started().drain(NEVER);
    log.close();
    for (const name of readdirSync(path)) if (name.startsWith("decisions")) rmSync(join(path, name));
    log = new DecisionLog(directory);
    write("other");
    const upload = started();
    await upload.drain(NEVER);
    expect(centre.sequences).toEqual([...upTo(5), 1]);
    expect(upload.cursor.resets).toBe(1);
  });
});

describe("a log that", () => {
  test("made room while nobody took anything has lost what it had not room for, and that is told", async () => {
    log.close();
    log = new DecisionLog(directory, 8 * 2000);
    write(...records(5));
    const upload = started();
    await upload.drain(NEVER);
    write(...records(500));
    const { queued, droppedTotal } = upload.backlog();
    expect(queued + droppedTotal).toBe(500);
    expect(droppedTotal).toBeGreaterThan(0);
    await upload.drain(NEVER);
    expect(centre.sequences.length).toBe(5 + queued);
    expect(upload.cursor.dropped).toMatchObject({ rotated: droppedTotal, missing: 0 });
    expect(started().cursor.dropped.rotated).toBe(droppedTotal);
  });

  test("makes room while a batch is under way loses nothing that was in it", async () => {
    log.close();
    log = new DecisionLog(directory, 8 * 2000);
    write(...records(20));
    centre.answer = () => {
      write(...records(500));
      centre.answer = () => TAKEN;
      return TAKEN;
    };
    const upload = started();
    await upload.drain(NEVER);
    const { rotated } = upload.cursor.dropped;
    expect(centre.sequences.slice(0, 20)).toEqual(upTo(20));
    expect(centre.sequences.at(-1)).toBe(520);
    expect(centre.sequences.length + rotated).toBe(520);
  });

  test("breaks is sent all the same", async () => {
    write(...records(5));
    const file = join(path, "decisions.00000001.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("act 2", "act x"));
    const upload = started();
    await upload.drain(NEVER);
    expect(centre.sequences).toEqual(upTo(5));
    expect(upload.cursor).toMatchObject({ breaks: 1, dropped: { missing: 0 } });
  });

  test("is cut off and goes on is another one after a restart", async () => {
    write(...records(5));
    await started().drain(NEVER);
    truncateSync(join(path, "decisions.00000001.jsonl"), 10);
    log.close();
    log = new DecisionLog(directory);
    const upload = started();
    write("again");
    await upload.drain(NEVER);
    expect(upload.cursor.resets).toBe(1);
    expect(centre.sequences).toEqual([...upTo(5), 1]);
  });

  test("was written while the clock was wrong is as old as it can be, not older", () => {
    write("a");
    const upload = started();
    expect(upload.backlog(0)).toEqual({ queued: 1, droppedTotal: 0, oldestAgeS: 0 });
    expect(upload.backlog(Date.now() + 10_000).oldestAgeS).toBeWithin(9, 12);
  });
});
