import { join } from "node:path";
import {
  BundleError,
  expectTarget,
  HttpTransport,
  lowWater,
  PROFILES,
  removeIfThere,
  type Saved,
  type Target,
  type Transport,
  Trust,
  TufClient,
} from "../bundle/index.ts";
import { close, closing, listNames, openDirectoryFollowing, replaceContent } from "../platform/file.ts";
import { readInput } from "../platform/input.ts";
import { LIMITS } from "../platform/limits.ts";
import { OsError } from "../platform/os-error.ts";
import { type Given, UsageError } from "./command.ts";
import { printError } from "./terminal.ts";

const OPTIONS = { profile: PROFILES.tuf, earliest: new Date(0) };
const TOP: readonly string[] = ["root", "timestamp", "snapshot"];
const ENDING = ".json";

/**
 * `remit tuf-client`: what the conformance suite of TUF speaks with. Its metadata is in files of their own, under the
 * names of their roles, as the suite wants them. Nobody calls it by hand.
 */
export async function tufClient({ options, lists, operand = "" }: Given): Promise<number> {
  const given = (name: string): string => {
    const value = options.get(name);
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    return value;
  };
  const directory = given("metadata-dir");
  const [action, file] = operand.split(/ (.*)/s);
  try {
    if (action === "init" && file !== undefined) {
      write(directory, `root${ENDING}`, readInput(file, LIMITS.rootBytes));
      return 0;
    }
    if (action !== "refresh" && action !== "download") throw new UsageError(`unknown action '${operand}'`);
    const names = action === "download" ? (lists.get("target-name") ?? []) : [];
    const transport = transportTo(given("metadata-url"), options.get("target-base-url"));
    const trust = Trust.restore(...savedIn(directory), OPTIONS);
    const client = new TufClient({ transport, trust, save: async (saved) => save(directory, saved) });
    await client.refresh();
    for (const name of names) await download(client, await client.find(name), given("target-dir"));
    transport.close();
    return 0;
  } catch (error) {
    if (!(error instanceof BundleError || error instanceof OsError)) throw error;
    printError(`error: ${error.message}\n`);
    return 1;
  }
}

/** The suite has metadata and targets at two places. */
function transportTo(metadata: string, targets = metadata): Transport & { close(): void } {
  const places = { metadata: open(metadata), targets: open(targets) };
  return {
    get: (path, options) => {
      const place = path.startsWith("metadata/") ? "metadata" : "targets";
      return places[place].get(path.slice(place.length + 1), options);
    },
    close: () => {
      for (const place of Object.values(places)) place.close();
    },
  };
}

const open = (base: string): HttpTransport => new HttpTransport({ base: new URL(base) });

function savedIn(directory: string): [root: Uint8Array, saved: Saved] {
  const fd = openDirectoryFollowing(directory);
  const names = closing(fd, () => listNames(fd).map(({ name }) => name)).filter((name) =>
    name.endsWith(ENDING),
  );
  const files = new Map(
    names.map((name) => [
      decodeURIComponent(name.slice(0, -ENDING.length)),
      readInput(join(directory, name), LIMITS.targetsBytes),
    ]),
  );
  const root = files.get("root") ?? new Uint8Array();
  const saved = {
    roots: [root],
    timestamp: files.get("timestamp"),
    snapshot: files.get("snapshot"),
    targets: new Map([...files].filter(([role]) => !TOP.includes(role))),
    highWater: lowWater(OPTIONS.earliest),
  };
  return [root, saved];
}

function save(directory: string, { roots, timestamp, snapshot, targets }: Saved): void {
  const files = new Map([
    ["root", roots.at(-1)],
    ["timestamp", timestamp],
    ["snapshot", snapshot],
    ...targets,
  ]);
  for (const [role, bytes] of files) {
    const name = encodeURIComponent(role) + ENDING;
    if (bytes !== undefined) write(directory, name, bytes);
    else closing(openDirectoryFollowing(directory), (fd) => removeIfThere(fd, name));
  }
}

async function download(client: TufClient, target: Target, directory: string): Promise<void> {
  const name = encodeURIComponent(target.path);
  if (!isThere(target, join(directory, name))) write(directory, name, await client.download(target));
}

function isThere(target: Target, path: string): boolean {
  try {
    expectTarget(target, readInput(path, target.length), OPTIONS.profile);
    return true;
  } catch {
    // Missing, or another one: it is downloaded.
    return false;
  }
}

function write(directory: string, name: string, bytes: Uint8Array): void {
  const fd = openDirectoryFollowing(directory);
  closing(fd, () => close(replaceContent(fd, name, bytes, { mode: 0o600 })));
}
