/** What a tar archive is made of: blocks, and a header with fields for each entry. */
export const BLOCK = 512;

/** Fields of a header: where each begins, and its bytes. */
export const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  magic: [257, 6],
  user: [265, 32],
  group: [297, 32],
  prefix: [345, 155],
} as const;
export const TYPE = 156;

/** Bytes between the end of a content and the next header. */
export const padding = (length: number): number => (BLOCK - (length % BLOCK)) % BLOCK;

export function checksumOf(header: Uint8Array): number {
  const [start, length] = FIELDS.checksum;
  // Its own field counts as spaces.
  return header.reduce((sum, byte, index) => sum + (index >= start && index < start + length ? 32 : byte), 0);
}
