/** A sender that is killed at any step loses nothing, and repeats no more than what was under way. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecisionLog } from "../../src/audit/decision-log.ts";
import { Receiver, TAKEN } from "../../src/audit/upload/testing.ts";
import { close, openDirectory } from "../../src/platform/file.ts";
import { STEPS } from "./uploader.ts";

setDefaultTimeout(60_000);

let path: string;
let directory: number;
let centre: Receiver;
beforeEach(async () => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-upload-")));
  directory = openDirectory(path);
  centre = await Receiver.start();
});
afterEach(() => {
  centre.close();
  close(directory);
  rmSync(path, { recursive: true });
});

/** Records that fill some batches. */
function write(count: number): void {
  const log = new DecisionLog(directory);
  for (let index = 0; index < count; index++) {
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(1500))).toString("base64");
    log.write({ kind: "admin", principal: "p", act: `${index} ${noise}` });
  }
  log.close();
}
const RECORDS = 60;

const begin = (...crash: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, "uploader.ts"), path, centre.url, ...crash], {
    stdio: ["ignore", "pipe", "inherit"],
  });
async function ended(child: ChildProcess) {
  let said = "";
  child.stdout?.on("data", (piece: Buffer) => {
    said += piece.toString();
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on("close", (...end) => resolve(end)),
  );
  return { code, signal, said: said === "" ? undefined : JSON.parse(said) };
}

const all = Array.from({ length: RECORDS }, (_, index) => index + 1);
const NOTHING_LOST = { dropped: { rotated: 0, missing: 0, too_large: 0, rejected: 0 }, resets: 0 };

/** Every record came, what came twice is one batch, and it has the same ids. */
function expectAll(repeated: number): void {
  const { sequences, batches } = centre;
  expect([...new Set(sequences)]).toEqual(all);
  const ids = batches.flatMap(({ events }) => events.map(({ decision_id }) => decision_id));
  expect(new Set(ids).size).toBe(RECORDS);
  expect(ids.length - RECORDS).toBe(repeated);
}

/** Whether a batch that was taken is sent once more. */
const REPEATS = {
  "before-sending": false,
  "before-keeping": true,
  "while-keeping": true,
  "after-keeping": false,
};

for (const batch of [1, 2]) {
  describe(`killed in batch ${batch}`, () => {
    test.each([...STEPS])("%s", async (step) => {
      write(RECORDS);
      expect(await ended(begin(step, String(batch)))).toMatchObject({ signal: "SIGKILL" });
      const taken = centre.batches.length;
      expect(taken).toBe(step === "before-sending" ? batch - 1 : batch);
      const again = REPEATS[step] ? (centre.batches[taken - 1]?.events.length ?? 0) : 0;
      expect(await ended(begin())).toMatchObject({ code: 0, said: NOTHING_LOST });
      expectAll(again);
    });
  });
}

test("killed while the central team has not answered", async () => {
  write(RECORDS);
  const child = begin();
  centre.answer = () => {
    child.kill("SIGKILL");
    return "silent";
  };
  expect(await ended(child)).toMatchObject({ signal: "SIGKILL" });
  centre.answer = () => TAKEN;
  expect(await ended(begin())).toMatchObject({ code: 0, said: NOTHING_LOST });
  expectAll(0);
});

test("killed again and again, with records that come meanwhile", async () => {
  write(RECORDS / 2);
  for (const step of STEPS) await ended(begin(step, "1"));
  write(RECORDS / 2);
  for (const step of STEPS) await ended(begin(step, "1"));
  expect(await ended(begin())).toMatchObject({ code: 0, said: NOTHING_LOST });
  expect([...new Set(centre.sequences)]).toEqual(all);
});

test("a log of its whole budget takes little memory to be sent", async () => {
  const log = new DecisionLog(directory);
  // About 60 MiB.
  for (let index = 0; index < 15_000; index++) {
    log.write({ kind: "admin", principal: "p", act: `${index} ${"lorem ipsum ".repeat(340)}` });
  }
  log.close();
  const files = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
  const bytes = files.reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
  expect(bytes).toBeGreaterThan(50 * 2 ** 20);
  const { said } = await ended(begin());
  expect(centre.sequences.at(-1)).toBe(15_000);
  expect(said.grownKiB).toBeLessThan(48 * 1024);
});
