/** Writes the few types of DER (X.690) that an encrypted key is made of. */
const TAG = { integer: 0x02, octets: 0x04, objectId: 0x06, sequence: 0x30 } as const;

export const NULL = Buffer.from("0500", "hex");

export const sequence = (...parts: readonly Uint8Array[]): Buffer =>
  tagged(TAG.sequence, Buffer.concat(parts));

export const octets = (bytes: Uint8Array): Buffer => tagged(TAG.octets, bytes);

/** @param content its encoded arcs, in hex */
export const objectId = (content: string): Buffer => tagged(TAG.objectId, Buffer.from(content, "hex"));

/** An integer that is not negative. */
export function integer(value: number): Buffer {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
  // The highest bit is the sign.
  return tagged(TAG.integer, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
