import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killTree } from "./process-tree.ts";

const LINUX = process.platform === "linux";
const state = (pid: string): string | undefined =>
  existsSync(`/proc/${pid}`)
    ? /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    : undefined;

test.skipIf(!LINUX)(
  "all of a tree ends, also sessions of their own; others do not (Linux only)",
  async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "remit-tree-")));
    const command = `
    sleep 600 & echo $! > a
    setsid sh -c 'sleep 600 & echo $! > b; wait' &
    while ! [ -s b ]; do sleep 0.01; done
    echo ready; wait`;
    const tree = Bun.spawn(["sh", "-c", command], { cwd: root, stdout: "pipe" });
    const other = Bun.spawn(["sleep", "600"]);
    await tree.stdout.getReader().read();
    const below = ["a", "b"].map((name) => readFileSync(join(root, name), "utf8").trim());
    // Asleep, or about to be.
    for (const pid of below) expect(["S", "R", "D"]).toContain(state(pid) ?? "");
    killTree(tree.pid);
    await tree.exited;
    for (const pid of below) {
      while (![undefined, "Z"].includes(state(pid))) await Bun.sleep(5);
    }
    expect(state(String(other.pid))).toBe("S");
    other.kill("SIGKILL");
    await other.exited;
    // Of what has ended nothing happens.
    killTree(tree.pid);
    rmSync(root, { recursive: true });
  },
);
