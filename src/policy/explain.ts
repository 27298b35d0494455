import { actionUids } from "./hierarchy.ts";
import type { AuthorizationRequest, Decision, EntityUid } from "./types.ts";

/** Why `request` of `principal` was decided as it was, and for a denial what would change it; for the policy's owner. */
export function explain(principal: EntityUid, request: AuthorizationRequest, decision: Decision): string {
  const { action, resource } = request;
  const { uid } = actionUids(action);
  const subject = `${action} on ${resource.type}::${quote(resource.id)}`;
  const errors = decision.errors.map(
    ({ policy, message }) => `  policy ${policy} cannot be evaluated: ${message}`,
  );
  return [`${decision.allowed ? "allowed" : "denied"}: ${subject}`, ...reasons(), ...errors].join("\n");

  function reasons(): string[] {
    const named = decision.policies.join(", ");
    if (decision.allowed) return [`  permitted by ${named}`];
    if (decision.failure !== undefined) return [`  the check could not be made: ${decision.failure}`];
    if (named !== "") return [`  forbidden by ${named}`];
    return [
      "  no policy permits it; this would:",
      `    permit(principal == ${principal.type}::${quote(principal.id)}, action == ${uid.type}::${quote(uid.id)}, resource == ${resource.type}::${quote(resource.id)});`,
    ];
  }
}

/** As a Cedar string. */
const quote = (text: string): string =>
  `"${text.replace(/[\\"\p{Cc}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)}"`;
