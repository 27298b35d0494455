/** The commands of a central team, as somebody uses them who sees them for the first time. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { mount, NO_MOUNTS, unmountAny } from "../sdk/mounts.ts";
import { executable } from "../support/executable.ts";
import { bundleBytes, Ceremony, CHANNEL, REPOSITORY } from "./ceremony.ts";
import { serveFolder } from "./serve.ts";

setDefaultTimeout(120_000);

let work: Ceremony;
beforeEach(() => {
  work = new Ceremony();
});
afterEach(() => work.remove());

const at = (...names: readonly string[]): string => join(work.path, ...names);
const inForce = (): string =>
  work.expectDone(
    "repo",
    "verify",
    "--root",
    at(REPOSITORY, "public/metadata/1.root.json"),
    "--dir",
    REPOSITORY,
  );

test("from keys to a second revision", () => {
  expect(work.init("--fleet", "fleet-a")).toBe(
    "repository is made; its root 1 is staged and takes 2 signatures of alice, bob, carol\n" +
      "next: remit repo sign repository --key KEY, as each of them; then remit repo add repository BUNDLE --channel FLEET/CHANNEL\n",
  );
  expect(work.add("1")).toMatch(
    /^1 of fleet-a\/prod is staged \(SHA-256 [0-9a-f]{64}\)\nnext: remit repo sign repository --key KEY/,
  );
  expect(work.sign("alice")).toEndWith(
    "alice has signed root 1\nroot 1 takes 1 more of bob, carol\ntargets 1 takes 2 more of dana, eve, finn\n",
  );
  work.sign("bob", "dana");
  expect(work.sign("finn")).toEndWith(
    "finn has signed targets 1\nnext: remit repo release repository --online-key KEY\n",
  );
  expect(work.release()).toBe(
    "released: root 1, targets 1, snapshot 1, timestamp 1\n" +
      "serve repository/public; where it is copied to another host, metadata/timestamp.json goes last\n",
  );
  expect(inForce()).toMatch(
    /^root 1, valid until .*\ntargets 1, .*\nsnapshot 1, .*\ntimestamp 1, .*\nfleet-a\/prod.tar.gz: \d+ bytes/,
  );
  work.add("2", '@id("read") permit(principal, action, resource);');
  expect(work.sign("dana", "eve")).toContain("~ permit read: its action became wider");
  work.release();
  expect(inForce()).toContain("targets 2, ");
});

test("status is for people and machines, and says when somebody should act", () => {
  work.init();
  const before = work.remit("repo", "status", REPOSITORY);
  expect([before.status, before.stdout]).toEqual([
    1,
    "staged: root 1, waits for signatures\n" +
      "  of the keys of root 1: 0 of 2 (nobody; not alice, bob, carol)\n" +
      "warning: nothing is released yet\nwarning: root 1 waits for signatures\n",
  ]);
  work.add("1");
  work.sign("alice", "bob", "dana", "eve");
  work.release();
  const after = work.remit("repo", "status", REPOSITORY, "--json");
  expect(after.status).toBe(0);
  expect(JSON.parse(after.stdout)).toMatchObject({
    released: [
      { role: "root", version: 1, days: 365 },
      { role: "targets" },
      { role: "snapshot" },
      { role: "timestamp", days: 7 },
    ],
    staged: [],
    warnings: [],
  });
  expect(work.remit("repo", "status", REPOSITORY, "--warn-days", "8")).toMatchObject({ status: 1 });
});

test("a device on a network takes it, and what is kept back shows", async () => {
  work.released();
  const server = serveFolder(at(REPOSITORY, "public"));
  const verify = ["repo", "verify", "--root", at(REPOSITORY, "public/metadata/1.root.json")];
  try {
    // The server is this process's: it must not wait for the command.
    const command = Bun.spawn([executable(), ...verify, "--url", server.url], { env: {}, stdout: "pipe" });
    expect(await new Response(command.stdout).text()).toEndWith("\na device takes all of it\n");
    expect(server.requests.slice(0, 3)).toEqual([
      "/metadata/2.root.json",
      "/metadata/timestamp.json",
      "/metadata/1.snapshot.json",
    ]);
  } finally {
    server.stop();
  }
  expect(work.refused(...verify, "--url", server.url)).toStartWith(
    `error: ${server.url}/metadata/2.root.json: connect ECONNREFUSED`,
  );
  expect(work.refused(...verify, "--dir", REPOSITORY, "--from-version", "2")).toBe(
    "error: timestamp has version 1 after 2 was trusted",
  );
});

describe("signing", () => {
  beforeEach(() => {
    work.init();
    work.add("1");
  });

  test("asks, and without a terminal nobody signs unseen", () => {
    const { status, stdout, stderr } = work.call(["repo", "sign", REPOSITORY, "--key", "dana"]);
    expect(status).toBe(1);
    expect(stdout).toContain("fleet-a/prod: new, 1, created at");
    expect(stderr).toBe("error: there is no terminal to ask at (--yes signs without asking)\n");
    expect(work.remit("repo", "status", REPOSITORY).stdout).toContain("0 of 2 (nobody; not dana, eve, finn)");
  });

  test("with a key that has no say, and twice with one that has", () => {
    expect(work.refused("repo", "sign", REPOSITORY, "--key", "mallory", "--yes")).toBe(
      "error: this key signs nothing that is staged: root 1 takes alice, bob, carol; targets 1 takes dana, eve, finn",
    );
    work.sign("dana");
    expect(work.sign("dana")).toStartWith("dana has signed targets 1 already\n");
    work.sign("alice", "bob");
    expect(work.refused("repo", "release", REPOSITORY, "--online-key", "online")).toStartWith(
      "error: targets 1 has 1 of the 2 signatures that root 1 asks for (role targets): dana signed;",
    );
  });

  test("on another machine, whose signatures are taken over", () => {
    mkdirSync(at("copy"));
    copyFileSync(at(REPOSITORY, "staging/targets.json"), at("before.json"));
    work.sign("dana");
    copyFileSync(at(REPOSITORY, "staging/targets.json"), at("copy/targets.json"));
    copyFileSync(at("before.json"), at(REPOSITORY, "staging/targets.json"));
    work.sign("eve");
    expect(work.expectDone("repo", "sign", REPOSITORY, "--signatures", "copy/targets.json")).toBe(
      "signatures of dana were taken\nroot 1 takes 2 more of alice, bob, carol\n",
    );
    expect(work.expectDone("repo", "sign", REPOSITORY, "--signatures", "copy/targets.json")).toStartWith(
      "copy/targets.json has no signature that is not here\n",
    );
    expect(work.refused("repo", "sign", REPOSITORY, "--signatures", "alice.pub")).toBe(
      "error: alice.pub is no copy of a file that is staged",
    );
  });

  test("by a program", () => {
    const text = `#!/bin/sh\nt=$(mktemp) && trap 'rm -f "$t"' EXIT && cat >"$t" && openssl pkeyutl -sign -rawin -inkey ${at("dana")} -in "$t"\n`;
    writeFileSync(at("signer"), text, { mode: 0o755 });
    const signed = (...options: readonly string[]) => [
      "repo",
      "sign",
      REPOSITORY,
      "--yes",
      "--signer",
      ...options,
    ];
    expect(work.expectDone(...signed("./signer", "--public", "dana.pub"))).toContain(
      "dana has signed targets 1\n",
    );
    expect(work.remit(...signed("./signer", "--public", "eve.pub")).stderr).toStartWith(
      "error: what the signer ./signer answers (64 bytes) is no signature by the key in eve.pub",
    );
    expect(work.remit(...signed("./none", "--public", "eve.pub")).stderr).toBe(
      "error: the signer ./none signed nothing: No such file or directory (os error 2)\n",
    );
    expect(work.call(signed("./signer")).status).toBe(2);
  });
});

describe("keys", () => {
  test("with a passphrase", () => {
    writeFileSync(at("pass"), "correct horse\n", { mode: 0o600 });
    expect(work.expectDone("keygen", "--out", "dora", "--passphrase-file", "pass")).toMatch(
      /^private key {2}dora \(encrypted; .*\npublic key {3}dora.pub .*\nname {9}dora\nkey id {7}[0-9a-f]{64}\n$/,
    );
    expect([statSync(at("dora")).mode & 0o777, readFileSync(at("dora"), "utf8").split("\n")[0]]).toEqual([
      0o600,
      "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    ]);
    work.init();
    const sign = ["repo", "sign", REPOSITORY, "--key", "dora"];
    expect(work.refused(...sign)).toBe(
      "error: no passphrase: there is no terminal to ask at (--passphrase-file FILE reads one)",
    );
    writeFileSync(at("wrong"), "wrong horse\n", { mode: 0o600 });
    expect(work.refused(...sign, "--passphrase-file", "wrong")).toBe(
      "error: dora: the passphrase is wrong, or the key is damaged",
    );
    expect(work.refused(...sign, "--passphrase-file", "pass")).toStartWith(
      "error: this key signs nothing that is staged",
    );
    chmodSync(at("pass"), 0o644);
    expect(work.refused(...sign, "--passphrase-file", "pass")).toBe(
      "error: the passphrase cannot be read: pass: the file is open to others (mode 644; chmod 600 makes it yours alone)",
    );
  });

  test("that cannot be made or used", () => {
    expect(work.refused("keygen", "--out", "alice")).toBe(
      "error: alice: there is a file of this name already, and keys are never overwritten",
    );
    expect(work.refused("keygen", "--out", "none/x", "--unencrypted")).toBe(
      "error: none/x: No such file or directory (os error 2)",
    );
    expect(work.refused("keygen", "--out", "a b", "--unencrypted")).toStartWith(
      "error: 'a b' is no name of a key",
    );
    writeFileSync(at("short"), "1234567", { mode: 0o600 });
    expect(work.refused("keygen", "--out", "x", "--passphrase-file", "short")).toBe(
      "error: a passphrase has at least 8 characters",
    );
    expect(work.call(["keygen"]).status).toBe(2);
    expect(work.call(["keygen", "--out", "x", "--type", "rsa"]).stderr).toStartWith(
      "error: 'rsa' is no value of --type TYPE; it takes ed25519, ecdsa-p256",
    );
    expect(
      work.call(["keygen", "--out", "x", "--unencrypted", "--passphrase-file", "short"]).stderr,
    ).toContain("exclude each other");
  });
});

describe("a repository that cannot be made", () => {
  const init = (root: string, ...options: readonly string[]) => [
    ...["repo", "init", REPOSITORY, "--root", root, "--targets", "dana.pub", "--online", "online.pub"],
    ...options,
  ];

  test.each([
    ["a private key", "alice,bob.pub", "alice: this is a private key; the public one ends in .pub"],
    ["a file that is not there", "alice.pub,zoe.pub", "zoe.pub: No such file or directory (os error 2)"],
    [
      "the same key twice",
      "alice.pub,alice.pub",
      "the key of alice is in root twice; it would count once only",
    ],
    [
      "the online key",
      "online.pub,bob.pub",
      "online is the online key and in root; what lies on a server must not sign for root",
    ],
  ])("with %s", (_, root, why) => {
    expect(work.refused(...init(root))).toBe(`error: ${why}`);
  });

  test("with values that mean nothing", () => {
    const wrong = (...options: readonly string[]) => {
      const { status, stderr } = work.call(init("alice.pub", ...options));
      return [status, stderr.split("\n")[0]];
    };
    expect(wrong("--root-threshold", "0")).toEqual([
      2,
      "error: '0' is no value of --root-threshold; it takes a whole number from 1",
    ]);
    expect(wrong("--root-threshold", "2")).toEqual([
      1,
      "error: a threshold of root is 1 to 1, as many as it has keys, not 2",
    ]);
    expect(wrong("--expires", "root=1y")[0]).toBe(2);
    expect(wrong("--expires", "leaf=1d")[0]).toBe(2);
    expect(wrong("--fleet", "Fleet A")[0]).toBe(2);
    // Nothing of all this is a repository.
    expect(work.refused("repo", "status", REPOSITORY)).toMatch(/No such file|there is no repository.json/);
  });

  test("twice", () => {
    work.init();
    expect(work.refused(...init("alice.pub"))).toBe(
      "error: repository is a repository already; remit repo status shows it",
    );
  });
});

describe("what is not there", () => {
  test.each([
    ["repo status nowhere", "nowhere: No such file or directory (os error 2)"],
    ["repo sign nowhere --key alice --yes", "nowhere: No such file or directory (os error 2)"],
    ["repo release nowhere --online-key online", "nowhere: No such file or directory (os error 2)"],
    ["repo status .", ". is no repository: there is no repository.json in it; remit repo init makes one"],
    ["repo refresh repository --online-key online", "nothing is released yet; remit repo release does so"],
    [
      "repo export repository --channel fleet-a/prod -o pack",
      "nothing is released yet; remit repo release does so",
    ],
    [
      "repo renew repository --role targets",
      "targets has not been released yet; remit repo status shows what it waits for",
    ],
    ["repo sign repository --key zoe", "zoe: No such file or directory (os error 2)"],
    ["repo sign repository --key alice.pub", "alice.pub: a private key is needed; its file has no .pub"],
    [
      "repo add repository none.tar.gz --channel fleet-a/prod",
      "none.tar.gz: No such file or directory (os error 2)",
    ],
    ["repo rotate repository --role root --remove zoe", "root has no key zoe; it has alice, bob, carol"],
    ["repo rotate repository --role root --add zoe.pub", "zoe.pub: No such file or directory (os error 2)"],
  ])("%s", (line, why) => {
    work.init();
    expect(work.refused(...line.split(" "))).toBe(`error: ${why}`);
  });
});

describe("a command line that is wrong", () => {
  test.each([
    ["repo", "'repo' takes init, add, sign, release, refresh, rotate, renew, status, verify, export"],
    [
      "repo relase x",
      "'repo' takes init, add, sign, release, refresh, rotate, renew, status, verify, export, not 'relase'; did you mean 'release'?",
    ],
    ["repo status", "DIR is missing"],
    ["repo add x --channel a/b", "BUNDLE is missing"],
    ["repo add x y", "--channel FLEET/CHANNEL is missing"],
    ["repo sign x", "--key FILE or --signer CMD or --signatures FILE is missing"],
    [
      "repo sign x --key a --signer b",
      "--key FILE and --signer CMD and --signatures FILE exclude each other",
    ],
    ["repo sign x --key a --public b", "--public FILE is taken with --signer CMD only"],
    ["repo release x", "--online-key FILE or --signer CMD is missing"],
    ["repo rotate x --role root", "--remove NAME, --add FILE or --threshold COUNT is missing"],
    ["repo rotate x --role all", "'all' is no value of --role ROLE; it takes root, targets, online"],
    ["repo verify --root x", "--url URL or --dir DIR is missing"],
    ["repo status x --warn-days soon", "'soon' is no value of --warn-days; it takes a whole number from 1"],
  ])("%s", (line, why) => {
    const { status, stdout, stderr } = work.call(line.split(" "));
    expect([status, stdout, stderr.split("\n")[0]]).toEqual([2, "", `error: ${why}`]);
  });
});

test("a bundle of another channel, one that is damaged, and one that no device takes", () => {
  work.init();
  const add = (bytes: Uint8Array, channel = CHANNEL) =>
    work.refused("repo", "add", REPOSITORY, work.file("b.tar.gz", bytes), "--channel", channel);
  expect(add(bundleBytes("1", { channel: "canary" }))).toBe(
    "error: the bundle is one of fleet-a/canary, not of fleet-a/prod; build it for fleet-a/prod, or add it to fleet-a/canary",
  );
  expect(add(bundleBytes("1").subarray(0, 100))).toStartWith("error: the archive cannot be read");
});

test("one at a time", async () => {
  work.released();
  const holder = Bun.spawn(["flock", REPOSITORY, "-c", "echo held; read line"], {
    cwd: work.path,
    stdin: "pipe",
    stdout: "pipe",
  });
  const reader = holder.stdout.getReader();
  await reader.read();
  expect(work.refused("repo", "refresh", REPOSITORY, "--online-key", "online")).toBe(
    "error: another remit works on repository; try again when it has ended",
  );
  expect(work.remit("repo", "status", REPOSITORY).status).toBe(0);
  holder.stdin.write("\n");
  holder.stdin.end();
  await holder.exited;
  work.expectDone("repo", "refresh", REPOSITORY, "--online-key", "online");
});

test.skipIf(NO_MOUNTS !== "")(`a full disk leaves what is in force, and is told of${NO_MOUNTS}`, () => {
  const disk = at("disk");
  mkdirSync(disk);
  mount(disk);
  try {
    work.released();
    const path = join(disk, REPOSITORY);
    cpSync(at(REPOSITORY), path, { recursive: true });
    const timestamp = () => readFileSync(join(path, "public/metadata/timestamp.json"), "utf8");
    const before = timestamp();
    spawnSync("dd", ["if=/dev/zero", `of=${disk}/full`]);
    expect(work.refused("repo", "refresh", path, "--online-key", "online")).toBe(
      "error: /disk/repository/public/metadata/timestamp.json: No space left on device (os error 28)",
    );
    expect(timestamp()).toBe(before);
    rmSync(join(disk, "full"));
    work.expectDone("repo", "refresh", path, "--online-key", "online");
  } finally {
    unmountAny(disk);
  }
});

test("a pack has all that a device needs", () => {
  work.released();
  expect(work.expectDone("repo", "export", REPOSITORY, "--channel", CHANNEL, "-o", "site.tufpack")).toMatch(
    /^site.tufpack has \d+ bytes/,
  );
  expect(work.refused("repo", "export", REPOSITORY, "--channel", "fleet-a/x", "-o", "other")).toBe(
    "error: no bundle of fleet-a/x is released; there are fleet-a/prod",
  );
});
