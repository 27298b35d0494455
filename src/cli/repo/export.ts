import { Folder, writePack } from "../../bundle/repository/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { writeOutputFile } from "../output-file.ts";
import { printText } from "../terminal.ts";

/** `remit repo export` */
export const exportPack = ({ options, operand: path = "" }: Given): Promise<number> =>
  reportingBundles(async () => {
    const pack = await Folder.use(path, {}, (folder) => writePack(folder, options.get("channel") ?? ""));
    const file = options.get("output") ?? "";
    writeOutputFile(file, pack);
    printText(`${file} has ${pack.length} bytes: all roots, what is in force, and the bundle\n`);
    return 0;
  });
