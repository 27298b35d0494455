/** What the examples of services have in common: their configuration, and what is asked of an agent that they started. */
import { expect } from "bun:test";
import { text } from "./files.ts";

/** Files of the host, by their paths. */
export const CONFIGURATION = {
  "/etc/remit/remit.toml": text("etc/remit/remit.toml"),
  "/etc/remit/policy.cedar": text("etc/remit/policy.cedar"),
  "/var/log/edge-agent/agent.log": "ERROR no route\n",
  "/var/log/edge-agent/login.log": "root from 192.0.2.7\n",
};

/** For bash: conditions, and how to wait for one. */
export const WAIT = `
wait_for() { for _ in $(seq 300); do "$@" && return; sleep 0.1; done; echo "waited in vain: $*"; }
answers() { remit status --config /etc/remit/remit.toml >/dev/null 2>&1; }
busy() { remit status --config /etc/remit/remit.toml --json | grep -q '"running":1'; }
new() { [ "$(pid)" != "$1" ] && answers; }
`;

/** For bash, as root, once the agent runs: what somebody with a token may do, and what not. */
export const USE = `
(umask 077 && setpriv --reuid=remit --regid=remit --clear-groups \\
  remit token create helpdesk --group support --config /etc/remit/remit.toml >/run/helpdesk.token)
run() { remit run --agent --config /etc/remit/remit.toml --token-file /run/helpdesk.token -o human -e "$1" 2>&1; }
# Has its answer as long as the agent has not ended: it is one request.
post() {
  curl --silent --unix-socket /var/lib/remit/remit.sock --header "Authorization: Bearer $(cat /run/helpdesk.token)" \\
    --header 'Content-Type: application/json' --data "{\\"script\\": \\"$1\\"}" http://localhost/v1/runs
}
echo "== allowed"; run 'cat("/var/log/edge-agent/agent.log")'
echo "== not permitted"; run 'write("/var/log/edge-agent/agent.log", "")'
echo "== forbidden"; run 'cat("/var/log/edge-agent/login.log")'
`;

/** What {@link USE} prints. */
export const USED = {
  allowed: "ERROR no route\n\n",
  "not permitted": expect.stringContaining("(not_permitted)"),
  forbidden: expect.stringContaining("(forbidden, not the log of logins)"),
};

/** What a script printed after each line \`== NAME\`. */
export const sectionsOf = (printed: string): { readonly [name: string]: string } =>
  Object.fromEntries(
    printed
      .split(/^== /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n") + 1)]),
  );
