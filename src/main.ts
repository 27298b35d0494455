import { main } from "./cli/index.ts";

process.exitCode = await main(process.argv0, process.argv.slice(2));
