/** `examples/ssm`: the documents as SSM takes them, and their steps as SSM Agent runs them. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { AgentWorld } from "../support/agent.ts";
import { executable } from "../support/executable.ts";
import { path } from "./files.ts";
import { AGENTS, runCommands, SsmDocument, type Values } from "./ssm-document.ts";

setDefaultTimeout(60_000);

const NAMES = ["remit-read-only.yaml", "remit-read-write.yaml", "remit-agent.yaml"] as const;
const [readOnly, readWrite, byAgent] = NAMES.map((name) => new SsmDocument(name)) as [
  SsmDocument,
  SsmDocument,
  SsmDocument,
];

const world = new AgentWorld();
const logs = join(world.path, "logs");
const configurations = join(world.path, "etc");
const places = {
  "/usr/local/bin/remit": executable(),
  "/var/log/edge-agent": logs,
  "/etc/edge-agent": configurations,
  "/etc/remit/remit.toml": join(world.path, "remit.toml"),
  "/etc/remit/ssm.token": join(world.path, "ssm.token"),
};
const base64 = (source: string): string => Buffer.from(source).toString("base64");
const EDIT = base64(readFileSync(path("../scripts/config-edit.rhai"), "utf8"));
const edit = (file: string): Values => ({
  Script: EDIT,
  Arguments: base64(
    JSON.stringify({
      directory: { stringValue: configurations },
      file: { stringValue: file },
      key: { stringValue: "level" },
      value: { stringValue: "debug" },
    }),
  ),
});

beforeAll(() => {
  mkdirSync(logs);
  mkdirSync(configurations);
  writeFileSync(join(logs, "agent.log"), "ERROR no route\n");
  for (const name of ["agent.conf", "credentials.conf"])
    writeFileSync(join(configurations, name), "level = info\n");
});
afterAll(() => world.remove());

const result = ({ stdout, status, stderr }: ReturnType<SsmDocument["run"]>) => {
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

test("all documents are tried", () => {
  expect(
    readdirSync(path("ssm"))
      .filter((name) => name.endsWith(".yaml"))
      .sort(),
  ).toEqual([...NAMES].sort());
});

describe.each(NAMES)("%s", (name) => {
  const document = new SsmDocument(name);

  test("puts each parameter between single quotes, once", () => {
    const quoted = [...document.commands.matchAll(/='\{\{ (\w+) \}\}'$/gm)].map(([, parameter]) => parameter);
    expect(quoted).toEqual(Object.keys(document.parameters));
    expect(document.commands.match(/\{\{/g)).toHaveLength(quoted.length);
  });

  test("takes nothing that is not base64 or a number", () => {
    const harmless = /^[A-Za-z0-9+/=]+$/;
    for (const parameter of Object.keys(document.parameters)) {
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.base64String({ minLength: 4 })), (value) => {
          if (document.accepts(parameter, value)) expect(value).toMatch(harmless);
        }),
      );
    }
  });

  const HOSTILE = [
    ...[
      "",
      "'; id; '",
      "$(id)",
      "`id`",
      "e30=\n",
      "\ne30=",
      "e30=\nid",
      "e3 0=",
      "-n",
      "{{ Script }}",
      "{{ssm:secret}}",
    ],
    ...['"', "\\", "e30=;id", "é", "1 2", "a=b"],
  ];
  test.each(HOSTILE)("refuses %j", (value) => {
    for (const parameter of Object.keys(document.parameters))
      expect(document.accepts(parameter, value)).toBe(false);
  });

  test("takes what it is for", () => {
    expect(document.accepts("Script", EDIT)).toBe(true);
    expect(document.accepts("TimeoutSeconds", "900")).toBe(true);
    for (const value of ["0", "1000", "1e3", "0x9"])
      expect(document.accepts("TimeoutSeconds", value)).toBe(false);
    for (const [parameter, { default: value }] of Object.entries(document.parameters)) {
      if (value !== undefined) expect(document.accepts(parameter, value)).toBe(true);
    }
  });

  test("has no secrets", () => {
    expect(Object.keys(document.parameters)).toEqual(["Script", "Arguments", "TimeoutSeconds"]);
  });
});

describe.each(AGENTS)("values in %s", (agent) => {
  test("the same script looks under one document, and edits under the other", () => {
    const look = { Script: base64(`cat("${logs}/agent.log")`) };
    expect(result(readOnly.run(look, agent, places))).toMatchObject({
      status: "SUCCESS",
      output: "ERROR no route\n",
    });
    const file = join(configurations, "agent.conf");
    const denied = result(readOnly.run(edit("agent.conf"), agent, places));
    expect(denied).toMatchObject({ status: "ERROR", error: { error_type: "ACCESS_DENIED_EXCEPTION" } });
    expect(readFileSync(file, "utf8")).toBe("level = info\n");
    expect(result(readWrite.run(edit("agent.conf"), agent, places))).toMatchObject({ status: "SUCCESS" });
    expect(readFileSync(file, "utf8")).toBe("level = debug\n");
    writeFileSync(file, "level = info\n");
  });

  test("what is forbidden stays so under both", () => {
    const look = { Script: base64(`cat("${configurations}/credentials.conf")`) };
    for (const [document, values] of [
      [readOnly, look],
      [readWrite, edit("credentials.conf")],
    ] as const)
      expect(result(document.run(values, agent, places))).toMatchObject({
        error: { error_type: "ACCESS_DENIED_EXCEPTION" },
      });
  });

  test("no text of a script or of arguments gets to the shell", () => {
    const mark = join(world.path, "mark");
    for (const hostile of [`'; touch ${mark}; '`, `$(touch ${mark})`, `end\nPOLICY\ntouch ${mark}\n`]) {
      const values = {
        Script: base64(`\`${hostile}\` + text`),
        Arguments: base64(JSON.stringify({ text: { stringValue: hostile } })),
      };
      expect(result(readWrite.run(values, agent, places)).output).toBe(hostile + hostile);
    }
    expect(existsSync(mark)).toBe(false);
  });

  test("a script ends with its time, and what is no base64 runs nothing", () => {
    const values = { Script: base64("sleep(60)"), TimeoutSeconds: "1" };
    const late = readOnly.run(values, agent, places);
    expect(late.status).toBe(1);
    expect(JSON.parse(late.stdout).error.limit).toBe("timeMs");
    const odd = readOnly.run({ Script: "abc" }, agent, places);
    expect(odd.status).not.toBe(0);
    expect(odd.stdout).toBe("");
  });

  test("the agent of the machine decides by its own policy", async () => {
    const policy = `permit(principal == Agent::"ssm", action, resource in file_system::Dir::"${logs}");`;
    world.file("remit.toml", `state = "${world.state}"\npolicy = "${world.file("p.cedar", policy)}"\n`);
    const running = await world.start("--config", places["/etc/remit/remit.toml"]);
    world.call("token", "revoke", "ssm");
    world.file("ssm.token", world.call("token", "create", "ssm", "--autonomy", "3").stdout);
    const look = { Script: base64(`cat("${logs}/agent.log")`) };
    expect(result(byAgent.run(look, agent, places))).toMatchObject({
      state: "succeeded",
      output: "ERROR no route\n",
    });
    expect(result(byAgent.run(edit("agent.conf"), agent, places))).toMatchObject({
      state: "failed",
      denials: [{ reason: "not_permitted" }],
    });
    running.signal("SIGTERM");
    await running.ended;
  });
});

test("were the pattern to let a quote pass, variables would still not", () => {
  const mark = join(world.path, "broken");
  const values = { Script: `'; touch ${mark}; '`, Arguments: "e30=", TimeoutSeconds: "1" };
  runCommands(readOnly.commands, values, "variables");
  expect(existsSync(mark)).toBe(false);
  runCommands(readOnly.commands, values, "text");
  expect(existsSync(mark)).toBe(true);
});
