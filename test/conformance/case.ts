import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file made before the case runs; `entries` are the members of an archive. */
export interface Fixture {
  readonly path: string;
  readonly type?: "file" | "dir" | "symlink" | "hardlink" | "fifo" | "gzip" | "tar" | "targz";
  readonly content?: string;
  readonly base64?: string;
  readonly target?: string;
  readonly mode?: string;
  readonly mtime?: number;
  readonly entries?: readonly Fixture[];
}

/** What is at a path after the run. */
export interface Snapshot {
  readonly type: string;
  readonly [detail: string]: unknown;
}

/** What a run left to be seen, recorded from the reference or observed here. */
export interface Observed {
  readonly status: string;
  readonly output?: string;
  readonly error_type?: string | undefined;
  readonly message?: string;
  readonly alarms?: readonly string[];
  readonly metrics?: readonly (readonly [string, number, string])[];
  readonly logs?: readonly (readonly [string, string])[];
  readonly after?: { readonly [path: string]: Snapshot };
}

/** One recorded case; the fields are described in test/conformance/README.md. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly needs?: readonly string[];
  readonly files?: readonly Fixture[];
  readonly arguments?: { readonly [name: string]: unknown };
  readonly policy: string;
  readonly script: string;
  readonly compare: {
    readonly output?: string;
    readonly message?: string;
    readonly after?: readonly string[];
    readonly also?: readonly ("alarms" | "metrics" | "logs")[];
  };
  readonly expect: Observed;
  readonly difference?: string;
}

const directory = join(import.meta.dirname, "cases");

/** All cases by the area they belong to. */
export function readCases(): ReadonlyMap<string, readonly Case[]> {
  const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
  return new Map(
    files.map((name) => [
      name.slice(0, -5),
      JSON.parse(readFileSync(join(directory, name), "utf8")) as Case[],
    ]),
  );
}
