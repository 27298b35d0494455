import { HostObject } from "rhai-wasm";
import { fixed } from "../fixed.ts";
import type { Namespace } from "../namespace.ts";
import { named, recordType, Values } from "../record.ts";
import { constants } from "./effects/machine.ts";
import type { Cache } from "./slab-parser.ts";

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

const KILOBYTE = 1024;

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
  fields: { ...named("i64", COUNTS), ...named("f64", SHARES) },
  text: ({ values }) => report(values),
});

const slabInfoRecord = recordType<SlabInfo>({
  name: "SlabInfo",
  typeOf: `${PATH}::SlabInfo`,
  class: SlabInfo,
  only: "linux",
  fields: {
    slabs: {
      type: "Array",
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

/** `caches` by the number of their objects, the most first, and what they come to together. There is at least one. */
export function slabInfoOf(caches: readonly Cache[]): SlabInfo {
  const entries = caches.map(
    (cache) =>
      new SlabEntry({
        name: cache.name,
        objs: cache.num_objs,
        active: cache.active_objs,
        obj_size_bytes: cache.objsize,
        slabs: cache.active_slabs,
        obj_per_slab: cache.objperslab,
        pages_per_slab: cache.pagesperslab,
      }),
  );
  const byObjects = entries.sort(({ values: a }, { values: b }) => Number(b.objs - a.objs));
  return new SlabInfo(byObjects, summaryOf(caches));
}

function summaryOf(caches: readonly Cache[]): SlabSummary {
  const sum = (of: (cache: Cache) => bigint): bigint =>
    caches.reduce((total, cache) => total + of(cache), 0n);
  const [activeObjects, totalObjects] = [sum((cache) => cache.active_objs), sum((cache) => cache.num_objs)];
  const [activeSlabs, totalSlabs] = [sum((cache) => cache.active_slabs), sum((cache) => cache.num_slabs)];
  const [activeCaches, totalCaches] = [
    BigInt(caches.filter((cache) => cache.active_objs > 0n).length),
    BigInt(caches.length),
  ];
  const totalSize = Number(sum((cache) => cache.num_objs * cache.objsize));
  const activeSizeKb = Number(sum((cache) => cache.active_objs * cache.objsize)) / KILOBYTE;
  const totalSizeKb = totalSize / KILOBYTE;
  const sizes = caches.map((cache) => Number(cache.objsize));
  return new SlabSummary({
    active_objects: activeObjects,
    total_objects: totalObjects,
    objects_usage_percent: percentOf(Number(activeObjects), Number(totalObjects)),
    active_slabs: activeSlabs,
    total_slabs: totalSlabs,
    slabs_usage_percent: percentOf(Number(activeSlabs), Number(totalSlabs)),
    active_caches: activeCaches,
    total_caches: totalCaches,
    caches_usage_percent: percentOf(Number(activeCaches), Number(totalCaches)),
    active_size_kb: activeSizeKb,
    total_size_kb: totalSizeKb,
    size_usage_percent: percentOf(activeSizeKb, totalSizeKb),
    min_obj_size_kb: least(sizes) / KILOBYTE,
    avg_obj_size_kb: totalObjects === 0n ? 0 : totalSize / Number(totalObjects) / KILOBYTE,
    max_obj_size_kb: greatest(sizes) / KILOBYTE,
  });
}

const percentOf = (part: number, whole: number): number => (whole > 0 ? (part / whole) * 100 : 0);
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
