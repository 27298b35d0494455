/** The executable needs nothing of the machine that built it: it runs where the source tree cannot be seen. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "./support/executable.ts";

const tree = join(import.meta.dirname, "..");

/** Covers the source tree with an empty file system in a mount namespace of its own, then runs `command`. */
const HIDE = 'mount -t tmpfs none "$1" && shift && [ -z "$(ls -A "$0")" ] && exec "$@"';

const namespaces = spawnSync("unshare", ["--mount", "--map-root-user", "true"]).status === 0;

test.skipIf(!namespaces)(
  `runs where the source tree is not visible${namespaces ? "" : " (skipped: this machine gives no mount namespace)"}`,
  () => {
    const away = mkdtempSync(join(tmpdir(), "remit-isolated-"));
    try {
      copyFileSync(executable(), join(away, "remit"));
      mkdirSync(join(away, "data"));
      writeFileSync(join(away, "data/note.txt"), "alpha\nbeta\n");
      writeFileSync(
        join(away, "s.rhai"),
        `grep("^b", "${away}/data/note.txt").len() + wc("${away}/data/note.txt").lines`,
      );
      writeFileSync(join(away, "p.cedar"), "permit(principal, action, resource);");
      const run = spawnSync(
        "unshare",
        [
          "--mount",
          "--map-root-user",
          "sh",
          "-c",
          HIDE,
          tree,
          tree,
          join(away, "remit"),
          "run",
          "-s",
          "s.rhai",
          "-p",
          "p.cedar",
        ],
        { cwd: away, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" } },
      );
      expect(run.stderr).toBe("");
      expect(JSON.parse(run.stdout)).toMatchObject({ status: "SUCCESS", output: "3" });
    } finally {
      rmSync(away, { recursive: true, force: true });
    }
  },
);
