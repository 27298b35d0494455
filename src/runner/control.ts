import {
  close,
  type Fd,
  fstat,
  fsync,
  openAt,
  readAt,
  sameFile,
  statAt,
  writeAll,
} from "../platform/file.ts";
import { OsError } from "../platform/os-error.ts";

export const CONTROL_FILE = "control";
const MODE = 0o600;
/** Bytes of the file: a word each for the switch and the epoch of the policy, then the reason. */
const HEADER = 16;
const REASON_BYTES = 496;
const STOPPED = 1n;

export interface ControlState {
  readonly killed: boolean;
  /** Counts the policies that became active. */
  readonly epoch: number;
}

/**
 * What every runner looks at before each operation: whether everything is stopped, and which policy is active. A file,
 * so that it works without the agent's help and outlasts it.
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
    if (count === 0) return { killed: false, epoch: 0 };
    const [stopped = STOPPED, epoch = 0n] = this.words;
    return { killed: count < HEADER || stopped !== 0n, epoch: Number(epoch) };
  }

  /** Why everything is stopped. */
  reason(): string {
    const bytes = new Uint8Array(REASON_BYTES);
    const count = readAt(this.fd, bytes, HEADER);
    return Buffer.from(bytes.subarray(0, count)).toString().replaceAll("\0", "");
  }

  kill(reason: string): void {
    const bytes = Buffer.alloc(HEADER + REASON_BYTES);
    bytes.writeBigUInt64LE(STOPPED, 0);
    bytes.writeBigUInt64LE(BigInt(this.read().epoch), 8);
    Buffer.from(reason).copy(bytes, HEADER, 0, REASON_BYTES);
    writeAll(this.fd, bytes, 0);
    // It holds at once; that it outlasts a loss of power can take its time.
    fsync(this.fd);
  }

  resume(): void {
    this.write(0n, this.read().epoch);
  }

  /** Another policy is active from now on. */
  nextEpoch(): number {
    const { killed, epoch } = this.read();
    this.write(killed ? STOPPED : 0n, epoch + 1);
    return epoch + 1;
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
    const { killed } = this.read();
    const reason = this.reason();
    const fd = this.open();
    close(this.fd);
    this.fd = fd;
    if (killed && !this.read().killed) this.kill(reason);
  }

  close(): void {
    close(this.fd);
  }

  private open(): Fd {
    return openAt(this.directory, CONTROL_FILE, { access: "read-write", create: true, mode: MODE });
  }

  private write(stopped: bigint, epoch: number): void {
    const bytes = Buffer.alloc(HEADER);
    bytes.writeBigUInt64LE(stopped, 0);
    bytes.writeBigUInt64LE(BigInt(epoch), 8);
    writeAll(this.fd, bytes, 0);
  }
}
