/** A name server for tests, on the loopback device, that answers the same by UDP and TCP. */
import { createSocket } from "node:dgram";
import { type AddressInfo, createServer } from "node:net";
import { TYPE } from "./message.ts";

export interface Zone {
  /** Records by name and type, such as `a.test A`; an alias as `a.test CNAME`. */
  readonly [question: string]: readonly string[];
}

export interface Answering {
  /** Says nothing. */
  readonly silent?: boolean;
  /** Marks answers by UDP as cut. */
  readonly truncated?: boolean;
  /** What is done to an answer before it is sent. */
  readonly spoil?: (answer: Buffer) => Buffer;
}

export interface TestServer {
  readonly port: number;
  /** Questions in the order in which they came: `udp a.test A`. */
  readonly asked: string[];
  readonly zone: { [question: string]: readonly string[] };
  answering: Answering;
  close(): void;
}

const HEADER = 12;
const POINTER_TO_QUESTION = 0xc00c;

/** @param at its port; any that is free unless given */
export async function startServer(zone: Zone, at = 0): Promise<TestServer> {
  const server: TestServer = { port: 0, asked: [], zone: { ...zone }, answering: {}, close: () => undefined };
  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on("data", (data: Buffer) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const answer = answerTo(server, "tcp", received.subarray(2, end));
        received = received.subarray(end);
        if (server.answering.silent) continue;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        // In two pieces, as it may come.
        socket.write(length);
        socket.write(answer);
      }
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => tcp.listen(at, "127.0.0.1", resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket("udp4");
  udp.on("message", (data, { port, address }) => {
    const answer = answerTo(server, "udp", data);
    if (server.answering.silent) return;
    udp.send(server.answering.spoil?.(answer) ?? answer, port, address);
  });
  await new Promise<void>((resolve) => udp.bind(port, "127.0.0.1", resolve));
  return Object.assign(server, {
    port,
    close: () => {
      udp.close();
      tcp.close();
    },
  });
}

function answerTo(server: TestServer, transport: string, question: Buffer): Buffer {
  const { name, type } = read(question);
  server.asked.push(`${transport} ${name} ${type}`);
  const records = [
    ...recordsOf(server.zone, name, "CNAME"),
    ...(type === "CNAME" ? [] : recordsOf(server.zone, name, type)),
  ];
  const header = Buffer.from(question.subarray(0, HEADER));
  const truncated = transport === "udp" && server.answering.truncated === true;
  header.writeUInt16BE(0x8180 | (truncated ? 0x0200 : 0), 2);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question.subarray(HEADER), ...records]);
}

function read(question: Buffer): { readonly name: string; readonly type: keyof typeof TYPE } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), type: question.readUInt16BE(at + 1) === TYPE.A ? "A" : "AAAA" };
}

function recordsOf(zone: Zone, name: string, type: keyof typeof TYPE): Buffer[] {
  return (zone[`${name} ${type}`] ?? []).map((value) => {
    const data = type === "CNAME" ? wireName(value) : addressBytes(value);
    const head = Buffer.alloc(HEADER);
    head.writeUInt16BE(POINTER_TO_QUESTION, 0);
    head.writeUInt16BE(TYPE[type], 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
}

const wireName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function addressBytes(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [left = "", right = ""] = address.split("::");
  const [head, tail] = [left, right].map((half) => half.split(":").filter((group) => group !== ""));
  const groups = [...(head ?? []), ...new Array(8 - (head ?? []).length - (tail ?? []).length).fill("0")];
  return Buffer.from([...groups, ...(tail ?? [])].map((group) => group.padStart(4, "0")).join(""), "hex");
}
