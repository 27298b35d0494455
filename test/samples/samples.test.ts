/** Each sample does what it says under its policy, and nothing at all under that policy less one permission. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { NO_BUS } from "../../src/platform/bus/testing.ts";
import { lessened } from "./permissions.ts";
import { type Ended, run, sample, type World } from "./world.ts";
import * as worlds from "./worlds.ts";

setDefaultTimeout(60_000);

const NO_SERVICES = process.geteuid?.() === 0 ? NO_BUS : " (skipped: not root)";

/** Runs `act` on a world of its own. */
async function on<T extends World>(
  make: () => T | Promise<T>,
  act: (world: T) => Promise<void>,
): Promise<void> {
  const world = await make();
  try {
    await act(world);
  } finally {
    await world.end();
  }
}

const lines = (ended: Ended): string[] => ended.output.trimEnd().split("\n");

interface Denial<T> {
  /** Actions whose denial the script catches, with what it reports then. */
  readonly told?: { readonly [action: string]: RegExp };
  /** What is left to happen where a denial is caught: by default nothing. */
  readonly rest?: (world: T, action: string) => void;
}

/** Every permission of the sample's policy is needed: without it the run is denied and has changed nothing. */
function denials<T extends World>(
  name: string,
  make: () => T | Promise<T>,
  { told = {}, rest }: Denial<T> = {},
) {
  test.each(lessened(sample(`policies/${name}.cedar`)))("denied without $lacks", ({ lacks, policy }) =>
    on(make, async (world) => {
      const before = world.state();
      const ended = await run(name, world, policy);
      const action = lacks.split(": ")[1] ?? "";
      const report = told[action];
      if (report) expect(ended.output).toMatch(report);
      else expect(ended.error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
      if (report && rest) rest(world, action);
      else expect(world.state()).toEqual(before);
    }),
  );
}

test("every policy has its script, and every script its policy", () => {
  const names = (directory: string, extension: string) =>
    readdirSync(join(import.meta.dirname, "../..", directory))
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length));
  // The demonstration runs one script under two policies; the last is for whatever a support session sends.
  const apart = ["log-report", "readonly", "readwrite", "diagnostics"];
  const samples = (all: string[]) => all.filter((name) => !apart.includes(name)).sort();
  expect(samples(names("policies", ".cedar"))).toEqual(samples(names("scripts", ".rhai")));
});

describe("disk-report", () => {
  test("reports file systems and logs, and alarms", () =>
    on(worlds.diskReport, async (world) => {
      const before = world.state();
      const ended = await run("disk-report", world);
      expect(ended.output).toMatch(/^\/\S*: \d+ % used, \d+ MiB free$/m);
      expect(lines(ended).filter((line) => line.includes(".log"))).toEqual([
        "agent.log: 2 KiB, 2 errors",
        "update.log: 0 KiB, 0 errors",
      ]);
      expect(ended.alarms[0]).toMatchObject({ alarm_type: "DiskFull" });
      expect(world.state()).toEqual(before);
    }));
  test("no alarm below the limit", () =>
    on(worlds.diskReport, async (world) => {
      const quiet = { ...world, arguments: { ...world.arguments, limit: 100 } };
      expect((await run("disk-report", quiet)).alarms).toEqual([]);
    }));
  denials("disk-report", worlds.diskReport);
});

describe.skipIf(NO_SERVICES !== "")(`service-restart${NO_SERVICES}`, () => {
  test("restarts the service, once, as root", () =>
    on(worlds.serviceRestart, async (world) => {
      const ended = await run("service-restart", world);
      expect(ended.output).toBe("edge-agent.service was active, restarted, is active (running)");
      expect(ended.alarms).toEqual([]);
      expect(world.state()).toEqual([
        { method: "RestartUnit", args: ["edge-agent.service", "replace"], uid: 0 },
      ]);
    }));
  test("alarms where it does not come back", () =>
    on(
      () => worlds.serviceRestart("failed", "exited"),
      async (world) => {
        const ended = await run("service-restart", world);
        expect(ended.output).toBe("edge-agent.service was failed, restarted, is failed (exited)");
        expect(ended.alarms).toMatchObject([{ alarm_type: "ServiceDown" }]);
      },
    ));
  test("no other service", () =>
    on(worlds.serviceRestart, async (world) => {
      const other = { ...world, arguments: { ...world.arguments, service: "other.service" } };
      expect((await run("service-restart", other)).error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
      expect(world.state()).toEqual([]);
    }));
  if (NO_SERVICES === "") {
    denials("service-restart", worlds.serviceRestart, {
      told: { restart: /^edge-agent.service is active \(running\); not allowed to restart it$/ },
    });
  }
});

describe("log-rotation", () => {
  const LOGS = "/var/log/edge-agent";
  test("every generation takes the next place, packed from the second on", () =>
    on(worlds.logRotation, async (world) => {
      const ended = await run("log-rotation", world);
      expect(ended.output).toEndWith("agent.log: rotated 6 KiB, packed 1 lines of the time before");
      expect(world.files.texts(LOGS)).toEqual({
        "agent.log.1": `640 ${"newest\n".repeat(1000)}`,
        "agent.log.2.gz": "640 before\n",
        "agent.log.3.gz": "640 older\n",
        "update.log": "640 another\n",
      });
    }));
  test("the first time there is nothing to pack, nor where the program made no log since", () =>
    on(worlds.logRotation, async (world) => {
      const first = { ...world, arguments: { ...world.arguments, log: "update.log", min_kib: 0 } };
      const policy = sample("policies/log-rotation.cedar").replaceAll("agent.log", "update.log");
      expect((await run("log-rotation", first, policy)).output).toContain("packed 0 lines");
      expect(world.files.text(`${LOGS}/update.log.1`)).toBe("640 another\n");
      expect((await run("log-rotation", first, policy)).error?.message).toContain("there is no ");
      expect(world.files.text(`${LOGS}/update.log.1`)).toBe("640 another\n");
    }));
  test("a small log stays", () =>
    on(worlds.logRotation, async (world) => {
      const before = world.state();
      const small = { ...world, arguments: { ...world.arguments, min_kib: 7 } };
      expect((await run("log-rotation", small)).output).toEndWith("has 6 KiB: not rotated");
      expect(world.state()).toEqual(before);
    }));
  denials("log-rotation", worlds.logRotation);
});

describe("config-edit", () => {
  const CONFIGURATIONS = "/etc/edge-agent";
  test("changes one value and keeps the file as it was", () =>
    on(worlds.configEdit, async (world) => {
      const before = world.files.texts(CONFIGURATIONS)["agent.conf"] ?? "";
      const ended = await run("config-edit", world);
      expect(ended.output).toContain('"interval=5" is now "interval = 10 = ten"');
      const { "agent.conf": after, "credentials.conf": _, ...copies } = world.files.texts(CONFIGURATIONS);
      expect(after).toBe(before.replace("interval=5", "interval = 10 = ten"));
      expect(Object.keys(copies)).toEqual([expect.stringMatching(/^agent\.conf\.[-0-9]+T[0-9]+Z\.bak$/)]);
      expect(Object.values(copies)).toEqual([before]);
    }));
  test.each([
    [
      "a key that is there as a comment and as a part of others only",
      { key: "serve" },
      "serve is 0 times in",
    ],
    ["more than one line", { value: "1\ntoken = x" }, "the value must be one line"],
    ["the value that it has", { key: "server", value: "a.example" }, "has server = a.example already"],
    ["what a forbid protects", { file: "credentials.conf", key: "token" }, "Permission denied"],
  ])("%s: nothing changes", (_, given, expected) =>
    on(worlds.configEdit, async (world) => {
      const before = world.state();
      const ended = await run("config-edit", { ...world, arguments: { ...world.arguments, ...given } });
      expect(ended.output + ended.error?.message).toContain(expected);
      expect(world.state()).toEqual(before);
    }),
  );
  denials("config-edit", worlds.configEdit);
});

describe("process-watch", () => {
  test("ends a process that is too large", () =>
    on(worlds.processWatch, async (world) => {
      const exit = once(world.child, "exit");
      const ended = await run("process-watch", world);
      expect(lines(ended)).toEqual([
        expect.stringMatching(new RegExp(`^${world.name} ${world.child.pid}: \\d+ MiB, .*, ended$`)),
      ]);
      expect(ended.alarms).toMatchObject([{ alarm_type: "ProcessTooLarge" }]);
      expect(await exit).toEqual([null, "SIGTERM"]);
    }));
  test("leaves one that is not, and tells of none", () =>
    on(worlds.processWatch, async (world) => {
      const before = world.state();
      const large = { ...world, arguments: { ...world.arguments, limit_mib: 1000 } };
      expect(await run("process-watch", large)).toMatchObject({ alarms: [] });
      const other = { ...world, arguments: { ...world.arguments, name: "bun" } };
      expect((await run("process-watch", other)).alarms).toMatchObject([{ alarm_type: "ProcessMissing" }]);
      expect(world.state()).toEqual(before);
    }));
  denials("process-watch", worlds.processWatch, {
    told: { list: /does not run, or this is not allowed to see it$/m, kill: /, not allowed to end it$/m },
  });
});

describe("network-check", () => {
  test("all is there", () =>
    on(worlds.networkCheck, async (world) => {
      const ended = await run("network-check", world);
      expect(lines(ended)).toEqual([
        expect.stringMatching(/^ok resolve localhost: [12] addresses$/),
        `ok connect ${world.broker}: answers`,
        `ok get http://${world.server}/health: status 200`,
      ]);
      expect(ended.alarms).toEqual([]);
      expect(world.state()).toEqual(["connect", "GET /health"]);
    }));
  test("what fails and what is not allowed, and the rest", () =>
    on(worlds.networkCheck, async (world) => {
      const urls = [`http://${world.server}/other`, `http://${world.server}/health`];
      const given = { ...world.arguments, hosts: ["other.example.com"], ports: ["localhost:1"], urls };
      const ended = await run("network-check", { ...world, arguments: given });
      expect(lines(ended)).toEqual([
        "FAILED resolve other.example.com: not allowed",
        expect.stringMatching(/^FAILED connect localhost:1: ./),
        `FAILED get ${urls[0]}: not allowed`,
        `ok get ${urls[1]}: status 200`,
      ]);
      expect(ended.alarms).toMatchObject([{ alarm_type: "NetworkCheckFailed" }]);
      expect(world.state()).toEqual(["GET /health"]);
    }));
  test("a status other than 200", () =>
    on(worlds.networkCheck, async (world) => {
      const policy = sample("policies/network-check.cedar").replace("/health", "/broken");
      const given = { ...world.arguments, urls: [`http://${world.server}/broken`] };
      const ended = await run("network-check", { ...world, arguments: given }, policy);
      expect(lines(ended)).toContain(`FAILED get http://${world.server}/broken: status 503`);
    }));
  denials("network-check", worlds.networkCheck, {
    told: {
      resolve_hostname: /^FAILED resolve localhost: not allowed\nok .*\nok .*\n$/,
      connect: /^ok .*\nFAILED connect localhost:\d+: not allowed\nok .*\n$/,
      GET: /^ok .*\nok .*\nFAILED get http:.*: not allowed\n$/,
    },
    // The other checks are made.
    rest: (world, action) =>
      expect(world.state()).toEqual(
        ["connect", "GET /health"].filter((came) => came.split(" ")[0] !== action),
      ),
  });
});

describe("collect-files", () => {
  const SUPPORT = "/var/lib/edge-agent/support";
  test("packs the logs that may be read, and lists them", () =>
    on(worlds.collectFiles, async (world) => {
      const ended = await run("collect-files", world);
      expect(lines(ended)).toEqual([
        `T1: 2 logs of ${world.arguments["source"]}`,
        "T1.agent.log.gz: 303 lines, 3043 bytes",
        "T1.update.log.gz: 1 lines, 16 bytes",
        "login.log: left out, not allowed to read it",
      ]);
      const logs = world.files.texts("/var/log/edge-agent");
      expect(world.files.texts(SUPPORT)).toEqual({
        "T1.agent.log.gz": logs["agent.log"] ?? "",
        "T1.update.log.gz": logs["update.log"] ?? "",
        "T1.manifest": `644 ${ended.output}`,
      });
    }));
  test("no log, no collection", () =>
    on(worlds.collectFiles, async (world) => {
      const before = world.state();
      const source = world.files.at("/var/log/edge-agent/empty");
      const ended = await run("collect-files", { ...world, arguments: { ...world.arguments, source } });
      expect(ended.error?.message).toContain("no logs in");
      expect(world.state()).toEqual(before);
    }));
  denials("collect-files", worlds.collectFiles);
});
