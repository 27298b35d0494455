/**
 * Runs a script in a network of its own, where a name server and two web servers listen; called by `names.test.ts` as a
 * program of its own. Prints the result, the questions that the name server got, and the requests that each web server got.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { startServer } from "../../src/platform/dns/testing.ts";

/** What to run. */
export interface Input {
  readonly command: readonly string[];
  readonly silent?: boolean;
}

export interface Seen {
  readonly stdout: string;
  readonly asked: readonly string[];
  /** By address of the web server. */
  readonly requests: { readonly [address: string]: number };
}

export const OUTSIDE = "127.0.0.1";
export const INSIDE = "127.0.0.2";
export const PORT = 8080;

async function main({ command: [program = "", ...args], silent = false }: Input): Promise<Seen> {
  const names = await startServer(
    {
      "outside.test A": [OUTSIDE],
      "inside.test A": [INSIDE],
      "both.test A": [OUTSIDE, INSIDE],
      "mapped.test AAAA": ["::ffff:7f00:2"],
      "rebinding.test A": [OUTSIDE],
    },
    53,
  );
  names.answering = {
    silent,
    // From its second answer on the name is another machine's.
    spoil: (answer) => {
      if (names.asked.includes("udp rebinding.test A")) names.zone["rebinding.test A"] = [INSIDE];
      return answer;
    },
  };
  const requests: Record<string, number> = { [OUTSIDE]: 0, [INSIDE]: 0 };
  for (const address of [OUTSIDE, INSIDE]) {
    const server = createServer(({ url }, response) => {
      requests[address] = (requests[address] ?? 0) + 1;
      if (url === "/redirect") response.writeHead(302, { location: `http://inside.test:${PORT}/` });
      response.end(address);
    });
    await new Promise<void>((resolve) => server.listen(PORT, address, resolve));
  }
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const pieces: Buffer[] = [];
  for await (const piece of child.stdout) pieces.push(Buffer.from(piece));
  return { stdout: Buffer.concat(pieces).toString(), asked: names.asked, requests };
}

if (import.meta.main) {
  console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? "") as Input)));
  process.exit();
}
