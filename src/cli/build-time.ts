import { embeddedText } from "../platform/embedded.ts";

/** Name of the file with the time of the build, which the build embeds. */
export const BUILD_TIME = "build-time.txt";

/** Of source that is run as it is, or was built outside of its repository. */
const FIRST = "2026-11-01T00:00:00Z";

/** When this program was made, so that the same source makes the same program: the time of its commit. It is not earlier. */
export const builtAt = (): Date => new Date(embeddedText(BUILD_TIME) ?? FIRST);
