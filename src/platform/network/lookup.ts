import { networkInterfaces } from "node:os";
import { lookupBySystem } from "../bun-lookup.ts";
import { LIMITS, LimitError } from "../limits.ts";
import { type Address, parseAddress } from "./address.ts";

/** Where to connect to. */
export interface Target {
  readonly address: Address;
  /** Number of the interface that an address of one link is of; 0 for any other address. */
  readonly scope: number;
}

/**
 * The addresses of `host` by the system, in its order; none where there is no such name. They are what is connected
 * to: the name is not resolved again.
 */
export async function lookupHost(host: string): Promise<readonly Target[]> {
  // The C library would see the name up to there.
  if (host === "" || host.includes("\0")) return [];
  const literal = parseAddress(host);
  if (literal) return [{ address: literal, scope: 0 }];
  return (await withinTime(lookupBySystem(host))).flatMap((text) => {
    const [plain = "", zone] = text.split("%");
    const address = parseAddress(plain);
    return address ? [{ address, scope: zone === undefined ? 0 : scopeOf(zone) }] : [];
  });
}

/** The number of the interface `zone`, which may be one itself. */
function scopeOf(zone: string): number {
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  const found = networkInterfaces()[zone]?.find(({ family }) => family === "IPv6");
  return found?.family === "IPv6" ? found.scopeid : 0;
}

async function withinTime<T>(wait: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LimitError("lookupTimeMs", LIMITS.lookupTimeMs)),
      LIMITS.lookupTimeMs,
    );
  });
  try {
    return await Promise.race([wait, late]);
  } finally {
    clearTimeout(timer);
  }
}
