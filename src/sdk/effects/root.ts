import { userName } from "../../platform/identity.ts";
import { asUser, mayBecomeRoot, NotThatUser, ROOT } from "../../platform/privilege.ts";
import type { Action, Authorized } from "../../policy/types.ts";
import { expectFor } from "../authorized.ts";

export { mayBecomeRoot, NotThatUser };

/** What policies call the user as whom {@link asRoot} acts. */
export const rootName = (): string => userName(ROOT) ?? String(ROOT);

/**
 * What `act` returns, with root's permissions while it runs: nothing that it begins and leaves for later has them.
 * @throws {NotThatUser}
 */
export function asRoot<T>(token: Authorized<Action>, id: string, act: () => T): T {
  expectFor(token, id);
  return asUser(ROOT, act);
}
