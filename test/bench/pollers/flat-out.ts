import { connect } from "node:net";

const CONNECTIONS = 32;
const TIME_MS = 3000;

/** How many requests a second a server answers when so many connections ask it again and again. */
export async function flatOut(port: number, requests: readonly string[]): Promise<number> {
  const counts = await Promise.all(Array.from({ length: CONNECTIONS }, () => asking(port, requests)));
  return (counts.reduce((sum, count) => sum + count, 0) * 1000) / TIME_MS;
}

/** Asks one request after the other, of which each answer comes in one piece; how many were answered. */
function asking(port: number, requests: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const socket = connect(port, "127.0.0.1");
    const ask = () => socket.write(requests[count % requests.length] ?? "");
    socket.setNoDelay(true);
    socket.on("connect", ask);
    socket.on("data", (bytes: Buffer) => {
      const isAnswer = bytes.toString("latin1", 0, 8) === "HTTP/1.1";
      if (!isAnswer) return;
      count++;
      ask();
    });
    socket.on("error", reject);
    setTimeout(() => {
      socket.destroy();
      resolve(count);
    }, TIME_MS);
  });
}
