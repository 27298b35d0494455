import { hostname } from "node:os";
import { OsError } from "../os-error.ts";
import { readSystemText } from "../system/text.ts";
import { parseAddress } from "./address.ts";
import { DnsError } from "./error.ts";

/** Whom to ask, and what to add to a name that is not complete. */
export interface ResolverConfiguration {
  /** Addresses of servers. */
  readonly servers: readonly string[];
  /** Domains to complete a name with, in the order in which they are tried. */
  readonly search: readonly string[];
}

/** Names of `/etc/resolv.conf`. */
const MAX_SERVERS = 8;
const MAX_SEARCH = 32;

/** @throws {DnsError} when `/etc/resolv.conf` names no server */
export function systemConfiguration(): ResolverConfiguration {
  const configuration = parseResolvConf(systemFile("/etc/resolv.conf"), hostname());
  if (configuration.servers.length === 0) throw unreadable("no nameservers found in config");
  return configuration;
}

/** See resolv.conf(5). The domain is, where it is not given, that of the machine's name. */
export function parseResolvConf(text: string, machine: string): ResolverConfiguration {
  const servers: string[] = [];
  let [domain, search]: [string | undefined, readonly string[]] = [undefined, []];
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.split(/[#;]/)[0]?.trim().split(/\s+/) ?? [];
    const [value] = values;
    if (value === undefined) continue;
    const address = keyword === "nameserver" ? parseAddress(value.replace(/%.*/, "")) : undefined;
    if (address !== undefined && !servers.includes(address)) servers.push(address);
    if (keyword === "domain") [domain, search] = [value, [value]];
    if (keyword === "search") [domain, search] = [undefined, values];
  }
  domain ??= machine.includes(".") ? machine.slice(machine.indexOf(".") + 1) : undefined;
  const domains = [...(domain === undefined ? [] : [domain]), ...search];
  return {
    servers: servers.slice(0, MAX_SERVERS),
    search: [...new Set(domains)].slice(0, MAX_SEARCH),
  };
}

/** Addresses by name in lower case, as in hosts(5); none where there is no such file. */
export function staticHosts(): ReadonlyMap<string, readonly string[]> {
  try {
    return parseHosts(readSystemText("/etc/hosts"));
  } catch (error) {
    if (error instanceof OsError) return new Map();
    throw error;
  }
}

export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [given = "", ...names] = line.split("#")[0]?.trim().split(/\s+/) ?? [];
    const address = parseAddress(given);
    if (address === undefined) continue;
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, "");
      hosts.set(key, [...(hosts.get(key) ?? []), address]);
    }
  }
  return hosts;
}

function systemFile(path: string): string {
  try {
    return readSystemText(path);
  } catch (error) {
    throw error instanceof OsError ? unreadable(error.message) : error;
  }
}

const unreadable = (reason: string): DnsError =>
  new DnsError(`Failed to read system configuration: proto error: io error: ${reason}`);
