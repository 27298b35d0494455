/** Names of hosts and their addresses. */
export { DnsError } from "./dns/error.ts";
export { type ResolveOptions, resolveName } from "./dns/resolver.ts";
