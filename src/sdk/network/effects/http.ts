import { type HttpResponse, httpGet, httpTargets, httpUrl } from "../../../platform/http.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";

export { HttpError } from "../../../platform/http.ts";

/** Gets `url`, which is what the policy was asked for; `undefined` if it is none. Its host is resolved once. */
export async function get(
  token: Authorized<"network.GET">,
  url: string,
  maxBytes: number | undefined,
): Promise<HttpResponse | undefined> {
  expectFor(token, url);
  const parsed = httpUrl(url);
  return parsed && httpGet(parsed, await httpTargets(parsed), maxBytes);
}
