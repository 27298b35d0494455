import { HostObject } from "rhai-wasm";
import type { Namespace } from "../../../namespace.ts";
import { operation } from "../../../operation.ts";
import { object } from "../../../parameters.ts";
import { recordType } from "../../../record.ts";
import { requireRead } from "../../access.ts";
import { readerOf, sizeOf } from "../../effects/content.ts";
import { HANDLES } from "../../handles.ts";
import { ioError } from "../../os-errors.ts";
import { asIoError } from "../errors.ts";
import { type Elf, ElfError, readElf } from "./elf.ts";

class ElfInfo extends HostObject {
  constructor(readonly elf: Elf) {
    super();
  }
}

const info = recordType({
  name: "ElfInfo",
  typeOf: "rust_safe_io::file::unix::linux::elf_info::ElfInfo",
  class: ElfInfo,
  example: { variable: "elf", expression: 'dir.open_file("worker", reading).elf_info()' },
  only: "linux",
  fields: {
    execfn: { type: "String or ()", get: ({ elf }) => elf.execfn ?? null },
    platform: { type: "String or ()", get: ({ elf }) => elf.platform ?? null },
    interpreter: { type: "String or ()", get: ({ elf }) => elf.interpreter ?? null },
    is_64bit: { type: "bool", get: ({ elf }) => elf.is64 },
  },
});

const elfInfo = operation({
  name: "elf_info",
  source: "IoErrorKind",
  parameters: [object(HANDLES.file)],
  returns: "ElfInfo",
  summary: "Reads what an executable or a core dump says of itself.",
  checks: ["fs:read File(<file>)"],
  errors: ["InvalidFileMode", "ValidationError", "IoError"],
  example: 'dir.open_file("worker", reading).elf_info()',
  only: "linux",
  perform: (call, handle) => {
    const token = requireRead(call, handle);
    try {
      return new ElfInfo(asIoError(() => readElf(readerOf(token, handle), sizeOf(token, handle))));
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      const message = `Validation error: Failed to parse ELF file: ${error.message}`;
      throw ioError("ValidationError", message);
    }
  },
});

export const elfNamespaces: readonly Namespace[] = [
  info,
  { types: [], constants: [], operations: [elfInfo] },
];
