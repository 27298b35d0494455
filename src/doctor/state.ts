import { join } from "node:path";
import { BundleError } from "../bundle/errors.ts";
import type { Settings } from "../configuration/index.ts";
import { close, openDirectoryFollowing } from "../platform/file.ts";
import { canWatch, expectWritable, exposedIn, freeBytes } from "../platform/host-state.ts";
import { OsError } from "../platform/os-error.ts";
import { PolicyError, parsePolicySet, validate } from "../policy/index.ts";
import { ACTIVE, readPolicy } from "../runner/active-policy.ts";
import { Control } from "../runner/control.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

const MiB = 1024 * 1024;
const LEAST_FREE = 16 * MiB;
/** Names that are told of; of further ones only the number. */
const MAX_NAMES = 5;

/** Looks at the state directory, if there is one. */
const inState =
  (look: (settings: Settings) => Finding): Check["look"] =>
  (settings) => {
    try {
      return look(settings);
    } catch (error) {
      if (!(error instanceof OsError)) throw error;
      if (error.code === "ENOENT") return ok("not there yet; remit serve makes it");
      return fail(
        `${settings.state}: ${error.message}`,
        "let the user of the agent have the directory alone",
      );
    }
  };

/** What the agent keeps, and the room for it. */
export const STATE: readonly Check[] = [
  {
    name: "state directory",
    look: inState(({ state }) => {
      const exposed = exposedIn(state);
      const [first] = exposed;
      if (first === undefined) return ok(`${state} is this user's alone`);
      const shown = exposed.slice(0, MAX_NAMES).map(({ name, why }) => `${join(state, name)} ${why}`);
      const more = exposed.length > MAX_NAMES ? [`and ${exposed.length - MAX_NAMES} more`] : [];
      const advice = `chown -R ${process.geteuid?.()} '${state}' && chmod -R go= '${state}'`;
      // The agent refuses a directory that others can open; what is in one that they cannot is safe.
      return (first.name === "." ? fail : warn)([...shown, ...more].join("; "), advice);
    }),
  },
  {
    name: "state writable",
    look: inState(({ state }) => {
      expectWritable(state);
      return ok("a file can be made and removed");
    }),
  },
  {
    name: "disk",
    look: inState(({ state, decision_log }) => {
      const free = freeBytes(state);
      const found = `${Math.floor(free / MiB)} MiB free`;
      if (free < LEAST_FREE) return fail(found, "make room: without a decision log nothing is run");
      if (free >= decision_log.max_bytes) return ok(found);
      const needed = Math.ceil(decision_log.max_bytes / MiB);
      return warn(found, `the decision log may take ${needed} MiB: make room, or set decision_log.max_bytes`);
    }),
  },
  {
    name: "file events",
    look: inState(({ state }) =>
      canWatch(state)
        ? ok("the system tells of changes")
        : warn(
            "no more watches",
            "raise fs.inotify.max_user_instances; until then the agent looks 20 times a second",
          ),
    ),
  },
  {
    name: "policy",
    look: inState(({ state, policy }) => {
      const directory = openDirectoryFollowing(state);
      try {
        const { text, revision, bundle } = readPolicy(directory);
        if (bundle !== undefined) return ok(`bundle, revision ${revision}`);
        if (text === "") return warn("none: everything is denied", "name one (remit serve --policy PATH)");
        const findings = validate(parsePolicySet(text)).length;
        if (findings === 0) return ok(`revision ${revision}`);
        const all = `remit validate -p ${policy ?? join(state, ACTIVE)}`;
        return warn(`revision ${revision}; ${findings} findings of strict validation`, `${all} shows them`);
      } catch (error) {
        if (error instanceof PolicyError) return fail(error.located, "correct it, and start the agent anew");
        if (!(error instanceof BundleError)) throw error;
        return fail(error.located, "import the bundle again, or name a policy (remit serve --policy PATH)");
      } finally {
        close(directory);
      }
    }),
  },
  {
    name: "kill switch",
    look: inState(({ state }) => {
      const directory = openDirectoryFollowing(state);
      const control = new Control(directory);
      const found = control.read().killed ? control.reason() || "no reason given" : undefined;
      control.close();
      close(directory);
      return found === undefined ? ok("off") : warn(`on: ${found}`, "remit resume, when it is time");
    }),
  },
];
