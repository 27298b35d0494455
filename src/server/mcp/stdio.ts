import { type JSONRPCMessage, parseJSONRPCMessage, type Transport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { LIMITS } from "../../platform/limits.ts";
import { writeOutput } from "../../platform/output.ts";
import { readStandardLines, stopReading } from "../../platform/standard-lines.ts";
import { parseMessage } from "./message.ts";
import { createMcpServer, type McpOptions } from "./server.ts";

/** The protocol over standard input and output, until the input closes. */
export function serveMcpOnStdio(options: McpOptions): Promise<void> {
  return new Promise((resolve) => {
    const transport = new StandardLines(resolve);
    serveStdio(() => createMcpServer(options), { transport });
  });
}

const PARSE_ERROR = -32_700;

/** A message a line. The library's own would round integers of 64 bits. */
class StandardLines implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  private isClosed = false;

  constructor(private readonly closed: () => void) {}

  async start(): Promise<void> {
    readStandardLines(LIMITS.requestBytes, {
      onLine: (line) => this.take(line),
      onEnd: (tooLong) => {
        if (tooLong) this.refuse(tooLong.message);
        void this.close();
      },
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.isClosed) return;
    try {
      writeOutput(`${JSON.stringify(message)}\n`);
    } catch {
      // Nobody reads any more.
      await this.close();
    }
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    stopReading();
    this.onclose?.();
    this.closed();
  }

  private take(line: string): void {
    if (line.trim() === "") return;
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(parseMessage(line));
    } catch {
      this.refuse("the line is no message of JSON-RPC 2.0");
      return;
    }
    this.onmessage?.(message);
  }

  private refuse(message: string): void {
    if (this.isClosed) return;
    writeOutput(`${JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: PARSE_ERROR, message } })}\n`);
  }
}
