import { KILOBYTE, SlabEntry, SlabInfo, SlabSummary } from "./slab.ts";
import type { Cache } from "./slab-parser.ts";

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
