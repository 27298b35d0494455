import { ask, file } from "../file_system/resource.ts";
import type { Namespace } from "../namespace.ts";
import type { Call } from "../operation.ts";
import { named, recordType, Values } from "../record.ts";
import { counter, words } from "./counter.ts";
import { procText } from "./effects/proc.ts";
import { SOURCE, systemError } from "./errors.ts";

export const MEMINFO_PATH = "/proc/meminfo";

const MEMORY = ["total", "free", "available", "used", "buffers", "cached", "shared_mem"] as const;
const SWAP = ["total", "free", "used"] as const;

/** Memory of the machine, in bytes. */
export class Meminfo extends Values<{ readonly [K in (typeof MEMORY)[number]]: bigint }> {}

/** Swap space of the machine, in bytes. */
export class Swapinfo extends Values<{ readonly [K in (typeof SWAP)[number]]: bigint }> {}

const PATH = "rust_safe_system_info::memory::common";

/** Lines `  Name: 1 bytes` below a title. */
const report = (title: string, lines: readonly (readonly [name: string, bytes: bigint])[]): string =>
  [title, ...lines.map(([name, bytes]) => `  ${name}: ${bytes} bytes`)].join("\n");

const meminfo = recordType({
  name: "Meminfo",
  typeOf: `${PATH}::Meminfo`,
  class: Meminfo,
  only: "linux",
  example: { variable: "ram", expression: "system.memory_info()" },
  fields: named("i64", MEMORY),
  text: ({ values }) =>
    report("Memory Info:", [
      ["Total", values.total],
      ["Free", values.free],
      ["Available", values.available],
      ["Used", values.used],
      ["Buffers", values.buffers],
      ["Cached", values.cached],
      ["Shared", values.shared_mem],
    ]),
});

const swapinfo = recordType({
  name: "Swapinfo",
  typeOf: `${PATH}::Swapinfo`,
  class: Swapinfo,
  only: "linux",
  example: { variable: "swap", expression: "system.swap_info()" },
  fields: named("i64", SWAP),
  text: ({ values }) =>
    report("Swap Info:", [
      ["Total", values.total],
      ["Free", values.free],
      ["Used", values.used],
    ]),
});

export const memoryNamespaces: readonly Namespace[] = [meminfo, swapinfo];

/** Memory now. Asks to read `/proc/meminfo`. */
export function memoryInfo(call: Call): Meminfo {
  const { value, optional } = read(call);
  const [total, available] = [value("MemTotal"), optional("MemAvailable")];
  return new Meminfo({
    total,
    free: value("MemFree"),
    available,
    used: total - available,
    buffers: value("Buffers"),
    cached: value("Cached"),
    shared_mem: optional("Shmem"),
  });
}

/** Swap space now. Asks to read `/proc/meminfo`. */
export function swapInfo(call: Call): Swapinfo {
  const { value } = read(call);
  const [total, free] = [value("SwapTotal"), value("SwapFree")];
  return new Swapinfo({ total, free, used: total - free });
}

function read({ access }: Call) {
  const token = access.require(ask("read", file(MEMINFO_PATH)));
  const values = parseMeminfo(procText(token, MEMINFO_PATH, SOURCE));
  const optional = (name: string): bigint => values.get(name) ?? 0n;
  const value = (name: string): bigint => {
    if (!values.has(name)) throw systemError(`no ${name} in ${MEMINFO_PATH}`);
    return optional(name);
  };
  return { value, optional };
}

const KIBIBYTE = 1024n;

/** Bytes, or where the line has no unit numbers, by name. */
export function parseMeminfo(text: string): ReadonlyMap<string, bigint> {
  const values = new Map<string, bigint>();
  for (const line of text.split("\n")) {
    const [name, number, unit] = words(line);
    const value = counter(number);
    if (name === undefined || value === undefined) continue;
    values.set(name.replace(/:$/, ""), unit === undefined ? value : value * KIBIBYTE);
  }
  return values;
}
