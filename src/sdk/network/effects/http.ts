import { type HttpResponse, httpGet, httpTargets, urlAt } from "../../../platform/http.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

export { HttpError, withoutUser } from "../../../platform/http.ts";

/**
 * Gets `url`, which is what the policy was asked for as `text`. Its host is resolved once; before anything is connected
 * to, `heed` sees the URL at each of its addresses.
 */
export async function get(
  token: Authorized<"network.GET">,
  text: string,
  url: URL,
  heed: (url: string) => void,
  maxBytes: number | undefined,
): Promise<HttpResponse> {
  expectFor(token, text);
  const targets = await httpTargets(url);
  for (const { address } of targets) heed(urlAt(url, address));
  return httpGet(url, targets, maxBytes);
}
