import { addressOf } from "./address.ts";
import { DnsError } from "./error.ts";

/** Types of records that are asked for or followed. */
export const TYPE = { A: 1, CNAME: 5, AAAA: 28 } as const;
export type AddressType = "A" | "AAAA";

const HEADER_BYTES = 12;
const CLASS_IN = 1;
/** RFC 1035 4.1.1: this is an answer; it was cut; recursion is desired. */
const ANSWER = 0x8000;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
/** Labels of one name, more than which 255 bytes cannot hold. */
const MAX_LABELS = 128;

/** What a server answered to one question. */
export interface Answer {
  readonly truncated: boolean;
  readonly addresses: readonly string[];
  /** What the name is an alias of, if its addresses were not in the answer. */
  readonly alias: readonly string[] | undefined;
}

/** A question for the addresses of a name, whose labels are ASCII. */
export function question(id: number, labels: readonly string[], type: AddressType): Uint8Array {
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label, "latin1")]);
  const bytes = new Uint8Array([...new Array(HEADER_BYTES).fill(0), ...name, 0, 0, TYPE[type], 0, CLASS_IN]);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id);
  view.setUint16(2, RECURSION_DESIRED);
  view.setUint16(4, 1);
  return bytes;
}

/**
 * The answer that `bytes` is to the question `asked`; undefined where it is one to another, or a forgery.
 * @throws {DnsError} when it cannot be read
 */
export function answerTo(asked: Uint8Array, bytes: Uint8Array): Answer | undefined {
  if (bytes.length < asked.length || bytes[0] !== asked[0] || bytes[1] !== asked[1]) return undefined;
  const reader = new Reader(bytes);
  const [flags, questions, answers] = [reader.at(2), reader.at(4), reader.at(6)];
  if ((flags & ANSWER) === 0 || questions !== 1 || !sameQuestion(asked, bytes)) return undefined;
  const name = reader.name();
  const type = reader.uint16();
  reader.uint16();
  const truncated = (flags & TRUNCATED) !== 0;
  return { truncated, ...addressesOf(reader, answers, name, type, truncated) };
}

/** Servers may answer with another case. */
const sameQuestion = (asked: Uint8Array, answer: Uint8Array): boolean => {
  const lower = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1").toLowerCase();
  return lower(asked.subarray(HEADER_BYTES)) === lower(answer.subarray(HEADER_BYTES, asked.length));
};

/** Addresses of `name`, or of what it is an alias of; records of other names are ignored. Of what was cut, what is whole. */
function addressesOf(
  reader: Reader,
  count: number,
  name: readonly string[],
  wanted: number,
  truncated: boolean,
): Pick<Answer, "addresses" | "alias"> {
  let current = name.join(".");
  let alias: readonly string[] | undefined;
  const addresses: string[] = [];
  try {
    for (let index = 0; index < count && !reader.atEnd(); index++) {
      const record = reader.record();
      if (record.owner !== current || record.class !== CLASS_IN) continue;
      if (record.type === TYPE.CNAME) {
        alias = record.reader.name();
        current = alias.join(".");
      } else if (record.type === wanted) {
        const address = addressOf(record.bytes);
        if (address !== undefined) addresses.push(address);
      }
    }
  } catch (error) {
    if (!truncated) throw error;
  }
  return { addresses, alias: addresses.length === 0 ? alias : undefined };
}

interface ResourceRecord {
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly bytes: Uint8Array;
  /** Stands at the first of `bytes`. */
  readonly reader: Reader;
}

/** Reads a message from behind its header; never beyond its end. */
class Reader {
  private position = HEADER_BYTES;
  private readonly view: DataView;

  constructor(private readonly message: Uint8Array) {
    this.view = new DataView(message.buffer, message.byteOffset, message.length);
  }

  at(offset: number): number {
    return this.view.getUint16(offset);
  }

  atEnd(): boolean {
    return this.position >= this.message.length;
  }

  record(): ResourceRecord {
    const owner = this.name().join(".");
    const [type, recordClass] = [this.uint16(), this.uint16()];
    this.bytes(4); // how long it holds
    const length = this.uint16();
    const reader = new Reader(this.message);
    reader.position = this.position;
    return { owner, type, class: recordClass, bytes: this.bytes(length), reader };
  }

  private bytes(length: number): Uint8Array {
    if (this.position + length > this.message.length) throw cut();
    this.position += length;
    return this.message.subarray(this.position - length, this.position);
  }

  uint16(): number {
    const [high = 0, low = 0] = this.bytes(2);
    return (high << 8) | low;
  }

  /** Labels in lower case. Each pointer must lead further back (RFC 1035 4.1.4), so that this ends. */
  name(): string[] {
    const labels: string[] = [];
    let offset = this.position;
    let limit = offset;
    let after: number | undefined;
    for (;;) {
      const length = this.message[offset];
      if (length === undefined || labels.length > MAX_LABELS) throw cut();
      if (length >= 0xc0) {
        const target = ((length & 0x3f) << 8) | (this.message[offset + 1] ?? 0);
        after ??= offset + 2;
        if (target >= limit) throw cut();
        limit = target;
        offset = target;
        continue;
      }
      if (length > 63) throw cut();
      offset += 1 + length;
      if (length === 0) break;
      const label = this.message.subarray(offset - length, offset);
      if (label.length < length) throw cut();
      labels.push(Buffer.from(label).toString("latin1").toLowerCase());
    }
    this.position = after ?? offset;
    return labels;
  }
}

const cut = (): DnsError => new DnsError("unexpected end of input reached");
