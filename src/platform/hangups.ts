const { promise: ready, resolve } = Promise.withResolvers<() => Promise<void>>();
let isTaken = false;
let last: Promise<void> = Promise.resolve();

/**
 * Takes SIGHUP from now on, also before there is anything that could heed it: until then it ends the process, and one comes
 * when somebody asks for a reload while the agent is being started.
 */
export function takeHangups(): void {
  if (isTaken) return;
  isTaken = true;
  process.on("SIGHUP", () => {
    last = last.then(async () => (await ready)());
  });
}

/** Heeds SIGHUP from now on: what was asked for meanwhile is done now, one call after the other. */
export function heedHangups(action: () => Promise<void>): void {
  takeHangups();
  resolve(action);
}
