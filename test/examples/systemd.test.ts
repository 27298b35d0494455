/** `examples/systemd`: what systemd says of the unit, and the unit under a systemd that is booted for it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationSchema } from "../../src/configuration/schema.ts";
import { executable } from "../support/executable.ts";
import { placed, text } from "./files.ts";
import { onMachine } from "./layer.ts";
import { CONFIGURATION, sectionsOf, USE, USED, WAIT } from "./service.ts";

setDefaultTimeout(60_000);

const UNIT = text("systemd/remit.service");
const NO_BUS = existsSync("/lib/systemd/system/dbus.socket") ? "" : " (skipped: no system bus)";
/** Of 10, in tenths. systemd 252 says 12; others count differently. */
const EXPOSURE = 15;

/** All that the unit says of `key`. */
const said = (key: string): readonly string[] =>
  [...UNIT.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].flatMap(([, value = ""]) => value.split(" "));

describe("the unit", () => {
  test("gives runs their grace", () => {
    const { grace_ms } = ConfigurationSchema.parse({}).limits;
    expect(Number(said("TimeoutStopSec")[0]) * 1000).toBeGreaterThan(grace_ms + 1000);
  });

  test("passes no variables on, and lets the runtime compile", () => {
    expect(said("PassEnvironment")).toEqual([]);
    expect(said("UnsetEnvironment")).toContainValues(["BUN_OPTIONS", "BUN_BE_BUN", "BUN_INSPECT"]);
    expect(said("MemoryDenyWriteExecute")).toEqual([]);
  });
});

const NO_ANALYZE =
  spawnSync("systemd-analyze", ["--version"]).status === 0 ? "" : " (skipped: no systemd-analyze)";

describe.skipIf(NO_ANALYZE !== "")(`systemd-analyze${NO_ANALYZE}`, () => {
  const analyze = (...args: readonly string[]) => {
    const directory = mkdtempSync(join(tmpdir(), "remit-unit-"));
    try {
      const unit = join(directory, "remit.service");
      writeFileSync(unit, placed(UNIT, { "/usr/local/bin/remit": executable() }));
      const { status, stdout, stderr } = spawnSync("systemd-analyze", [...args, unit], { encoding: "utf8" });
      return { status, said: `${stdout}${stderr}` };
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  test("verify has no complaint", () => {
    const { status, said } = analyze("verify", "--man=no");
    expect({ status, ours: said.split("\n").filter((line) => line.includes("remit")) }).toEqual({
      status: 0,
      ours: [],
    });
  });

  test(`security: the exposure is at most ${EXPOSURE / 10}`, () => {
    expect(analyze("security", "--offline=true", "--no-pager", `--threshold=${EXPOSURE}`).status).toBe(0);
  });
});

/** What a script is to do that the unit, as it is, does not let it do; by the rows of the table in README.md. */
const OPERATIONS: { readonly [row: string]: string } = {
  "write below a directory": 'write([write::replace], "/etc/edge-agent/agent.conf", "b = 2"); "done"',
  "read home directories": 'cat("/home/somebody/notes"); "done"',
  "share `/tmp` with others": 'cat("/tmp/from-others"); write("/tmp/shared", "x"); "done"',
  "see memory, disks, sockets, kernel parameters":
    'free(); df(); iostat(); nproc(); network_stats(); sysctl_read("kernel.ostype"); "done"',
  "see processes of other users": 'if !ps().some(|each| each.pid == 1) { throw "not seen"; } "done"',
  "signal processes of other users":
    'for each in ps() { if each.name == "sleep" { kill(each.pid); } } "done"',
  "reach other machines": 'curl("http://192.0.2.1:8000/").status; "done"',
  "run a program":
    'let dir = DirConfig().path("/usr/bin").build().open(OpenDirOptions().build()); ' +
    'let program = dir.open_file("uname", OpenFileOptions().read(true).build()); ' +
    'if program.execute(ExecuteOptions().build()).exit_code != 0 { throw "not run"; } "done"',
  "manage services": 'SystemctlManager().restart("edge-agent.service"); "done"',
  // One of the namespace for interprocess communication: the machine of the test keeps its own.
  "set kernel parameters": 'sysctl_write("kernel.msgmax", "8191"); "done"',
  "change owners of files":
    'let dir = DirConfig().path("/etc/edge-agent").build().open(OpenDirOptions().build()); ' +
    'let file = dir.open_file("agent.conf", OpenFileOptions().read(true).build()); ' +
    'file.set_ownership(SetOwnershipOptions().user("root").build()); "done"',
  "read the kernel's log": 'dmesg(); "done"',
};

/** The table of README.md: by what scripts are to do, the lines that it takes. */
const ROWS = new Map(
  [...text("systemd/README.md").matchAll(/^\| (.*?) \| (`.*`) \|$/gm)].map(([, row = "", lines = ""]) => [
    row,
    [...lines.matchAll(/`([^`]+)`/g)].map(([, line = ""]) => line),
  ]),
);

test("the table of README.md has the operations that are tried here", () => {
  expect([...ROWS.keys()]).toEqual(Object.keys(OPERATIONS));
});

/** The unit, but that it runs one script under a policy that permits everything. */
const probe = (script: string): string =>
  UNIT.replace(
    /^ExecStart=.*$/m,
    `ExecStart=/usr/local/bin/remit run -p /etc/probe/p.cedar -s /etc/probe/${script} -o human`,
  )
    .replace(/^(Type|Restart\w*|ExecStartPre)=.*$/gm, "")
    .replace("[Service]", "[Service]\nType=oneshot\nStandardError=inherit");

const probes = [...ROWS].flatMap(([row, lines], index) =>
  [[], lines].map((extra, open) => ({
    row,
    name: `probe-${index}-${open === 0 ? "closed" : "open"}`,
    script: `${index}.rhai`,
    text: OPERATIONS[row] ?? "",
    extra,
  })),
);

const probeFiles = Object.fromEntries(
  probes.flatMap(({ name, script, text, extra }) => [
    [`/etc/probe/${script}`, text],
    [`/etc/systemd/system/${name}.service`, probe(script)],
    [
      `/etc/systemd/system/${name}.service.d/lines.conf`,
      ["[Service]", `StandardOutput=truncate:/out/${name}`, ...extra, ""].join("\n"),
    ],
  ]),
);

const booted = onMachine({
  init: "systemd",
  files: {
    ...CONFIGURATION,
    ...probeFiles,
    "/etc/probe/p.cedar": "permit(principal, action, resource);",
    "/etc/systemd/system/remit.service": UNIT,
    "/etc/systemd/system/edge-agent.service": "[Service]\nExecStart=/bin/sleep 1000\n",
    "/etc/systemd/system.conf.d/variables.conf":
      "[Manager]\nDefaultEnvironment=BUN_OPTIONS=--print=1 BUN_BE_BUN=1 BUN_INSPECT=127.0.0.1:6499 KEPT=1\n",
    "/etc/sysusers.d/remit.conf": text("systemd/remit.sysusers"),
    "/etc/edge-agent/agent.conf": "a = 1\n",
    "/home/somebody/notes": "a note\n",
  },
  script: `
echo "== variables"; remit version; unset BUN_OPTIONS BUN_BE_BUN BUN_INSPECT
ip link set lo up; ip addr add 192.0.2.1/32 dev lo
systemd-sysusers; systemctl daemon-reload
${WAIT}
pid() { systemctl show --property=MainPID --value remit; }
told() { journalctl --unit remit | grep -q 'was read again'; }

systemctl start remit; wait_for answers
echo "== environment"; tr '\\0' '\\n' </proc/$(pid)/environ
echo "== state"; stat -c '%U %a' /var/lib/remit
echo "== process"; grep -E '^(CapBnd|CapEff|NoNewPrivs|Seccomp):' /proc/$(pid)/status
${USE}
echo "== reload"; systemctl reload remit; wait_for told
echo "== crash"; before=$(pid); kill -KILL "$before"; wait_for new "$before"
echo "== early reload"; systemctl restart remit; systemctl reload remit; wait_for answers
echo "== stop"; post 'sleep(3); 6 * 7' >/out/last & last=$!
wait_for busy; systemctl stop remit; wait $last; grep --only-matching '"output":"42"' /out/last; systemctl is-active remit

chown -R remit /etc/edge-agent; echo x >/tmp/from-others
systemctl start edge-agent; systemctl start dbus.socket
python3 -m http.server --bind 192.0.2.1 8000 >/dev/null 2>&1 & server=$!
wait_for curl --silent --output /dev/null http://192.0.2.1:8000/
for probe in ${probes.map(({ name }) => name).join(" ")}; do
  systemctl is-active --quiet edge-agent || systemctl start edge-agent
  systemctl start $probe 2>/dev/null; echo "== $probe"; cat /out/$probe
done
kill $server`,
});
const happened = sectionsOf(booted.printed);

describe.skipIf(booted.skipped !== "")(`under systemd${booted.skipped}`, () => {
  test("the agent serves whoever has a token", () => {
    expect(happened).toMatchObject(USED);
  });

  test("its state is its own, and it has no privileges", () => {
    expect(happened["state"]).toBe("remit 700\n");
    expect(happened["process"]?.replaceAll("\t", " ")).toBe(
      "CapEff: 0000000000000000\nCapBnd: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n",
    );
  });

  test("variables that would change the executable do not arrive, others do", () => {
    expect(happened["variables"]).not.toStartWith("remit ");
    expect(happened["environment"]).toContain("KEPT=1\n");
    expect(happened["environment"]).not.toContain("BUN_");
  });

  test("is reloaded, restarted when it crashes, and stopped with grace for what runs", () => {
    expect(happened).toMatchObject({ reload: "", crash: "", "early reload": "" });
    expect(happened["stop"]).toBe('"output":"42"\ninactive\n');
  });

  for (const { name, row, extra } of probes) {
    const isOpen = extra.length > 0;
    const skipped = row === "manage services" ? NO_BUS : "";
    const title = `scripts ${isOpen ? "" : "cannot "}${row}${isOpen ? " with the lines of README.md" : " as it is"}`;
    test.skipIf(skipped !== "")(`${title}${skipped}`, () => {
      if (isOpen) expect(happened[name]).toBe("done\n");
      else expect(happened[name]).toStartWith("error: ");
    });
  }
});
