/** A drive, a part of one, or a volume. Numbers are texts, as scripts know them. */
export interface BlockDevice {
  readonly name: string;
  readonly type: string;
  readonly major: string;
  readonly minor: string;
  readonly kibibytes: bigint;
  readonly removable: string;
  readonly readOnly: string;
  readonly mountPoint: string;
}

/** Where the kernel shows block devices, by `<major>:<minor>`. */
export const BLOCK_DEVICES = "/sys/dev/block";
