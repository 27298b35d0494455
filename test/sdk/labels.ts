import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closing, openAt, openDirectory, setXattr } from "../../src/platform/file.ts";

const LABEL = Buffer.from("system_u:object_r:etc_t:s0");

/** Gives the file at `path` an SELinux label. */
export function label(directory: string, name: string): void {
  closing(openDirectory(directory), (fd) =>
    closing(openAt(fd, name, { access: "read" }), (file) => setXattr(file, "security.selinux", LABEL)),
  );
}

/** Why files cannot be labelled here, for the names of tests; empty where they can. */
export const NO_LABELS = whyNoLabels();

function whyNoLabels(): string {
  const directory = mkdtempSync(join(tmpdir(), "remit-label-"));
  try {
    writeFileSync(join(directory, "file"), "");
    label(directory, "file");
    return "";
  } catch {
    return " (skipped: no permission to label files)";
  } finally {
    rmSync(directory, { recursive: true });
  }
}
