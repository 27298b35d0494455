import { HostObject } from "rhai-wasm";
import { fixed } from "../fixed.ts";
import type { Namespace } from "../namespace.ts";
import { named, recordType, Values } from "../record.ts";
import { constants } from "./effects/machine.ts";

const ENTRY = [
  "name",
  "objs",
  "active",
  "obj_size_bytes",
  "slabs",
  "obj_per_slab",
  "pages_per_slab",
] as const;
const COUNTS = [
  "active_objects",
  "total_objects",
  "active_slabs",
  "total_slabs",
  "active_caches",
  "total_caches",
] as const;
const SHARES = [
  "objects_usage_percent",
  "slabs_usage_percent",
  "caches_usage_percent",
  "size_usage_percent",
  "active_size_kb",
  "total_size_kb",
  "min_obj_size_kb",
  "avg_obj_size_kb",
  "max_obj_size_kb",
] as const;

export const KILOBYTE = 1024;

/** One of the kernel's caches of objects. */
export class SlabEntry extends Values<
  { readonly [K in Exclude<(typeof ENTRY)[number], "name">]: bigint } & { readonly name: string }
> {
  get usePercent(): bigint {
    const { active, objs } = this.values;
    return objs === 0n ? 0n : (active * 100n) / objs;
  }
  get cacheSizeKb(): bigint {
    const { slabs, pages_per_slab } = this.values;
    return slabs * pages_per_slab * (constants.pageSize() / BigInt(KILOBYTE));
  }
  get activeSizeKb(): number {
    const { active, objs } = this.values;
    return objs === 0n ? 0 : Number(this.cacheSizeKb) * (Number(active) / Number(objs));
  }
}

/** All caches together. */
export class SlabSummary extends Values<
  { readonly [K in (typeof COUNTS)[number]]: bigint } & { readonly [K in (typeof SHARES)[number]]: number }
> {}

export class SlabInfo extends HostObject {
  constructor(
    readonly slabs: readonly SlabEntry[],
    readonly summary: SlabSummary,
  ) {
    super();
  }
}

const PATH = "rust_safe_system_info::slab::common";

const slabEntry = recordType<SlabEntry>({
  name: "SlabEntry",
  typeOf: `${PATH}::SlabEntry`,
  class: SlabEntry,
  only: "linux",
  example: { variable: "cache", expression: "caches.slabs[0]" },
  fields: {
    ...named("i64", ENTRY),
    name: { type: "String", get: ({ values }) => values.name },
    use_percent: { type: "i64", get: ({ usePercent }) => usePercent, derived: true },
    obj_size_kb: {
      type: "f64",
      get: ({ values }) => Number(values.obj_size_bytes) / KILOBYTE,
      derived: true,
    },
    cache_size_kb: { type: "i64", get: ({ cacheSizeKb }) => cacheSizeKb, derived: true },
    active_size_kb: { type: "f64", get: ({ activeSizeKb }) => activeSizeKb, derived: true },
  },
});

const slabSummary = recordType<SlabSummary>({
  name: "SlabSummary",
  typeOf: `${PATH}::SlabSummary`,
  class: SlabSummary,
  only: "linux",
  example: { variable: "all_caches", expression: "caches.summary" },
  fields: { ...named("i64", COUNTS), ...named("f64", SHARES) },
  text: ({ values }) => report(values),
});

const slabInfoRecord = recordType<SlabInfo>({
  name: "SlabInfo",
  typeOf: `${PATH}::SlabInfo`,
  class: SlabInfo,
  only: "linux",
  example: { variable: "caches", expression: "system.slab_info()" },
  fields: {
    slabs: {
      type: "Array<SlabEntry>",
      get: ({ slabs }) => [...slabs],
      mapped: ({ slabs }) => slabs.map((slab) => slabEntry.toMap(slab)),
    },
    summary: {
      type: "SlabSummary",
      get: ({ summary }) => summary,
      mapped: ({ summary }) => slabSummary.toMap(summary),
    },
  },
});

export const slabNamespaces: readonly Namespace[] = [slabInfoRecord, slabEntry, slabSummary];

function report(values: SlabSummary["values"]): string {
  const percent = (value: number): string => `${fixed(value, 1)}%`;
  const size = (value: number): string => `${fixed(value, 2)}K`;
  return [
    `Active / Total Objects (% used)    : ${values.active_objects} / ${values.total_objects} (${percent(values.objects_usage_percent)})`,
    `Active / Total Slabs (% used)      : ${values.active_slabs} / ${values.total_slabs} (${percent(values.slabs_usage_percent)})`,
    `Active / Total Caches (% used)     : ${values.active_caches} / ${values.total_caches} (${percent(values.caches_usage_percent)})`,
    `Active / Total Size (% used)       : ${size(values.active_size_kb)} / ${fixed(values.total_size_kb, 0)}K (${percent(values.size_usage_percent)})`,
    `Minimum / Average / Maximum Object : ${size(values.min_obj_size_kb)} / ${size(values.avg_obj_size_kb)} / ${size(values.max_obj_size_kb)}`,
  ].join("\n");
}
