/** A file descriptor that several script objects share; closed when the last of them lets go. */
export class Descriptor {
  private holders = 1;

  constructor(
    readonly fd: number,
    private readonly close: (fd: number) => void,
  ) {}

  /** The same descriptor for one more holder. */
  retain(): this {
    this.holders++;
    return this;
  }

  release(): void {
    this.holders--;
    if (this.holders === 0) this.close(this.fd);
  }
}
