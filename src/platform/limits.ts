const KiB = 1024;
const MiB = 1024 * KiB;

/** Every bound of the product, in one place. Who meets one is told its name and its value. */
export const LIMITS = {
  /** Bytes of a script's text. */
  scriptBytes: MiB,
  /** Bytes of a policy; the policy room has the same bound. */
  policyBytes: MiB,
  /** Bytes of a Cedar schema. */
  schemaBytes: MiB,
  /** Nesting of parentheses, brackets and braces in a policy; at about 150 Cedar overflows its stack. */
  policyNesting: 64,
  /** Bytes of the arguments of a script, as JSON. */
  argumentBytes: MiB,
  /** Nesting of lists and maps in arguments and results. */
  valueNesting: 128,

  /** Operations of the script engine in one run. */
  operations: 100_000_000,
  /** Calls of script functions within each other. */
  callDepth: 64,
  /** Bytes of one string or blob of a script. */
  stringBytes: 64 * MiB,
  /** Elements of one array of a script. */
  arrayItems: 1_000_000,
  /** Entries of all maps of a script together. */
  mapItems: 1_000_000,
  /** Modules that a script imports. */
  modules: 64,
  /** Objects of the host, such as directory entries, that a script holds at the same time. */
  objects: 250_000,
  /** Memory of the script engine, in pages of 64 KiB. */
  memoryPages: 4096,
  /** Wall time of a run, in milliseconds. */
  timeMs: 600_000,
  /** Bytes of the JSON result of a run. */
  outputBytes: 64 * MiB,

  /** Descriptors (directories, files, links, processes) that a script holds at the same time. */
  openHandles: 1024,
  /** Bytes that are read of one file. */
  fileBytes: 64 * MiB,
  /** Entries of one directory. */
  directoryEntries: 100_000,
  /** Entries of a tree of directories that one search, measurement or change goes through. */
  treeEntries: 1_000_000,
  /** Entries of a tree that one recursive change applies to. */
  treeChanges: 100_000,
  /** Bytes that one operation decompresses: a few kilobytes can hold terabytes. */
  decompressedBytes: 4 * 1024 * MiB,
  /** Entries of one archive that is extracted, of any type. */
  archiveEntries: 100_000,
  /** Levels of directories below the one at which a search or a removal starts. */
  directoryDepth: 256,
  /** Bytes of a path, without the NUL at its end. */
  pathBytes: 4095,
  /** Symbolic links that are followed to open one path. */
  followedLinks: 40,
  /** Bytes of the value of an extended attribute. */
  attributeBytes: 64 * KiB,
  /** Bytes of a file of `/proc`, of the kernel's log, or of a configuration of the system. */
  systemBytes: 16 * MiB,
  /** Bytes of `/etc/passwd`, and of `/etc/group`. */
  accountBytes: 16 * MiB,

  /** Processes and threads that one call looks at. */
  processes: 100_000,
  /** Bytes of the command lines of all processes that one call looks at. */
  commandBytes: 64 * MiB,

  /** Bytes that an executed program writes to standard output, and as many to standard error. */
  executeOutputBytes: 16 * MiB,
  /** Wall time of an executed program, in milliseconds. */
  executeTimeMs: 300_000,
  /** Processes that executed programs leave behind, and that still run as another is to be executed. */
  children: 256,
  /** Bytes of the arguments and of the environment of an executed program. */
  executeArgumentBytes: 128 * KiB,

  /** Wall time of making one connection, in milliseconds. */
  connectTimeMs: 5000,
  /** Wall time of finding the addresses of one name, in milliseconds. */
  lookupTimeMs: 30_000,
  /** Addresses of this machine's interfaces. */
  interfaceAddresses: 65_536,
  /** Wall time of one HTTP request, in milliseconds. */
  requestTimeMs: 30_000,
  /** Bytes of the headers of an HTTP response. */
  headerBytes: 64 * KiB,
  /** Bytes of the body of an HTTP response. */
  responseBytes: 16 * MiB,
  /** Wall time in which the name of a host is resolved, in milliseconds. */
  resolveTimeMs: 30_000,
  /** Redirects that one HTTP request follows. */
  redirects: 10,

  /** Bytes of the configuration file. */
  configurationBytes: 64 * KiB,
  /** Bytes of the body of a request to the agent. */
  requestBytes: 4 * MiB,
  /** Wall time in which the body of a request to the agent arrives, in milliseconds. */
  requestBodyMs: 30_000,
  /** Requests that follow events of runs at the same time. */
  followers: 256,
  /** Idempotency keys that are remembered of one principal, and for how long, in milliseconds. */
  idempotencyKeys: 2000,
  idempotencyMs: 86_400_000,
  /** Codes for a login at the operator page that wait, and for how long each is good, in milliseconds. */
  loginCodes: 4,
  loginCodeMs: 60_000,
  /** Logins at the operator page at the same time. */
  pageSessions: 16,
  /** How long one lasts, and how long while nothing comes of it, in milliseconds. */
  pageSessionMs: 28_800_000,
  pageIdleMs: 1_800_000,
  /** Denials on one page. */
  denialsPage: 200,
  /** Bytes of the decision log that one page of denials is looked for in. */
  denialsScanBytes: 4 * MiB,
  /** Bytes of a job for a runner process, as JSON: a script and its arguments, each character of which may take six. */
  jobBytes: 16 * MiB,
  /** Bytes of what a runner process reports at once, as JSON: a result, each character of which may take six. */
  reportBytes: 512 * MiB,
  /** How long a run may overstay its time before its process is ended, in milliseconds. */
  overstayMs: 2000,
  /** Bytes of a batch of records that goes to the central team, compressed, and before. */
  uploadBytes: 32 * KiB,
  uploadPlainBytes: 512 * KiB,
  /** Wall time of one request to the central team, in milliseconds. */
  uploadTimeMs: 30_000,
  /** Bytes of the certificates of the authorities that vouch for the central team. */
  authorityBytes: 256 * KiB,
  /** Bytes of one record of the decision log. */
  decisionBytes: 16 * KiB,
  /** Bytes of one file of the decision log; then the next one begins. */
  decisionFileBytes: 8 * MiB,
  /** Files of the decision log that are kept. */
  decisionFiles: 8,

  /** Bytes of the roles' metadata in a repository of bundles: what there is no signed length for. */
  rootBytes: 64 * KiB,
  timestampBytes: 16 * KiB,
  snapshotBytes: 256 * KiB,
  targetsBytes: MiB,
  /** Levels of lists and objects in metadata of a repository. */
  metadataNesting: 32,
  /** New versions of the root that one update goes through (TUF 5.3.3, Y). */
  rootRotations: 256,
  /** Roles that one search for a target visits (TUF 5.6.7.1). */
  delegations: 32,
  /** Wall time of a download from a repository, in milliseconds, and the slowest that it may be beyond that. */
  downloadTimeMs: 60_000,
  downloadBytesPerSecond: 4 * KiB,
  /** Wall time in which nothing of a download arrives, in milliseconds. */
  downloadIdleMs: 30_000,
  /** Bytes of a file of the state of bundles: all trusted metadata. */
  bundleStateBytes: 32 * MiB,
  /** Bundles that were refused and are remembered. */
  rejectedBundles: 16,
  /** Bytes of a bundle as it is downloaded. */
  bundleBytes: 16 * MiB,
  /** Bytes that it decompresses to. */
  bundleUnpackedBytes: 32 * MiB,
  /** Files in a bundle, and bytes of one of them. */
  bundleFiles: 2000,
  bundleFileBytes: MiB,
  /** Levels of lists and objects in a JSON file of a bundle. */
  bundleNesting: 32,
  /** Entities in a bundle, and its policy tests. */
  bundleEntities: 10_000,
  bundleTests: 2000,
  /** Wall time in which a bundle is checked before it is activated, in milliseconds, and bytes of memory that this takes. */
  bundleCheckMs: 60_000,
  bundleCheckBytes: 512 * MiB,
  /** Bytes of a pack, which has all roots of a repository, the present metadata and a bundle; and its files. */
  packBytes: 48 * MiB,
  packFiles: 512,
  /** Wall time in which a program that signs for a central team answers, in milliseconds: keys want to be touched. */
  signerTimeMs: 300_000,
  /** Bytes that it answers. */
  signerOutputBytes: 4 * KiB,

  /** Wall time of all calls over the system bus that one operation makes, in milliseconds; as long as `systemctl` waits. */
  busTimeMs: 180_000,
  /** Bytes of one answer from the system bus. */
  busMessageBytes: 4 * MiB,
} as const;

/** A bound was met. Nothing has happened beyond it. */
export class LimitError extends Error {
  override readonly name = "LimitError";
  /**
   * @param limit its name, as in {@link LIMITS}
   * @param maximum its value, in the unit that {@link LIMITS} says
   */
  constructor(
    readonly limit: string,
    readonly maximum: number,
  ) {
    super(`limit ${limit} exceeded: at most ${maximum}`);
  }
}

/** The run is to end, for another reason than a bound. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}
