/** What Linux tells of its processes, in /proc. All of it is read bounded;  */
export {
  isNotThere,
  listProcesses,
  listThreads,
  openProcessDirectory,
  openThreadDirectory,
} from "./proc/directory.ts";
export {
  type FileReference,
  fileReferences,
  links,
  type Mapping,
  mappings,
  type ProcessLinks,
} from "./proc/files.ts";
export { type ProcessStatus, readProcess } from "./proc/process.ts";
export { type CpuTimes, cpuTimes, totalMemory, unixSockets, uptimeSeconds } from "./proc/system.ts";
