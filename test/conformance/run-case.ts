import { spawn } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { effectiveUser } from "../../src/platform/identity.ts";
import { executable } from "../support/executable.ts";
import type { Case, Observed, Snapshot } from "./case.ts";
import { makeFixture } from "./fixtures.ts";

/** Longest that a case may take; a hung runner fails its case instead of the suite. */
const TIMEOUT_MS = 60_000;

/** Runs `test` with the executable in a directory of its own, and reports what can be seen afterwards. */
export async function runCase(test: Case, http: string): Promise<Observed> {
  const work = realpathSync(mkdtempSync(join(tmpdir(), "remit-case-")));
  const root = join(work, "root");
  mkdirSync(root);
  chmodSync(root, 0o755);
  try {
    for (const fixture of test.files ?? []) makeFixture(root, fixture);
    const fill = (text: string) =>
      text
        .replaceAll("{{ROOT}}", root)
        .replaceAll("{{USER}}", effectiveUser().name)
        .replaceAll("{{HTTP}}", http);
    const input = (name: string, text: string) => {
      const path = join(work, name);
      writeFileSync(path, fill(text));
      return path;
    };
    const args = [
      "run",
      "-s",
      input("s.rhai", test.script),
      "-p",
      input("p.cedar", test.policy),
      "-o",
      "json",
    ];
    if (Object.keys(test.arguments ?? {}).length > 0) {
      args.push("-a", input("a.json", JSON.stringify(test.arguments)));
    }
    const stdout = await run(args);
    const strip = (text: string) => text.replaceAll(root, "{{ROOT}}").replaceAll(http, "{{HTTP}}");
    return { ...observe(JSON.parse(stdout) as RunResult, strip), after: snapshots(test, root, strip) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function run(args: readonly string[]): Promise<string> {
  const child = spawn(executable(), args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SYSLOG_ENABLE: "0", REX_RUNNER_DISABLE_MONITORING: "1" },
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const read = async (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  };
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return stdout === "" ? JSON.stringify({ status: "NO RESULT", error: { message: stderr } }) : stdout;
}

interface RunResult {
  readonly status: string;
  readonly output?: string;
  readonly error?: { readonly error_type?: string; readonly message?: string };
  readonly alarms?: readonly { readonly alarm_type: string }[];
  readonly metrics?: readonly { metric_name: string; metric_value: number; metric_unit: string }[];
  readonly logs?: readonly { readonly attributes: { readonly level: string; readonly message: string } }[];
}

/** What can be seen of `result`, with the paths of this run taken out by `strip`. */
export function observe(result: RunResult, strip: (text: string) => string): Observed {
  const { error_type, message } = result.error ?? {};
  return {
    status: result.status,
    output: strip(result.output ?? ""),
    ...(error_type === undefined ? {} : { error_type }),
    ...(message === undefined ? {} : { message: strip(message) }),
    alarms: (result.alarms ?? []).map(({ alarm_type }) => alarm_type).sort(),
    metrics: (result.metrics ?? [])
      .filter(({ metric_name }) => !metric_name.startsWith("Rex"))
      .map(({ metric_name, metric_value, metric_unit }) => [metric_name, metric_value, metric_unit] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    logs: (result.logs ?? []).map(({ attributes }) => [attributes.level, strip(attributes.message)] as const),
  };
}

function snapshots(test: Case, root: string, strip: (text: string) => string): Record<string, Snapshot> {
  return Object.fromEntries(
    (test.compare.after ?? []).map((path) => [path, snapshot(join(root, path), strip)]),
  );
}

function snapshot(path: string, strip: (text: string) => string): Snapshot {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status) return { type: "absent" };
  const mode = (status.mode & 0o7777).toString(8);
  if (status.isSymbolicLink()) return { type: "symlink", target: strip(readlinkSync(path)) };
  if (status.isDirectory()) return { type: "dir", mode, names: readdirSync(path).sort(byCodePoint) };
  if (!status.isFile()) return { type: "other", mode };
  const bytes = readFileSync(path);
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes)
    ? { type: "file", mode, content: text }
    : { type: "file", mode, base64: bytes.toString("base64") };
}

const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
