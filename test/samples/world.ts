import { spawn } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Result } from "../cli/remit.ts";
import { executable } from "../support/executable.ts";

const root = join(import.meta.dirname, "../..");

/** The text of a sample: `policies/<name>.cedar` or `scripts/<name>.rhai`. */
export const sample = (path: string): string => readFileSync(join(root, path), "utf8");

export type Argument = string | number | readonly string[];

/** What a script is run on. */
export interface World {
  /** What stands for the places that the sample's policy names. */
  readonly places: { readonly [place: string]: string };
  readonly arguments: { readonly [name: string]: Argument };
  readonly env?: { readonly [name: string]: string };
  /** All that the script could change. */
  state(): unknown;
  end(): void | Promise<void>;
}

export interface Ended extends Result {
  readonly alarms: readonly { readonly alarm_type: string; readonly alarm_details: string }[];
}

/** Runs `scripts/<name>.rhai` on `world` under `policy`, its own where none is given. */
export async function run(
  name: string,
  world: World,
  policy = sample(`policies/${name}.cedar`),
): Promise<Ended> {
  const directory = mkdtempSync(join(tmpdir(), "remit-run-"));
  try {
    writeFileSync(join(directory, "p.cedar"), placed(policy, world));
    writeFileSync(join(directory, "a.json"), JSON.stringify(encoded(world.arguments)));
    const files = ["-s", join(root, `scripts/${name}.rhai`), "-p", "p.cedar", "-a", "a.json"];
    const ended = await output(["run", "--strict", ...files], directory, world.env);
    return { alarms: [], ...(JSON.parse(ended) as Result) } as Ended;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** `policy` with this world's places for its own. */
function placed(policy: string, { places }: World): string {
  return Object.entries(places).reduce((text, [place, here]) => text.replaceAll(place, here), policy);
}

/** As the file of script arguments has them. */
function encoded(args: World["arguments"]): object {
  const value = (argument: Argument): object => {
    if (typeof argument === "string") return { stringValue: argument };
    if (typeof argument === "number") return { integerValue: argument };
    return { listValue: argument.map(value) };
  };
  return Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, value(argument)]));
}

/** Standard output of the executable, while this process goes on to serve what the script asks for. */
function output(args: readonly string[], cwd: string, env: World["env"]): Promise<string> {
  const child = spawn(executable(), args, { cwd, env: { PATH: "/usr/bin:/bin", ...env }, stdio: "pipe" });
  child.stdin.end();
  let [out, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => (out === "" ? reject(new Error(errors)) : resolve(out)));
  });
}

/** A directory of files, by their paths in it. */
export class Files {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "remit-sample-")));

  constructor(files: { readonly [path: string]: string | Uint8Array }, mode = 0o644) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(this.path, path, ".."), { recursive: true });
      writeFileSync(join(this.path, path), content, { mode });
    }
  }

  at(path: string): string {
    return join(this.path, path);
  }

  /** Names, modes and contents of all. */
  state(): { readonly [path: string]: string } {
    const paths = readdirSync(this.path, { recursive: true, encoding: "utf8" }).sort();
    return Object.fromEntries(paths.map((path) => [path, shown(this.at(path))]));
  }

  /** Mode and text, unpacked, of a file. */
  text(path: string): string {
    const content = readFileSync(this.at(path));
    const mode = (lstatSync(this.at(path)).mode & 0o7777).toString(8);
    return `${mode} ${path.endsWith(".gz") ? gunzipSync(content) : content}`;
  }

  /** The same of all files in `directory`. */
  texts(directory: string): { readonly [name: string]: string } {
    const entries = readdirSync(this.at(directory), { withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return Object.fromEntries(entries.map(({ name }) => [name, this.text(join(directory, name))]));
  }

  end(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function shown(path: string): string {
  const status = lstatSync(path);
  return `${status.mode.toString(8)} ${status.isFile() ? readFileSync(path).toString("base64") : ""}`;
}
