import { expectTime, timeLeft } from "../deadline.ts";
import { LIMITS, LimitError } from "../limits.ts";
import { parseAddress } from "./address.ts";
import { type ResolverConfiguration, staticHosts, systemConfiguration } from "./configuration.ts";
import { DnsError } from "./error.ts";
import { type AddressType, type Answer, question } from "./message.ts";
import { asciiOf, type Name, parseName, shown } from "./name.ts";
import { askByTcp, askByUdp, type Server } from "./transport.ts";

export interface ResolveOptions {
  readonly protocol: "auto" | "udp" | "tcp";
  /** Address of the server to ask instead of the system's. */
  readonly resolver: string | undefined;
  /** How long to wait for one answer. */
  readonly timeoutMs: number;
  /** Where servers listen, which is 53 but in tests. */
  readonly port?: number;
  /** How long all may take, which is `resolveTimeMs` but in tests. */
  readonly maximumMs?: number;
}

/** How often each question is asked. */
const ATTEMPTS = 3;
/** Aliases of aliases that are followed. */
const MAX_ALIASES = 8;
const DNS_PORT = 53;

/**
 * The addresses of `hostname`, of both families, sorted: from `/etc/hosts`, or by asking servers. Nothing is kept.
 * @throws {DnsError}
 * @throws {LimitError} when it takes longer than `resolveTimeMs`
 */
export async function resolveName(hostname: string, options: ResolveOptions): Promise<string[]> {
  const configuration = options.resolver === undefined ? systemConfiguration() : only(options.resolver);
  const address = parseAddress(hostname);
  if (address !== undefined) return [address];
  const name = parseName(hostname);
  const lookup = new Lookup(configuration, options);
  let failure: unknown;
  for (const labels of candidates(name, configuration.search)) {
    const found = await lookup.both(labels);
    if (found.addresses.length > 0) return [...new Set(found.addresses)].sort();
    failure = found.failure;
  }
  throw failure;
}

function only(resolver: string): ResolverConfiguration {
  const address = parseAddress(resolver);
  if (address === undefined) {
    throw new DnsError("failed to parse resolver IP address: invalid IP address syntax");
  }
  return { servers: [address], search: [] };
}

/** The names that may be meant: with more than one label first as it is, else first completed. */
export function candidates({ labels, absolute }: Name, search: readonly string[]): (readonly string[])[] {
  if (absolute) return [labels];
  const completed = search.flatMap((domain) => {
    try {
      return [parseName([...labels, domain].join(".")).labels];
    } catch {
      return []; // too long, or no domain
    }
  });
  return labels.length > 1 || labels.at(-1) === "localhost" ? [labels, ...completed] : [...completed, labels];
}

interface Found {
  readonly addresses: readonly string[];
  readonly failure: unknown;
}

/** Questions about one name and those it may stand for, which together take a limited time. */
class Lookup {
  private readonly hosts = staticHosts();
  private readonly maximumMs: number;
  private readonly deadline: number;

  constructor(
    private readonly configuration: ResolverConfiguration,
    private readonly options: ResolveOptions,
  ) {
    this.maximumMs = options.maximumMs ?? LIMITS.resolveTimeMs;
    this.deadline = Date.now() + Math.min(this.maximumMs, timeLeft());
  }

  async both(labels: readonly string[]): Promise<Found> {
    const [v4, v6] = await Promise.allSettled([this.addresses(labels, "A"), this.addresses(labels, "AAAA")]);
    return {
      addresses: [v4, v6].flatMap((result) => (result.status === "fulfilled" ? result.value : [])),
      failure: v4.status === "rejected" ? v4.reason : undefined,
    };
  }

  private async addresses(labels: readonly string[], type: AddressType): Promise<readonly string[]> {
    const known = this.hosts.get(labels.join("."))?.filter((address) => isOf(address, type)) ?? [];
    if (known.length > 0) return known;
    // RFC 6761 and RFC 7686: names that no server is to be asked for.
    const domain = labels.at(-1);
    if (domain === "localhost") return [type === "A" ? "127.0.0.1" : "::1"];
    if (domain === "invalid" || domain === "onion") throw noRecords(labels, type);
    let current = labels;
    for (let aliases = 0; aliases < MAX_ALIASES; aliases++) {
      const asked = current.map(asciiOf);
      const { addresses, alias } = await this.ask(question(randomNumber(), asked, type));
      if (addresses.length > 0) return addresses;
      if (alias === undefined) break;
      current = alias;
    }
    throw noRecords(current, type);
  }

  /** The first answer that says something, or any if none does. */
  private async ask(asked: Uint8Array): Promise<Answer> {
    let empty: Answer | undefined;
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS && empty === undefined; attempt++) {
      for (const address of this.configuration.servers) {
        try {
          const answer = await this.askServer({ address, port: this.options.port ?? DNS_PORT }, asked);
          if (answer.addresses.length > 0 || answer.alias !== undefined) return answer;
          empty = answer;
        } catch (error) {
          if (!(error instanceof DnsError)) throw error;
          failure = error;
        }
      }
    }
    if (empty === undefined) throw failure;
    return empty;
  }

  private async askServer(server: Server, asked: Uint8Array): Promise<Answer> {
    const { protocol } = this.options;
    if (protocol === "tcp") return askByTcp(server, asked, this.wait());
    const answer = await askByUdp(server, asked, this.wait());
    return answer.truncated && protocol === "auto" ? askByTcp(server, asked, this.wait()) : answer;
  }

  private wait(): number {
    const left = this.deadline - Date.now();
    expectTime();
    if (left <= 0) throw new LimitError("resolveTimeMs", this.maximumMs);
    return Math.max(Math.min(this.options.timeoutMs, left), 1);
  }
}

/** The number of a question, which nobody can foresee. */
const randomNumber = (): number => crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;

const isOf = (address: string, type: AddressType): boolean => address.includes(":") === (type === "AAAA");

const noRecords = (labels: readonly string[], type: AddressType): DnsError =>
  new DnsError(
    `no records found for Query { name: Name("${shown(labels)}"), query_type: ${type}, query_class: IN }`,
  );
