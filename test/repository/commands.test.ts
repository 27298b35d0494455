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
import { encodeKey } from "../../src/bundle/repository/private-key.ts";
import { Team } from "../../src/bundle/repository/testing.ts";
import { selfSigned } from "../../src/platform/certificate-testing.ts";
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

test("over TLS it counts whom the device trusts", async () => {
  work.released();
  const certificate = selfSigned("IP:127.0.0.1");
  const server = serveFolder(at(REPOSITORY, "public"), certificate);
  const root = at(REPOSITORY, "public/metadata/1.root.json");
  const verify = async (...options: readonly string[]) => {
    const command = [executable(), "repo", "verify", "--root", root, "--url", server.url, ...options];
    const { exited, stdout, stderr } = Bun.spawn(command, { env: {}, stdout: "pipe", stderr: "pipe" });
    return [await exited, await new Response(stdout).text(), await new Response(stderr).text()];
  };
  work.file("ca.pem", certificate.cert);
  work.file("other.pem", selfSigned("IP:127.0.0.1").cert);
  try {
    const taken = [0, expect.stringContaining("a device takes all of it"), ""];
    expect(await verify("--ca-file", at("ca.pem"))).toEqual(taken);
    const refused = [1, "", expect.stringMatching(/metadata\/2.root.json: .*(self.signed|signature)/)];
    expect(await verify("--ca-file", at("other.pem"))).toEqual(refused);
    expect(await verify()).toEqual(refused);
    const unreadable = [1, "", expect.stringContaining("no.pem: No such file")];
    expect(await verify("--ca-file", at("no.pem"))).toEqual(unreadable);
  } finally {
    server.stop();
  }
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

test("a bundle of another channel, one that is damaged, and one that no device takes", () => {
  work.init();
  const add = (bytes: Uint8Array, channel = CHANNEL) =>
    work.refused("repo", "add", REPOSITORY, work.file("b.tar.gz", bytes), "--channel", channel);
  expect(add(bundleBytes("1", { channel: "canary" }))).toBe(
    "error: the bundle is one of fleet-a/canary, not of fleet-a/prod; build it for fleet-a/prod, or add it to fleet-a/canary",
  );
  expect(add(bundleBytes("1").subarray(0, 100))).toStartWith("error: the archive cannot be read");
  const unknown = '@id("read") permit(principal, action == file_system::Action::"raed", resource);';
  expect(add(bundleBytes("1", {}, unknown))).toMatch(
    /^b.tar.gz: policies\/read.cedar:1:41: error: .*unrecognized action/,
  );
  expect(work.remit("repo", "status", REPOSITORY).stdout).not.toContain("targets");
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

test("a repository that nobody looked after", async () => {
  const team = new Team();
  try {
    await team.released("1", new Date("2020-01-01T00:00:00Z"));
    const root = join(team.path, "public/metadata/1.root.json");
    expect(work.remit("repo", "status", team.path)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(
        "warning: root 1 expired at 2020-12-31T00:00:00Z; remit repo renew --role root\n",
      ),
    });
    expect(work.refused("repo", "verify", "--root", root, "--dir", team.path)).toStartWith(
      "error: root 1 expired at 2020-12-31T00:00:00Z",
    );
    writeFileSync(at("old"), encodeKey(team.privateKey("online")), { mode: 0o600 });
    expect(work.refused("repo", "refresh", team.path, "--online-key", "old")).toBe(
      "error: root 1 expired at 2020-12-31T00:00:00Z; remit repo renew --role root stages the next version",
    );
  } finally {
    team.remove();
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
