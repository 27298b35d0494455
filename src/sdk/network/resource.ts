import type { AuthorizationRequest } from "../../policy/types.ts";

/** To reach `url`: a URL, or the host of a connection. */
export const askForUrl = <V extends "GET" | "connect">(
  verb: V,
  url: string,
): AuthorizationRequest<`network.${V}`> => ({
  action: `network.${verb}`,
  resource: { type: "network::url", id: url, attributes: { url }, ancestors: [] },
});
