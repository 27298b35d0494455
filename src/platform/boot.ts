import { OsError } from "./os-error.ts";
import { readSystemText } from "./system.ts";

const ID_FILE = "/proc/sys/kernel/random/boot_id";
const ID_BYTES = 64;

/** What tells this start of the machine from all others; nothing where the system has no such name. */
export function bootId(): string | undefined {
  try {
    return readSystemText(ID_FILE, ID_BYTES).trim();
  } catch (error) {
    if (error instanceof OsError) return undefined;
    throw error;
  }
}
