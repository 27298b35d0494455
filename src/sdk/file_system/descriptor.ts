import { LIMITS, LimitError } from "../../platform/limits.ts";

let open = 0;

/** A file descriptor that several script objects share; closed when the last of them lets go. */
export class Descriptor {
  private holders = 1;

  /** @throws {LimitError} when scripts hold as many as they may; `fd` is closed then */
  constructor(
    readonly fd: number,
    private readonly close: (fd: number) => void,
  ) {
    if (open >= LIMITS.openHandles) {
      close(fd);
      throw new LimitError("openHandles", LIMITS.openHandles);
    }
    open++;
  }

  /** The same descriptor for one more holder. */
  retain(): this {
    this.holders++;
    return this;
  }

  release(): void {
    this.holders--;
    if (this.holders > 0) return;
    open--;
    this.close(this.fd);
  }
}
