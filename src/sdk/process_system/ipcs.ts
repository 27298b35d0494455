import { readText } from "../file_system/file/read.ts";
import type { FileHandle } from "../file_system/handles.ts";
import { openDir, openFile } from "../file_system/open.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { withErrors } from "./errors.ts";
import { IpcsInfo } from "./records.ts";

const TABLES = "/proc/sysvipc";

/** The kernel's tables of shared memory, semaphores and message queues. All are opened before the first is read. */
export function ipcsInfo(call: Call): IpcsInfo {
  const open = (name: string): FileHandle =>
    using(openDir(call, TABLES, {}), (directory) => openFile(call, directory, name, { read: true }));
  return withErrors(() =>
    using(open("shm"), (shm) =>
      using(open("sem"), (sem) =>
        using(open("msg"), (msg) => {
          const [memory, semaphores, queues] = [shm, sem, msg].map((table) => readText(call, table));
          return new IpcsInfo(memory ?? "", semaphores ?? "", queues ?? "");
        }),
      ),
    ),
  );
}

/** The tables one below the other. */
export const ipcsText = ({ sharedMemory, queues, semaphores }: IpcsInfo): string =>
  `Shared Memory Segments:\n${sharedMemory}\n\nMessage Queues:\n${queues}\n\nSemaphore Arrays:\n${semaphores}`;
