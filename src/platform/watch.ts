import { type FSWatcher, watch } from "node:fs";

/**
 * How long after an event is looked once more, in milliseconds: of two writes that follow each other closely Bun tells of the
 * first alone, and what is looked at then may be from before the second (measured: every third time).
 */
const AGAIN_MS = 20;
/** How often is looked where the system cannot tell of changes, in milliseconds. */
const LOOK_MS = 50;

export interface Watch {
  end(): void;
}

/**
 * Calls `changed` when somebody writes to the file at `path` or takes it away; the latter ends the watch. It costs nothing
 * while nobody does, where the system tells of changes (inotify, kqueue).
 */
export function watchFile(path: string, changed: () => void): Watch {
  let watcher: FSWatcher | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  try {
    watcher = watch(path, { persistent: false }, () => {
      clearTimeout(again);
      again = setTimeout(changed, AGAIN_MS);
      changed();
    });
  } catch {
    // No more watches for this user (fs.inotify.max_user_watches), or none at all.
    return lookRegularly(changed);
  }
  let instead: Watch | undefined;
  watcher.on("error", () => {
    watcher.close();
    instead ??= lookRegularly(changed);
  });
  return {
    end: () => {
      clearTimeout(again);
      watcher.close();
      instead?.end();
    },
  };
}

function lookRegularly(changed: () => void): Watch {
  const timer = setInterval(changed, LOOK_MS);
  timer.unref();
  return { end: () => clearInterval(timer) };
}
