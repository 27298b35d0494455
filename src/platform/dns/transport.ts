import { OsError } from "../os-error.ts";
import { DnsError, TIMED_OUT } from "./error.ts";
import { type Answer, answerTo } from "./message.ts";

export interface Server {
  readonly address: string;
  readonly port: number;
}

/** Most bytes of a message over TCP, of which two say how many they are. */
const MAX_MESSAGE = 0xffff;

// Loaded at first use: a start of the program without DNS should not pay for it.
const net = () => process.getBuiltinModule("node:net");

/** Asks `server` by UDP. What comes from elsewhere or answers another question is not looked at. */
export function askByUdp(server: Server, question: Uint8Array, timeoutMs: number): Promise<Answer> {
  const { createSocket } = process.getBuiltinModule("node:dgram");
  const socket = createSocket(net().isIPv6(server.address) ? "udp6" : "udp4");
  return within(
    timeoutMs,
    () => socket.close(),
    (resolve, reject) => {
      socket.on("error", () => reject(new DnsError(TIMED_OUT)));
      socket.on("message", (message, { address, port }) => {
        if (port !== server.port || !sameAddress(address, server.address)) return;
        settle(question, message, resolve, reject);
      });
      socket.send(question, server.port, server.address);
    },
  );
}

/** The system writes a zone to addresses of a link. */
const sameAddress = (a: string, b: string): boolean => a.replace(/%.*/, "") === b;

/** Asks `server` by TCP. */
export function askByTcp(server: Server, question: Uint8Array, timeoutMs: number): Promise<Answer> {
  const socket = net().connect({ host: server.address, port: server.port });
  return within(
    timeoutMs,
    () => socket.destroy(),
    (resolve, reject) => {
      let received = Buffer.alloc(0);
      socket.on("error", (error) => reject(new DnsError(`io error: ${textOf(error)}`)));
      socket.on("close", () => reject(new DnsError("io error: unexpected end of file")));
      socket.on("connect", () => socket.write(framed(question)));
      socket.on("data", (piece: Buffer) => {
        received = Buffer.concat(
          [received, piece],
          Math.min(received.length + piece.length, MAX_MESSAGE + 2),
        );
        const length = received.length < 2 ? MAX_MESSAGE : received.readUInt16BE(0);
        if (received.length >= length + 2)
          settle(question, received.subarray(2, length + 2), resolve, reject);
      });
    },
  );
}

function framed(message: Uint8Array): Uint8Array {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

type Resolve = (answer: Answer) => void;
type Reject = (error: unknown) => void;

function settle(question: Uint8Array, message: Uint8Array, resolve: Resolve, reject: Reject): void {
  try {
    const answer = answerTo(question, message);
    if (answer) resolve(answer);
  } catch (error) {
    reject(error);
  }
}

/** What `begin` comes to; `end` is called in any case. */
async function within(
  timeoutMs: number,
  end: () => void,
  begin: (resolve: Resolve, reject: Reject) => void,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      timer = setTimeout(() => reject(new DnsError(TIMED_OUT)), timeoutMs);
      begin(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    end();
  }
}

const textOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? new OsError(error.code).message : error.message;
