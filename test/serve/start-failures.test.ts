/** Where the agent cannot start it ends, and says what keeps it from that; it does not stay without serving anybody. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_MOUNTS, unmountAny } from "../sdk/mounts.ts";
import { AgentWorld } from "../support/agent.ts";

setDefaultTimeout(60_000);

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

/** Starts it with a policy, and waits until it serves or has ended. */
async function outcome(...options: readonly string[]): Promise<{ code: number | null; said: string }> {
  const agent = world.spawn(
    "--policy",
    world.file("p.cedar", "permit(principal, action, resource);"),
    ...options,
  );
  const served = agent.says("takes scripts").then(() => undefined);
  const end = await Promise.race([served.catch(() => undefined), agent.ended]);
  if (end === undefined) {
    agent.signal("SIGTERM");
    await agent.ended;
  }
  return { code: end?.code ?? null, said: agent.said };
}

describe.skipIf(NO_MOUNTS !== "")(`on a file system of its own${NO_MOUNTS}`, () => {
  const ROOM_KIB = 256;
  beforeEach(() => {
    mkdirSync(world.state, { mode: 0o700 });
    spawnSync("mount", ["-t", "tmpfs", "-o", `size=${ROOM_KIB}k,mode=700`, "none", world.state]);
  });
  afterEach(async () => {
    await world.end();
    unmountAny(world.state);
  });

  test("that is read-only", async () => {
    spawnSync("mount", ["-o", "remount,ro", world.state]);
    expect(await outcome()).toEqual({
      code: 1,
      said: `error: the state directory ${world.state} cannot be used: Read-only file system (os error 30)\n`,
    });
  });

  test("that is full when the policy is read again: that one stays, until there is room", async () => {
    const policy = world.file("p.cedar", "permit(principal, action, resource);");
    const agent = await world.start("--policy", policy);
    const fill = join(world.state, "fill");
    const reload = async (text: string): Promise<string> => {
      const from = agent.said.length;
      world.file("p.cedar", text);
      agent.signal("SIGHUP");
      await agent.says(/was read again|stay as they were/, from);
      return agent.said.slice(from);
    };
    try {
      writeFileSync(fill, Buffer.alloc(ROOM_KIB * 1024));
    } catch {
      // It is full.
    }
    const large = `permit(principal, action, resource); // ${"x".repeat(20_000)}`;
    for (let tries = 0; tries < 2; tries++) {
      expect(await reload(large)).toBe(
        `error: the state directory ${world.state} cannot be used: No space left on device (os error 28)\nthe configuration and the policy stay as they were\n`,
      );
    }
    rmSync(fill);
    expect(await reload(large)).toStartWith("the configuration was read again; the policy is ");
    agent.signal("SIGTERM");
    expect((await agent.ended).code).toBe(0);
  });

  test("that is full, sooner or later", async () => {
    const outcomes: string[] = [];
    const fill = join(world.state, "fill");
    for (let pages = 0; pages < 12; pages += 2) {
      for (const name of ["lock", "control", "tokens.json", "tokens.lock", "token", "policy.cedar"]) {
        rmSync(join(world.state, name), { force: true });
      }
      spawnSync("sh", ["-c", `rm -f "${world.state}"/decisions.* "${world.state}"/candidate.cedar`]);
      try {
        writeFileSync(fill, Buffer.alloc(ROOM_KIB * 1024));
      } catch {
        // It is full.
      }
      spawnSync("truncate", ["-s", `-${4 * pages}K`, fill]);
      const { code, said } = await outcome();
      outcomes.push(code === null ? "served" : `${code} ${said.split("\n", 1)[0]}`);
      // Nobody is left who has the directory.
      expect(readFileSync("/proc/mounts", "utf8")).toContain(world.state);
      for (const [command, ...args] of [["token", "create", "later"], ["resume"]]) {
        const { status, stderr } = world.call(command ?? "", ...args);
        if (status !== 0) expect(stderr).toContain("No space left on device");
        expect(stderr).not.toContain("a fault of Remit");
      }
    }
    expect(outcomes[0]).toStartWith(`1 error: the state directory ${world.state} cannot be used: No space`);
    const refused =
      /^1 error: the (state directory \S+ cannot be used|decision log cannot be written): No space/;
    for (const one of outcomes) if (one !== "served") expect(one).toMatch(refused);
    expect(outcomes.at(-1)).toBe("served");
  });
});

describe("another file is where its socket would be", () => {
  test.each(["a file", "a link"])("%s", async (what) => {
    const path = world.file("other", "x");
    const socket = what === "a file" ? path : join(world.path, "link");
    if (what === "a link") symlinkSync(path, socket);
    const { code, said } = await outcome("--socket", socket);
    expect([code, said]).toEqual([
      1,
      `error: requests cannot be taken at ${socket}: another file is there\n`,
    ]);
    expect(readFileSync(path, "utf8")).toBe("x");
  });
  test("nothing: it starts", async () => {
    expect((await outcome("--socket", join(world.path, "other"))).code).toBeNull();
  });
});

test("a directory of the socket that is not there, or that others may write to", async () => {
  const socket = join(world.path, "open", "remit.sock");
  expect(await outcome("--socket", socket)).toMatchObject({ code: 1, said: expect.stringContaining(socket) });
  mkdirSync(join(world.path, "open"));
  chmodSync(join(world.path, "open"), 0o777);
  expect((await outcome("--socket", socket)).said).toContain("others may write to");
  chmodSync(join(world.path, "open"), 0o755);
  expect((await outcome("--socket", socket)).code).toBeNull();
});
