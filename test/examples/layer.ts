import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { executable } from "../support/executable.ts";

const SYSTEMD = "/lib/systemd/systemd";
/** What the scripts of the tests call. */
const TOOLS = ["curl", "ip", "python3", "setpriv", "unshare"];
const PATIENCE_MS = 180_000;

/** A machine for a test. */
interface Machine {
  /** Files by their paths. */
  readonly files: { readonly [path: string]: string };
  /** A directory of Debian packages that it has. */
  readonly packages?: string;
  /** What starts the script. */
  readonly init: "systemd" | "script";
  /** What root does there, in the language of bash. */
  readonly script: string;
}

/**
 * What `script` printed on a machine of its own: namespaces and a layer over this machine's files. Or why there is none:
 * it takes root, and a kernel that lets both be made (with systemd, also systemd's program and a control group).
 */
export function onMachine({ files, packages, init, script }: Machine) {
  if (process.platform !== "linux" || process.geteuid?.() !== 0) return skipped("not root");
  if (init === "systemd" && !existsSync(SYSTEMD)) return skipped("no systemd");
  const missing = TOOLS.find((tool) => Bun.which(tool) === null);
  if (missing !== undefined) return skipped(`no ${missing}`);
  const directory = mkdtempSync(join(tmpdir(), "remit-machine-"));
  try {
    mkdirSync(join(directory, "out"));
    const all = { ...files, "/try.sh": `echo booted\n${script}\necho "== end"\n` };
    for (const [path, text] of Object.entries(all)) {
      const place = join(directory, "files", path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text, { mode: path.startsWith("/etc/init.d/") ? 0o755 : 0o644 });
    }
    if (packages !== undefined) cpSync(packages, join(directory, "packages"), { recursive: true });
    const { stderr } = spawnSync(
      "bash",
      [join(import.meta.dirname, "layer.sh"), directory, executable(), init],
      { encoding: "utf8", timeout: PATIENCE_MS, killSignal: "SIGKILL" },
    );
    const log = join(directory, "out/log");
    const printed = existsSync(log) ? readFileSync(log, "utf8") : "";
    if (printed.startsWith("booted\n")) return { printed, skipped: "" };
    return skipped(`namespaces cannot be made here: ${stderr.trim().split("\n").at(-1)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const skipped = (why: string) => ({ printed: "", skipped: ` (skipped: ${why})` });
