import { Denied } from "../../policy/errors.ts";
import type { Access, AuthorizationRequest } from "../../policy/types.ts";

/** To reach `url`: a URL, or the host of a connection. */
export const askForUrl = <V extends "GET" | "connect">(
  verb: V,
  url: string,
): AuthorizationRequest<`network.${V}`> => ({
  action: `network.${verb}`,
  resource: { type: "network::url", id: url, attributes: { url }, ancestors: [] },
});

/**
 * Heeds the policies that forbid `verb` of a URL or host that the name asked for turned out to be: the permission for
 * the name stands for its addresses, but not against a policy that forbids one.
 */
export function heedForbids(access: Access, verb: "GET" | "connect"): (url: string) => void {
  const veto = access.vetoes(`network.${verb}`);
  return (url) => {
    const request = askForUrl(verb, url);
    const decision = veto?.(request.resource);
    if (decision) throw new Denied(access.principal, request, decision);
  };
}
