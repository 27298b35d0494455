import { LIMITS } from "../../../platform/limits.ts";
import { CAPABILITY, capabilities, ROOT } from "../../../platform/privilege.ts";
import { type ExecuteResult, execute } from "../../../platform/process.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import type { Opened } from "../../file_system/effects/content.ts";

/** What setting some of the parameters takes, beside being root. */
const NEEDED = [CAPABILITY.setuid, CAPABILITY.sysAdmin, CAPABILITY.sysPtrace];

/** Has `program`, which is `sysctl`, set all parameters as the files of this system say, as root. */
export function loadSettings(token: Authorized<"sysctl.load">, id: string, program: Opened): ExecuteResult {
  expectFor(token, id);
  const held = capabilities();
  return execute(program.fd, ["sysctl", "--system"], {
    env: {},
    uid: ROOT,
    capabilities: NEEDED.filter((capability) => held.has(capability)),
    maxOutput: LIMITS.executeOutputBytes,
    timeoutMs: LIMITS.executeTimeMs,
  });
}
