/** `examples/openrc`: the service under OpenRC itself, where its packages are. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { path, text } from "./files.ts";
import { onMachine } from "./layer.ts";
import { CONFIGURATION, sectionsOf, USE, USED, WAIT } from "./service.ts";

setDefaultTimeout(60_000);

/** Debian's openrc, librc1 and libeinfo1, unpacked only where the test runs: nobody wants another init. */
const PACKAGES = join(import.meta.dirname, "../../dist/openrc");

test("is what a shell reads", () => {
  for (const name of ["openrc/remit", "openrc/remit.confd"]) {
    expect(spawnSync("sh", ["-n", path(name)], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  }
});

const machine = !existsSync(PACKAGES)
  ? { printed: "", skipped: " (skipped: no packages in dist/openrc; .ci/run fetches them)" }
  : onMachine({
      init: "script",
      packages: PACKAGES,
      files: {
        ...CONFIGURATION,
        "/etc/init.d/remit": text("openrc/remit"),
        "/etc/conf.d/remit": text("openrc/remit.confd"),
        // What Alpine has, and Debian's tools look for.
        "/etc/init.d/localmount": "#!/sbin/openrc-run\nstart() { :; }\n",
        "/etc/insserv.conf": "",
      },
      script: `
exec 2>&1
ldconfig
useradd --system --home-dir /var/lib/remit --shell /usr/sbin/nologin remit
env -i PATH="$PATH" openrc sysinit; env -i PATH="$PATH" openrc default
${WAIT}
pid() { pgrep --full --oldest '^/usr/local/bin/remit serve'; }
told() { grep -q 'was read again' /var/log/remit.log; }

BUN_OPTIONS=--print=1 BUN_INSPECT=127.0.0.1:6499 rc-service remit start; echo "== start $?"; wait_for answers
echo "== environment"; tr '\\0' '\\n' </proc/$(pid)/environ
echo "== files"; stat -c '%U %a' /var/lib/remit /var/log/remit.log
echo "== process"; grep -E '^(CapEff|NoNewPrivs):' /proc/$(pid)/status; grep -E 'core|open files' /proc/$(pid)/limits
echo "== status"; rc-service remit status
${USE}
echo "== reload"; rc-service remit reload; wait_for told
echo "== crash"; before=$(pid); kill -KILL "$before"; wait_for new "$before"
echo "== stop"; post 'sleep(3); 6 * 7' >/out/last & last=$!
wait_for busy; rc-service remit stop; wait $last; grep --only-matching '"output":"42"' /out/last
rc-service remit status; pid
echo "== start with a configuration that cannot be used"; echo "stat = 1" >/etc/remit/remit.toml; rc-service remit start`,
    });
const happened = sectionsOf(machine.printed);

describe.skipIf(machine.skipped !== "")(`under OpenRC${machine.skipped}`, () => {
  test("the agent serves whoever has a token", () => {
    expect(happened["start 0"]).toBe("");
    expect(happened["status"]).toContain("started");
    expect(happened).toMatchObject(USED);
  });

  test("its files are its own, it has no privileges and leaves no core dumps", () => {
    expect(happened["files"]).toBe("remit 700\nremit 640\n");
    expect(happened["process"]?.replaceAll(/[ \t]+/g, " ")).toBe(
      "CapEff: 0000000000000000\nNoNewPrivs: 1\nMax core file size 0 0 bytes \nMax open files 8192 8192 files \n",
    );
  });

  test("variables that would change the executable do not arrive", () => {
    expect(happened["environment"]).toContain("USER=remit\n");
    expect(happened["environment"]).not.toContain("BUN_");
  });

  test("is reloaded, started again when it crashes, and stopped with grace for what runs", () => {
    expect(happened["reload"]).toContain("[ ok ]");
    expect(happened["crash"]).toBe("");
    expect(happened["stop"]).toMatch(/\[ ok \]\n"output":"42"\n[\s\S]*stopped\n$/);
  });

  test("does not start with a configuration that cannot be used", () => {
    expect(happened["start with a configuration that cannot be used"]).toMatch(
      /did you mean[\s\S]*failed to start/,
    );
  });
});
