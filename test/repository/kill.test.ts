/** A release that is killed anywhere leaves a repository that devices take, and can be done again. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lowWater, PROFILES, Trust, TufClient } from "../../src/bundle/index.ts";
import {
  Folder,
  FolderTransport,
  PUBLIC,
  refresh,
  release,
  verify,
} from "../../src/bundle/repository/index.ts";
import { encodeKey } from "../../src/bundle/repository/private-key.ts";
import { later, NOW, refusal, Team } from "../../src/bundle/repository/testing.ts";
import type { Input } from "./killed.ts";

setDefaultTimeout(120_000);

const PROGRAM = join(import.meta.dirname, "killed.ts");
const MOST_CALLS = 60;
const work = mkdtempSync(join(tmpdir(), "remit-killed-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What is done, and with which online keys; before it, a first bundle is released unless `prepare` says otherwise. */
interface Scenario {
  readonly prepare: (team: Team) => Promise<unknown>;
  readonly action?: Input["action"];
  readonly keys?: readonly string[];
  /** Points at which devices wait for the release to be done again. */
  readonly gaps?: number;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "the first release": {
    prepare: async (team) => {
      await team.init();
      await team.add("1");
      await team.sign("root", "alice", "bob");
      await team.sign("targets", "dana", "eve");
    },
  },
  "the next bundle": {
    prepare: async (team) => {
      await team.released();
      await team.add("2");
      await team.sign("targets", "dana", "finn");
    },
  },
  "a new root key, and a bundle": {
    prepare: async (team) => {
      await team.released();
      await team.rotate({ group: "root", remove: ["carol"], add: [team.key("chris")] });
      await team.add("2");
      await team.sign("root", "alice", "bob");
      await team.sign("targets", "dana", "finn");
    },
  },
  "a targets key whose signature is needed": {
    prepare: async (team) => {
      await team.released();
      await team.rotate({ group: "targets", remove: ["eve"], add: [team.key("gus")] });
      await team.sign("root", "alice", "bob");
      await team.sign("targets", "dana", "finn");
    },
  },
  "targets keys of which none is left": {
    prepare: async (team) => {
      await team.released();
      const add = ["gus", "hal"].map((name) => team.key(name));
      await team.rotate({ group: "targets", remove: ["dana", "eve", "finn"], add });
      await team.sign("root", "alice", "bob");
      await team.sign("targets", "gus", "hal");
    },
    gaps: 2,
  },
  "the online key, with the old one at hand": {
    prepare: (team) => onlineRotated(team),
    keys: ["online", "online-2"],
  },
  "the online key, which is lost": { prepare: (team) => onlineRotated(team), keys: ["online-2"], gaps: 2 },
  "a refresh": { prepare: (team) => team.released(), action: "refresh" },
};

async function onlineRotated(team: Team): Promise<void> {
  await team.released();
  await team.rotate({ group: "online", remove: ["online"], add: [team.key("online-2")] });
  await team.sign("root", "alice", "bob");
}

const AT = later(4);

/** Whether a new device takes what is there, and one that is up to date with `before`. */
async function taken(path: string, before: Trust | undefined): Promise<boolean> {
  return await Folder.use(path, {}, async (folder) => {
    const transport = new FolderTransport(folder, PUBLIC);
    try {
      await verify(transport, { root: firstRoot(path), now: AT });
      if (before !== undefined) await refreshed(transport, before);
      return true;
    } catch {
      return false;
    }
  });
}

const firstRoot = (path: string): Uint8Array => readFileSync(join(path, "public/metadata/1.root.json"));

const TRUST = { profile: PROFILES.remit, earliest: new Date(0) };

async function refreshed(transport: FolderTransport, trust: Trust): Promise<Trust> {
  const own = Trust.restore(trust.saved.roots[0] ?? new Uint8Array(), trust.saved, TRUST);
  await new TufClient({ transport, trust: own, save: async () => undefined, clock: () => AT }).refresh();
  return own;
}

/** A device that is up to date with a repository, if there is anything yet. */
async function deviceOf(path: string): Promise<Trust | undefined> {
  if (!existsSync(join(path, "public"))) return undefined;
  const trust = new Trust(firstRoot(path), lowWater(NOW), TRUST);
  return await Folder.use(path, {}, (folder) => refreshed(new FolderTransport(folder, PUBLIC), trust));
}

const filesIn = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );

test.each(Object.entries(SCENARIOS))(
  "%s",
  async (name, { prepare, action = "release", keys = ["online"], gaps = 0 }) => {
    const team = new Team();
    await prepare(team);
    const before = await deviceOf(team.path);
    const act = (path: string, calls: number) => {
      const input: Input = {
        path,
        action,
        now: AT.toISOString(),
        keys: keys.map((key) => encodeKey(team.privateKey(key))),
        calls,
      };
      return spawnSync(process.execPath, [PROGRAM, JSON.stringify(input)], { encoding: "utf8" });
    };
    /** What was not done may have been no more than to tidy up. */
    const again = async (path: string): Promise<void> => {
      const online = { signers: keys.map((key) => team.signer(key)), now: AT };
      const act = action === "release" ? release : refresh;
      const how = await refusal(Folder.use(path, { alone: true }, (folder) => act(folder, online)));
      expect([
        "no error",
        "nothing_staged: nothing is staged; remit repo refresh signs the timestamp anew",
      ]).toContain(how);
    };
    let refused = 0;
    let calls = 0;
    for (let done = false; !done; calls++) {
      expect(calls).toBeLessThan(MOST_CALLS);
      const path = join(work, `${name}-${calls}`);
      cpSync(team.path, path, { recursive: true });
      const { signal, status, stderr } = act(path, calls);
      done = status === 0;
      if (!done) expect([signal, stderr]).toEqual(["SIGKILL", ""]);
      if (before !== undefined && !(await taken(path, before))) refused++;
      if (!done) await again(path);
      expect(await taken(path, before)).toBe(true);
      expect(filesIn(join(path, "staging"))).toEqual([]);
      rmSync(path, { recursive: true });
    }
    expect(calls).toBeGreaterThan(2);
    expect(refused).toBe(gaps);
    team.remove();
  },
);
