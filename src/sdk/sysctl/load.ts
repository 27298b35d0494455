import { codeAndText, OsError } from "../../platform/os-error.ts";
import type { AuthorizationRequest, Authorized } from "../../policy/types.ts";
import { SdkError } from "../errors.ts";
import type { FileHandle } from "../file_system/handles.ts";
import { openDir, openFile } from "../file_system/open.ts";
import { using } from "../file_system/using.ts";
import type { Call } from "../operation.ts";
import { nameless } from "../resource.ts";
import { fromFile, SOURCE } from "../sysinfo/errors.ts";
import { loadSettings } from "./effects/load.ts";

const DIRECTORY = "/usr/sbin";
const PROGRAM = "sysctl";

/** To load the settings. */
const askToLoad = (): AuthorizationRequest<"sysctl.load"> => ({
  action: "sysctl.load",
  resource: nameless("sysctl::Sysctl"),
});

/** Sets all parameters as the files of this system say. What of them the kernel does not take is no error. */
export function loadSystem(call: Call): void {
  const token = call.access.require(askToLoad());
  const { exitCode, stderr } = asFileErrors(() =>
    using(openDir(call, DIRECTORY, {}), (directory) =>
      using(openFile(call, directory, PROGRAM, { read: true }), (program) => run(token, program)),
    ),
  );
  if (exitCode === 0) return;
  throw new SdkError(SOURCE, "IoError", `sysctl --system failed with exit code ${exitCode}: ${stderr}`);
}

interface Ended {
  readonly exitCode: number;
  readonly stderr: string;
}

function run(token: Authorized<"sysctl.load">, program: FileHandle): Ended {
  try {
    const { exitCode, stderr } = loadSettings(token, token.request.resource.id, program);
    return { exitCode, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    // What could not be started is told as by the program itself.
    if (error instanceof OsError)
      return { exitCode: 1, stderr: `Failed to set UID 0: ${codeAndText(error)}\n` };
    throw error;
  }
}

function asFileErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw fromFile(error);
  }
}
