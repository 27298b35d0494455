import {
  type Feature,
  hasFfi,
  isClockSynchronized,
  openat2,
  pidfd,
  subreaper,
} from "../platform/bun-features.ts";
import { readSystemText } from "../platform/system.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

/** Before it nobody had this program: the clock of a box without a battery begins there or earlier. */
const EARLIEST = Date.UTC(2026, 0, 1);
const DESCRIPTORS = 1024;
const MiB = 1024 * 1024;
const MEMORY_MIB = 128;

const feature = (name: string, look: () => Feature, lost: string): Check => ({
  name,
  look: () => {
    const found = look();
    if (found === "yes") return ok("there");
    if (found === undefined) return warn("not tried: no FFI", lost);
    return warn(found.message, `${lost}; a newer kernel, or a seccomp filter that lets it through, has it`);
  },
});

/** The system calls that the platform uses when they are there, and what is known without a state directory. */
export const KERNEL: readonly Check[] = [
  {
    name: "ffi",
    look: () =>
      hasFfi()
        ? ok("the C library can be called")
        : fail(
            "the C library cannot be called",
            "the decision log needs it: let this program map memory that it executes (systemd: MemoryDenyWriteExecute=no)",
          ),
  },
  feature("openat2", openat2, "paths are walked one component at a time, which is as safe but slower"),
  feature("pidfd", pidfd, "processes are signalled by number, which may be another's by then"),
  feature("subreaper", subreaper, "what executed programs leave behind can only be found by its parents"),
  {
    name: "proc",
    look: () => procFinding(),
  },
  {
    name: "descriptors",
    look: () => descriptorFinding(),
  },
  {
    name: "memory",
    look: () => memoryFinding(),
  },
  {
    name: "clock",
    look: () => clockFinding(Date.now(), isClockSynchronized()),
  },
];

function procFinding(): Finding {
  const text = systemText("/proc/self/stat");
  return text === undefined
    ? fail("/proc cannot be read", "mount it (mount -t proc proc /proc): what runs start is found there")
    : ok("mounted");
}

function descriptorFinding(): Finding {
  const [, soft = "0"] =
    /^Max open files\s+(\d+|unlimited)/m.exec(systemText("/proc/self/limits") ?? "") ?? [];
  if (soft === "unlimited" || Number(soft) >= DESCRIPTORS) return ok(`${soft} may be open`);
  return warn(`only ${soft} may be open`, `raise the limit to ${DESCRIPTORS} (systemd: LimitNOFILE=)`);
}

function memoryFinding(): Finding {
  const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(systemText("/proc/meminfo") ?? "") ?? [];
  if (kib === undefined) return warn("not known", "Linux 3.14 and later tell it in /proc/meminfo");
  const mib = Math.floor((Number(kib) * 1024) / MiB);
  return mib >= MEMORY_MIB
    ? ok(`${mib} MiB available`)
    : warn(`${mib} MiB available`, "let no runner wait (limits.warm = 0) and set limits.concurrency to 1");
}

/** @param synchronized whether something keeps it right, if that is known */
export function clockFinding(now: number, synchronized: boolean | undefined): Finding {
  const time = new Date(now).toISOString();
  if (now < EARLIEST) return fail(`it is ${time}`, "set the clock: records and bundles go by it");
  if (synchronized !== false) return ok(time);
  return warn(`${time}, but nothing keeps it right`, "run a time service (systemd-timesyncd, chrony)");
}

function systemText(path: string): string | undefined {
  try {
    return readSystemText(path);
  } catch {
    return undefined;
  }
}
