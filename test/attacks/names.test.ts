/** The addresses behind a name are what a policy decides about, and what is connected to is what it was asked about. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ALLOW, type Result, Workspace } from "../cli/remit.ts";
import { executable } from "../support/executable.ts";
import { INSIDE, type Input, OUTSIDE, PORT, type Seen } from "../support/names.ts";

const work = new Workspace();
afterAll(() => work.remove());

/** Starts the loopback device, and has names resolved there. */
const ENTER = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
const enter = (...command: readonly string[]) =>
  spawnSync(
    "unshare",
    [
      ...["--mount", "--net", "--map-root-user", "sh", "-c", ENTER, "sh"],
      join(work.path, work.file("resolv.conf", `nameserver ${OUTSIDE}\noptions timeout:1 attempts:1\n`)),
      ...command,
    ],
    { encoding: "utf8" },
  );
const possible = enter("true").status === 0;

const FORBIDDEN = `${ALLOW}
  forbid(principal, action == network::Action::"GET", resource) when { resource.url like "http://${INSIDE}:*" };
  forbid(principal, action == network::Action::"connect", resource == network::url::"${INSIDE}");`;

function run(script: string, { options = [] as string[], silent = false } = {}) {
  const [s, p] = [work.file("s.rhai", script), work.file("p.cedar", FORBIDDEN)].map((name) =>
    join(work.path, name),
  );
  const input: Input = { command: [executable(), "run", "-s", s ?? "", "-p", p ?? "", ...options], silent };
  const { stdout, stderr } = enter(
    process.execPath,
    join(import.meta.dirname, "../support/names.ts"),
    JSON.stringify(input),
  );
  if (stdout === "") throw new Error(stderr);
  const seen = JSON.parse(stdout) as Seen;
  return { ...seen, result: JSON.parse(seen.stdout) as Result };
}

const get = (name: string, path = "/"): string => `curl("http://${name}:${PORT}${path}").text`;
const connect = (name: string): string => `connect("${name}", ${PORT}, TransportProtocol::TCP); "connected"`;

describe.skipIf(!possible)(
  `names${possible ? "" : " (skipped: this machine gives no network and mount namespace)"}`,
  () => {
    test.each([
      [get("outside.test"), OUTSIDE],
      [connect("outside.test"), "connected"],
    ])("allowed: %s", (script, output) => {
      expect(run(script).result).toMatchObject({ status: "SUCCESS", output });
    });

    test.each([
      ["that stands for a forbidden address", get("inside.test"), 0],
      ["one of whose addresses is forbidden", get("both.test"), 0],
      ["that stands for it in IPv6", get("mapped.test"), 0],
      ["that a redirect leads to", get("outside.test", "/redirect"), 1],
      ["to connect to", connect("inside.test"), 0],
      ["one of whose addresses is forbidden, to connect to", connect("both.test"), 0],
    ])("denied, a name %s", (_, script, outside) => {
      const { result, requests } = run(script);
      expect(result.error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
      expect(requests).toEqual({ [OUTSIDE]: outside, [INSIDE]: 0 });
    });

    test("a name is resolved once: what it stands for afterwards is not connected to", () => {
      const { result, asked, requests } = run(get("rebinding.test"));
      expect(result).toMatchObject({ status: "SUCCESS", output: OUTSIDE });
      expect(asked.filter((question) => question === "udp rebinding.test A").length).toBe(1);
      expect(requests).toEqual({ [OUTSIDE]: 1, [INSIDE]: 0 });
    });

    test("a name that has become another machine's is decided about anew", () => {
      const { result, requests } = run(`let first = ${get("rebinding.test")}; ${get("rebinding.test")}`);
      expect(result.error?.error_type).toBe("ACCESS_DENIED_EXCEPTION");
      expect(requests).toEqual({ [OUTSIDE]: 1, [INSIDE]: 0 });
    });

    test.each([get("outside.test"), connect("outside.test"), 'resolve("outside.test")'])(
      "a server that never answers takes no longer than the run may: %s",
      (script) => {
        const { result } = run(`try { ${script} } catch {} loop {}`, {
          options: ["--timeout", "1"],
          silent: true,
        });
        expect(result.error?.limit).toBe("timeMs");
      },
    );
  },
);
