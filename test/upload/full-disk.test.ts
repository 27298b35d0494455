/** A disk that is full costs a repetition after a restart, and no record. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecisionLog } from "../../src/audit/decision-log.ts";
import { Centre } from "../../src/audit/upload/centre.ts";
import { DecisionUpload } from "../../src/audit/upload/decisions.ts";
import { Receiver } from "../../src/audit/upload/testing.ts";
import { close, openDirectory } from "../../src/platform/file.ts";
import { mount, NO_MOUNTS, unmountAny } from "../sdk/mounts.ts";

let path: string;
let centre: Receiver;
beforeEach(async () => {
  path = realpathSync(mkdtempSync(join(tmpdir(), "remit-full-")));
  centre = await Receiver.start();
});
afterEach(() => {
  centre.close();
  unmountAny(path);
  rmSync(path, { recursive: true });
});

const NEVER = new AbortController().signal;

test.skipIf(NO_MOUNTS !== "")(`what was sent before the disk had room again${NO_MOUNTS}`, async () => {
  mount(path);
  const directory = openDirectory(path);
  const log = new DecisionLog(directory);
  const write = (act: string): void => log.write({ kind: "admin", principal: "p", act });
  const started = (): DecisionUpload =>
    new DecisionUpload(directory, { labels: { id: "device" }, bundle: "policy" }, (body, signal) =>
      new Centre({ url: centre.url }, "1.0.0").send("logs", body, "gzip", signal),
    );
  try {
    for (const act of ["a", "b", "c"]) write(act);
    expect(() => writeFileSync(join(path, "filler"), Buffer.alloc(128 * 1024))).toThrow("ENOSPC");
    const upload = started();
    expect(await upload.drain(NEVER)).toMatchObject({
      code: "place_not_kept",
      message: expect.stringContaining("No space left on device"),
    });
    await upload.drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3]);
    await started().drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3, 1, 2, 3]);
    unlinkSync(join(path, "filler"));
    expect(await upload.drain(NEVER)).toBeUndefined();
    write("d");
    await started().drain(NEVER);
    expect(centre.sequences).toEqual([1, 2, 3, 1, 2, 3, 4]);
  } finally {
    log.close();
    close(directory);
  }
});
