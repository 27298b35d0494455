import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../support/executable.ts";

export const ALLOW = "permit(principal, action, resource);";

const MAX_BUFFER = 256 * 2 ** 20;

interface Call {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another name of the executable. */
  readonly program?: string;
}

/** A directory of its own, in which the executable is called. */
export class Workspace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "remit-cli-")));

  file(name: string, text: string | Uint8Array): string {
    writeFileSync(join(this.path, name), text);
    return name;
  }

  call(args: readonly string[], { input = "", env = {}, program = executable() }: Call = {}) {
    return withoutStackTrace(
      spawnSync(program, args, {
        cwd: this.path,
        input,
        env: { PATH: "/usr/bin:/bin", ...env },
        encoding: "utf8",
        maxBuffer: MAX_BUFFER,
        timeout: 60_000,
      }),
    );
  }

  /** Runs `script` under `policy`, and returns the result and the exit status. */
  run(script: string, options: readonly string[] = [], policy = ALLOW) {
    const { stdout, status } = this.call([
      "run",
      "-s",
      this.file("s.rhai", script),
      "-p",
      this.file("p.cedar", policy),
      ...options,
    ]);
    return { ...(JSON.parse(stdout) as Result), exit: status };
  }

  /** As {@link run}, for a person. */
  human(script: string, options: readonly string[] = [], policy = ALLOW) {
    const files = ["-s", this.file("s.rhai", script), "-p", this.file("p.cedar", policy)];
    return this.call(["run", ...files, "-o", "human", ...options]);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What of a result these tests look at. */
export interface Result {
  readonly output: string;
  readonly status: string;
  readonly error?: {
    readonly error_type: string;
    readonly message: string;
    readonly limit?: string;
    readonly hint?: string;
  };
  readonly alarms?: readonly { readonly alarm_type: string }[];
  readonly logs?: readonly { readonly attributes: { readonly level: string; readonly message: string } }[];
}

/** Whatever goes wrong, users see no source of ours. */
function withoutStackTrace(run: SpawnSyncReturns<string>): SpawnSyncReturns<string> {
  if (/\n\s+at .*:\d+:\d+|\$bunfs/.test(run.stderr)) throw new Error(`a stack trace: ${run.stderr}`);
  return run;
}
