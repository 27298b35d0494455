import { HostObject } from "rhai-wasm";
import { ask, file } from "../file_system/resource.ts";
import { fixed } from "../fixed.ts";
import type { Namespace } from "../namespace.ts";
import type { Call } from "../operation.ts";
import { named, recordType, Values } from "../record.ts";
import { procText } from "../sysinfo/effects/proc.ts";
import { type CpuTime, parseStat, STAT_PATH } from "../sysinfo/kernel-stats.ts";
import { type Drive, parseDrives } from "./drives.ts";
import { countedFor } from "./effects/uptime.ts";
import { diskError, SOURCE } from "./errors.ts";
import { DRIVES_PATH } from "./filesystems.ts";

const CPU = [
  "user_percent",
  "nice_percent",
  "system_percent",
  "iowait_percent",
  "steal_percent",
  "idle_percent",
] as const;

/** Numbers of a drive in the order of the table: name, width of its column. */
const DEVICE = [
  ["rrqm_per_sec", 8],
  ["wrqm_per_sec", 8],
  ["read_requests_per_sec", 7],
  ["write_requests_per_sec", 7],
  ["rkb_per_sec", 8],
  ["wkb_per_sec", 8],
  ["avg_request_size", 8],
  ["avg_queue_size", 8],
  ["avg_wait", 7],
  ["avg_read_wait", 7],
  ["avg_write_wait", 7],
  ["svctm", 6],
  ["util_percent", 6],
] as const;

type DeviceNumber = (typeof DEVICE)[number][0];

/** What processors did since the machine started, in percent. */
export class CpuStats extends Values<{ readonly [K in (typeof CPU)[number]]: number }> {}

/** What a drive did since the machine started, on average. */
class DeviceStats extends Values<
  { readonly device_name: string } & { readonly [K in DeviceNumber]: number }
> {}

export class IoStatSnapshot extends HostObject {
  constructor(
    readonly cpu: CpuStats,
    readonly devices: readonly DeviceStats[],
  ) {
    super();
  }
}

const PATH = "rust_safe_disk_info::iostat::common";

const cpuStats = recordType<CpuStats>({
  name: "CpuStats",
  typeOf: `${PATH}::CpuStats`,
  class: CpuStats,
  only: "linux",
  example: { variable: "shares", expression: "snapshot.cpu_stats" },
  fields: named("f64", CPU),
});

const deviceStats = recordType<DeviceStats>({
  name: "DeviceStats",
  typeOf: `${PATH}::DeviceStats`,
  class: DeviceStats,
  only: "linux",
  example: { variable: "drive", expression: "snapshot.device_stats[0]" },
  fields: {
    ...named("String", ["device_name"]),
    ...named(
      "f64",
      DEVICE.map(([name]) => name),
    ),
  },
});

const snapshot = recordType<IoStatSnapshot>({
  name: "IoStatSnapshot",
  typeOf: `${PATH}::IoStatSnapshot`,
  class: IoStatSnapshot,
  only: "linux",
  example: { variable: "snapshot", expression: "iostat()" },
  fields: {
    cpu_stats: { type: "CpuStats", get: ({ cpu }) => cpu, mapped: ({ cpu }) => cpuStats.toMap(cpu) },
    device_stats: {
      type: "Array<DeviceStats>",
      get: ({ devices }) => [...devices],
      mapped: ({ devices }) => devices.map((device) => deviceStats.toMap(device)),
    },
  },
  text: ({ cpu, devices }) => table(cpu, devices),
});

export const iostatNamespaces: readonly Namespace[] = [snapshot, cpuStats, deviceStats];

const CPU_HEADER = "avg-cpu:  %user   %nice %system %iowait  %steal   %idle";
const DEVICE_HEADER =
  "Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz avgqu-sz   await r_await w_await  svctm  %util";

const table = (cpu: CpuStats, devices: readonly DeviceStats[]): string =>
  [
    CPU_HEADER,
    `          ${CPU.map((name) => fixed(cpu.values[name], 2, 6)).join("  ")}`,
    "",
    DEVICE_HEADER,
    ...devices.map(({ values }) =>
      [values.device_name.padEnd(15), ...DEVICE.map(([name, width]) => fixed(values[name], 2, width))].join(
        " ",
      ),
    ),
    "",
  ].join("\n");

/** Averages since the machine started. Asks to read `/proc/stat` and `/proc/diskstats`. */
export function iostat({ access }: Call): IoStatSnapshot {
  const statToken = access.require(ask("read", file(STAT_PATH)));
  const drivesToken = access.require(ask("read", file(DRIVES_PATH)));
  const stats = parseStat(procText(statToken, STAT_PATH, SOURCE));
  if (stats === undefined) throw diskError(`no processor time in ${STAT_PATH}`);
  const drives = parseDrives(procText(drivesToken, DRIVES_PATH, SOURCE));
  const seconds = countedFor(drivesToken, DRIVES_PATH);
  return new IoStatSnapshot(
    cpuStatsOf(stats.total),
    drives.map((drive) => deviceStatsOf(drive, seconds)),
  );
}

function cpuStatsOf(time: CpuTime): CpuStats {
  const system = time.ticks("system") + time.ticks("irq") + time.ticks("softirq");
  const [user, nice, idle] = [time.ticks("user"), time.ticks("nice"), time.ticks("idle")];
  const [iowait, steal] = [time.ticks("iowait"), time.ticks("stolen")];
  const total = user + nice + system + idle + iowait + steal;
  const percent = (ticks: bigint): number => ratio(Number(ticks), Number(total)) * 100;
  return new CpuStats({
    user_percent: percent(user),
    nice_percent: percent(nice),
    system_percent: percent(system),
    iowait_percent: percent(iowait),
    steal_percent: percent(steal),
    idle_percent: percent(idle),
  });
}

const SECTOR_BYTES = 512;
const KIBIBYTE = 1024;

export function deviceStatsOf(drive: Drive, seconds: number): DeviceStats {
  const { reads, writes, sectorsRead, sectorsWritten } = drive;
  const perSecond = (count: number): number => ratio(count, seconds);
  const kilobytes = (sectors: number): number => perSecond((sectors * SECTOR_BYTES) / KIBIBYTE);
  const requests = reads + writes;
  const milliseconds = seconds * 1000;
  return new DeviceStats({
    device_name: drive.name,
    rrqm_per_sec: perSecond(drive.readsMerged),
    wrqm_per_sec: perSecond(drive.writesMerged),
    read_requests_per_sec: perSecond(reads),
    write_requests_per_sec: perSecond(writes),
    rkb_per_sec: kilobytes(sectorsRead),
    wkb_per_sec: kilobytes(sectorsWritten),
    avg_request_size: ratio(sectorsRead + sectorsWritten, requests),
    avg_queue_size: ratio(drive.weightedTime, milliseconds),
    avg_wait: ratio(drive.timeReading + drive.timeWriting, requests),
    avg_read_wait: ratio(drive.timeReading, reads),
    avg_write_wait: ratio(drive.timeWriting, writes),
    svctm: ratio(drive.timeBusy, requests),
    // Requests in parallel can come to more than all of the time.
    util_percent: Math.min(ratio(drive.timeBusy, milliseconds) * 100, 100),
  });
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
