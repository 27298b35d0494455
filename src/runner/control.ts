import {
  close,
  type Fd,
  fallocate,
  fstat,
  fsync,
  openAt,
  readAt,
  sameFile,
  statAt,
  truncate,
  writeAll,
} from "../platform/file.ts";
import { OsError } from "../platform/os-error.ts";

export const CONTROL_FILE = "control";
const MODE = 0o600;
const WORD = 8;

/** Who can throw the switch, each by itself: the owner of the host, and the central team by a bundle. */
export const CAUSES = ["owner", "centre"] as const;
export type Cause = (typeof CAUSES)[number];

/** Words of the file: the switch of the owner, the epoch of the policy, the switch of the centre. Then their reasons. */
const HEADER = 3 * WORD;
const EPOCH_AT = WORD;
const REASON_BYTES = 496;
const PLACES: { readonly [cause in Cause]: { readonly switch: number; readonly reason: number } } = {
  owner: { switch: 0, reason: HEADER },
  centre: { switch: 2 * WORD, reason: HEADER + REASON_BYTES },
};
const FILE_BYTES = HEADER + CAUSES.length * REASON_BYTES;
const OFF = 0n;
const ON = 1n;

export interface ControlState {
  readonly killed: boolean;
  /** Counts the policies that became active. */
  readonly epoch: number;
}

/** Why something was stopped; who threw the switch need not say why. */
export const stoppedText = (reason: string): string =>
  `stopped by the kill switch${reason === "" ? "" : `: ${reason}`}`;

/**
 * What every runner looks at before each operation: whether everything is stopped, and which policy is active. A file,
 * so that it works without the agent's help and outlasts it. Each word is written by itself, so that processes which write
 * at the same time undo nothing of each other; and the file has its size from the beginning, so that it can be written
 * when the disk is full.
 */
export class Control {
  private fd: Fd;
  private readonly header = new Uint8Array(HEADER);
  private readonly words = new BigUint64Array(this.header.buffer);

  /** @param directory the state directory */
  constructor(private readonly directory: Fd) {
    this.fd = this.open();
  }

  /** One system call. A file that was cut short stops everything. */
  read(): ControlState {
    const count = readAt(this.fd, this.header, 0);
    const [owner = ON, epoch = 0n, centre = ON] = this.words;
    return { killed: count < HEADER || owner !== OFF || centre !== OFF, epoch: Number(epoch) };
  }

  /** Who has stopped everything, and why. */
  stops(): readonly { readonly by: Cause; readonly reason: string }[] {
    return CAUSES.filter((by) => this.isOn(by)).map((by) => ({ by, reason: this.reasonOf(by) }));
  }

  /** Why everything is stopped. */
  reason(): string {
    return this.stops()
      .map(({ reason }) => reason)
      .filter((reason) => reason !== "")
      .join("; ");
  }

  /** Holds at once; {@link persist} makes it outlast a loss of power, which can take its time. */
  kill(reason: string, by: Cause = "owner"): void {
    const { switch: at, reason: reasonAt } = PLACES[by];
    const bytes = Buffer.alloc(REASON_BYTES);
    Buffer.from(reason).copy(bytes);
    try {
      // Before the switch: whoever sees that sees why.
      writeAll(this.fd, bytes, reasonAt);
    } finally {
      this.write(at, ON);
    }
  }

  /** A file that was cut short is whole again. */
  resume(by: Cause = "owner"): void {
    this.write(PLACES[by].switch, OFF);
    this.reserve();
  }

  /** Returns when what was written is on the disk. */
  persist(): void {
    fsync(this.fd);
  }

  /** Another policy is active from now on. */
  nextEpoch(): number {
    const epoch = this.read().epoch + 1;
    this.write(EPOCH_AT, BigInt(epoch));
    return epoch;
  }

  /** Whether the file that this one has is no longer the one of that name: nobody else writes to it. */
  isReplaced(): boolean {
    try {
      return !sameFile(statAt(this.directory, CONTROL_FILE), fstat(this.fd));
    } catch (error) {
      if (error instanceof OsError && error.code === "ENOENT") return true;
      throw error;
    }
  }

  /** Takes the file that has the name now, and makes it if there is none. What was stopped stays stopped. */
  reopen(): void {
    const [before, fd] = [this.stops(), this.fd];
    this.open();
    close(fd);
    for (const { by, reason } of before) if (!this.isOn(by)) this.kill(reason, by);
    this.persist();
  }

  close(): void {
    close(this.fd);
  }

  private open(): Fd {
    this.fd = openAt(this.directory, CONTROL_FILE, { access: "read-write", create: true, mode: MODE });
    // One that was cut short stays so.
    if (fstat(this.fd).size === 0) this.reserve();
    return this.fd;
  }

  /** Makes the file as long as it must be; what is there stays, whoever writes at the same time. */
  private reserve(): void {
    try {
      fallocate(this.fd, FILE_BYTES);
    } catch (error) {
      // Without room it stays too short, and stops everything: nothing could be run either.
      if (!(error instanceof OsError)) throw error;
      if (error.code !== "ENOSPC") truncate(this.fd, Math.max(FILE_BYTES, fstat(this.fd).size));
    }
  }

  private isOn(by: Cause): boolean {
    const word = new Uint8Array(WORD);
    return readAt(this.fd, word, PLACES[by].switch) < WORD || word.some((byte) => byte !== 0);
  }

  private reasonOf(by: Cause): string {
    const bytes = new Uint8Array(REASON_BYTES);
    const count = readAt(this.fd, bytes, PLACES[by].reason);
    return Buffer.from(bytes.subarray(0, count)).toString().replaceAll("\0", "");
  }

  private write(at: number, word: bigint): void {
    const bytes = Buffer.alloc(WORD);
    bytes.writeBigUInt64LE(word);
    writeAll(this.fd, bytes, at);
  }
}
