/** A file that Bun embeds: the import is its path. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
