import { spawn } from "node:child_process";

/** What opens a file in the program that the desktop has for it. */
const OPENER = process.platform === "darwin" ? "open" : "xdg-open";

/** Opens the file at `path` in the desktop's program for it. False when there is no desktop, or it has none. */
export function openOnDesktop(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(OPENER, [path], { stdio: "ignore" });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}
