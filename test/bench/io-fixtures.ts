import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

export const MB = 1_000_000;
/** A file that is small, and one ten times as large: what streams takes as much memory for both. */
export const SIZES = [10 * MB, 100 * MB] as const;
export const sized = (bytes: number): string => `${bytes / MB} MB`;

const LINES = 10_000;
const LEVELS = ["INFO", "INFO", "INFO", "DEBUG", "WARN"] as const;

/** Lines of a log, of which one in a thousand says ERROR. */
function logText(): Buffer {
  const lines = Array.from({ length: LINES }, (_, index) => {
    const level = index % 1000 === 500 ? "ERROR" : LEVELS[index % LEVELS.length];
    const noise = ((index * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0");
    return `2026-02-${String((index % 28) + 1).padStart(2, "0")}T03:05:12Z host-${index % 17} service[${index}]: ${level} request ${noise} took ${index % 977} ms for /api/v1/items/${index % 89}\n`;
  });
  return Buffer.from(lines.join(""));
}

/**
 * Makes the fixtures in a process of its own: what a process that starts others has in memory counts for their peaks.
 */
export function makeFixtures(work: string): void {
  run(process.execPath, [import.meta.path, work]);
}

/** What the rows about files work on, made below `work`: files of each size, plain and compressed, trees, an archive. */
function make(work: string): void {
  const text = logText();
  for (const size of SIZES) {
    const file = openSync(join(work, `log-${size}`), "w");
    for (let left = size; left > 0; left -= text.length)
      writeSync(file, text, 0, Math.min(left, text.length));
    closeSync(file);
    writeFileSync(
      join(work, `log-${size}.gz`),
      gzipSync(readFileSync(join(work, `log-${size}`)), { level: 6 }),
    );
  }
  for (let directory = 0; directory < 100; directory++) {
    mkdirSync(join(work, `tree/d${directory}`), { recursive: true });
    for (let file = 0; file < 100; file++) {
      writeFileSync(
        join(work, `tree/d${directory}/f${file}.${file % 10 === 0 ? "log" : "txt"}`),
        "one line\n",
      );
    }
  }
  for (let file = 0; file < 1000; file++) {
    const directory = join(work, `packed/d${file % 10}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${file}`), text.subarray(0, 1000 + file));
  }
  run("tar", ["-czf", join(work, "packed.tgz"), "-C", join(work, "packed"), "."]);
  // One large file in an archive, to see that extracting streams as well.
  for (const size of SIZES) run("tar", ["-czf", join(work, `log-${size}.tgz`), "-C", work, `log-${size}`]);
}

function run(file: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, [...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
}

const [, script, work] = process.argv;
if (script === import.meta.path && work !== undefined) make(work);
