/** What is released is a repository of TUF: to our own client, to tuf-js, and to python-tuf, its reference. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Updater } from "tuf-js";
import { bundle, CHANNEL, Team } from "../../src/bundle/repository/testing.ts";
import { HttpTransport } from "../../src/bundle/transport/http.ts";
import { TufClient } from "../../src/bundle/tuf/client.ts";
import { lowWater } from "../../src/bundle/tuf/high-water.ts";
import { PROFILES } from "../../src/bundle/tuf/profile.ts";
import { type Saved, Trust } from "../../src/bundle/tuf/trust.ts";
import { serveFolder } from "./serve.ts";

setDefaultTimeout(60_000);

const PYTHON = "python3";
/** Away from the sources: a folder there could be taken for the module. */
const hasPythonTuf =
  spawnSync(PYTHON, ["-c", "import tuf.ngclient, cryptography"], { cwd: "/" }).status === 0;
const TARGET = `${CHANNEL}.tar.gz`;

/** What a device keeps, and where it updates from. */
interface Device {
  readonly metadata: string;
  readonly targets: string;
  readonly url: string;
  /** The first root of the repository, which the device came with. */
  readonly root: string;
}

async function updateByTufJs({ metadata, targets, url, root }: Device): Promise<void> {
  const trusted = join(metadata, "root.json");
  if (!existsSync(trusted)) copyFileSync(root, trusted);
  const urls = { metadataBaseUrl: `${url}/metadata`, targetBaseUrl: `${url}/targets` };
  const updater = new Updater({ metadataDir: metadata, targetDir: targets, ...urls });
  const info = await updater.getTargetInfo(TARGET);
  if (info === undefined) throw new Error("no such target");
  await updater.downloadTarget(info, join(targets, "bundle"));
}

/** What our own devices trust, by their folders. */
const trusted = new Map<string, Saved>();

async function updateByRemit({ metadata, targets, url, root: path }: Device): Promise<void> {
  const options = { profile: PROFILES.remit, earliest: new Date(0) };
  const [root, saved] = [readFileSync(path), trusted.get(metadata)];
  const trust =
    saved === undefined
      ? new Trust(root, lowWater(new Date(0)), options)
      : Trust.restore(root, saved, options);
  const transport = new HttpTransport({ base: new URL(url) });
  try {
    const client = new TufClient({
      transport,
      trust,
      save: async (saved) => void trusted.set(metadata, saved),
    });
    await client.refresh();
    writeFileSync(join(targets, "bundle"), await client.download(await client.find(TARGET)));
  } finally {
    transport.close();
  }
}

const PYTHON_CLIENT = `
import sys
from tuf.ngclient import Updater
metadata, targets, url, root, name = sys.argv[1:]
updater = Updater(metadata, url + "/metadata/", targets, url + "/targets/", bootstrap=open(root, "rb").read())
updater.refresh()
updater.download_target(updater.get_targetinfo(name), targets + "/bundle")
`;

async function updateByPython({ metadata, targets, url, root }: Device): Promise<void> {
  const args = ["-c", PYTHON_CLIENT, metadata, targets, url, root, TARGET];
  const child = spawn(PYTHON, args, { cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (piece: Buffer) => {
    said += piece;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(said);
}

const CLIENTS = [
  ["our own client", updateByRemit, true],
  ["tuf-js", updateByTufJs, true],
  [
    hasPythonTuf ? "python-tuf" : "python-tuf (skipped: python3 has no tuf and cryptography)",
    updateByPython,
    hasPythonTuf,
  ],
] as const;

describe.each(CLIENTS)("%s takes", (_, update, isThere) => {
  const check = test.skipIf(!isThere);
  const work = mkdtempSync(join(tmpdir(), "remit-clients-"));
  const team = new Team();
  const folder = join(team.path, "public");
  mkdirSync(folder);
  const server = serveFolder(folder);
  afterAll(() => {
    server.stop();
    team.remove();
    rmSync(work, { recursive: true });
  });

  let devices = 0;
  /** A device that comes with the first root. */
  function device() {
    const path = join(work, String(devices++));
    const [metadata, targets] = [join(path, "metadata"), join(path, "targets")];
    for (const made of [metadata, targets]) mkdirSync(made, { recursive: true });
    return { metadata, targets, url: server.url, root: join(folder, "metadata/1.root.json") };
  }
  const old = device();

  /** What the oldest device has after an update, and a new one. */
  const seen = () =>
    Promise.all(
      [old, device()].map(async (one) => {
        await update(one);
        return readFileSync(join(one.targets, "bundle"), "utf8");
      }),
    );
  const both = (revision: string) =>
    Array.from({ length: 2 }, () => Buffer.from(bundle(revision)).toString());

  check("what is released first", async () => {
    await team.released("1", new Date());
    expect(await seen()).toEqual(both("1"));
  });

  check("the next revision", async () => {
    const now = new Date();
    await team.add("2", now);
    await team.sign("targets", "eve", "finn");
    await team.release(now);
    expect(await seen()).toEqual(both("2"));
  });

  check("new keys of root and targets in place of lost ones, and what they sign", async () => {
    const now = new Date();
    await team.rotate({ group: "root", remove: ["carol"], add: [team.key("chris")] }, now);
    await team.rotate({ group: "targets", remove: ["eve"], add: [team.key("gus")] }, now);
    await team.sign("root", "alice", "bob");
    // What is released was signed by eve and finn: it is staged once more.
    await team.sign("targets", "dana", "finn");
    await team.release(now);
    expect(await seen()).toEqual(both("2"));
    await team.add("3", now);
    await team.sign("targets", "gus", "dana");
    await team.release(now);
    expect(await seen()).toEqual(both("3"));
  });

  check("another online key", async () => {
    const now = new Date();
    await team.rotate({ group: "online", remove: ["online"], add: [team.key("online-2")] }, now);
    await team.sign("root", "alice", "chris");
    await team.release(now, "online-2");
    expect(await seen()).toEqual(both("3"));
    expect((await team.state()).released.root?.signed.version).toBe(3);
  });
});
