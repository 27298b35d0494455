import { close, type Fd, openAt, readAt, writeAll } from "../platform/file.ts";

const NAME = "control";
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
  private readonly fd: Fd;
  private readonly header = new Uint8Array(HEADER);
  private readonly words = new BigUint64Array(this.header.buffer);

  /** @param directory the state directory */
  constructor(directory: Fd) {
    this.fd = openAt(directory, NAME, { access: "read-write", create: true, mode: MODE });
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

  close(): void {
    close(this.fd);
  }

  private write(stopped: bigint, epoch: number): void {
    const bytes = Buffer.alloc(HEADER);
    bytes.writeBigUInt64LE(stopped, 0);
    bytes.writeBigUInt64LE(BigInt(epoch), 8);
    writeAll(this.fd, bytes, 0);
  }
}
