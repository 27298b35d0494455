import { DnsError, type ResolveOptions, resolveName } from "../../../platform/dns.ts";
import type { Authorized } from "../../../policy/types.ts";
import { expectFor } from "../../authorized.ts";
import { systemError } from "../errors.ts";

/** The addresses of `hostname`. */
export async function addressesOf(
  token: Authorized<"sysinfo.resolve_hostname">,
  hostname: string,
  options: ResolveOptions,
): Promise<string[]> {
  expectFor(token, hostname);
  try {
    return await resolveName(hostname, options);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    throw systemError(`DNS resolution failed for hostname: ${hostname}, reason: ${error.message}`);
  }
}
