import { SCOPES, type Scope, type Token, Tokens } from "../../agent/tokens.ts";
import { DecisionLog } from "../../audit/decision-log.ts";
import type { AdministrativeEntry } from "../../audit/record.ts";
import type { Settings } from "../../configuration/index.ts";
import type { Fd } from "../../platform/file.ts";
import { effectiveUser } from "../../platform/identity.ts";
import { inState, openStateDirectory } from "../../platform/state-directory.ts";
import { type Given, UsageError } from "../command.ts";
import { print, printError } from "../terminal.ts";
import { agentSettings, reporting } from "./connect.ts";

/** A name in Cedar's uids, on command lines and in logs: nothing in it that one of them would take for something else. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const DEFAULT_SCOPE: Scope = "run";
/** Asks before each effect. */
const DEFAULT_AUTONOMY = 1;

/** `remit token create`: the agent knows the token from now on, also if it runs already. */
export const createToken = ({ options, lists, operand }: Given): Promise<number> =>
  changing(options, (tokens, remember) => {
    const name = named("NAME", operand);
    const groups = [...new Set((lists.get("group") ?? []).map((group) => named("--group NAME", group)))];
    const scope = SCOPES.find((known) => known === options.get("scope")) ?? DEFAULT_SCOPE;
    const autonomy = Number(options.get("autonomy") ?? DEFAULT_AUTONOMY);
    if (tokens.list().some((token) => token.name === name)) {
      printError(`error: there is a token ${name} already; revoke it first (remit token revoke ${name})\n`);
      return 1;
    }
    remember("token_create", { name, scope, autonomy, groups: groups.join(",") });
    print(`${tokens.create({ name, scope, autonomy, groups })}\n`);
    return 0;
  });

/** `remit token list` */
export const listTokens = ({ options }: Given): Promise<number> =>
  reporting(() => {
    const tokens = new Tokens(openStateDirectory(agentSettings(options).state)).list();
    if (options.has("json")) print(`${JSON.stringify(tokens.map(({ hash: _, ...shown }) => shown))}\n`);
    else print(tokens.length === 0 ? "there are no tokens\n" : tokens.map(line).join(""));
    return 0;
  });

/** `remit token revoke`: the agent refuses the token from its next request on. */
export const revokeToken = ({ options, operand }: Given): Promise<number> =>
  changing(options, (tokens, remember) => {
    const name = operand ?? "";
    if (!tokens.list().some((token) => token.name === name)) {
      printError(`error: there is no token ${JSON.stringify(name)} (remit token list shows them)\n`);
      return 1;
    }
    remember("token_revoke", { name });
    tokens.revoke(name);
    print(`${name} is void\n`);
    return 0;
  });

type Remember = (act: string, details: AdministrativeEntry["details"] & object) => void;

/** Who may write to the state directory may change tokens; no agent has to run. */
function changing(
  options: Given["options"],
  change: (tokens: Tokens, remember: Remember) => number,
): Promise<number> {
  return reporting(() => {
    const settings = agentSettings(options);
    return inState(settings.state, () => {
      const directory = openStateDirectory(settings.state);
      const tokens = new Tokens(directory);
      return tokens.locked(() =>
        change(tokens, (act, details) => remember(directory, settings, act, details)),
      );
    });
  });
}

function remember(
  directory: Fd,
  { decision_log }: Settings,
  act: string,
  details: AdministrativeEntry["details"] & object,
): void {
  const log = new DecisionLog(directory, decision_log.max_bytes);
  log.writeDurably({ kind: "admin", principal: `User::"${effectiveUser().name}"`, act, details });
  log.close();
}

function named(what: string, name: string | undefined): string {
  if (name !== undefined && NAME.test(name)) return name;
  throw new UsageError(
    `'${name}' is no value of ${what}; it takes at most 64 letters, digits and . _ @ -, and begins with a letter or digit`,
  );
}

const line = ({ name, scope, autonomy, groups, createdAt }: Token): string =>
  `${name.padEnd(24)} ${scope.padEnd(5)} autonomy ${autonomy}  ${createdAt}  ${groups.join(",")}`.trimEnd() +
  "\n";
