/** Files that Bun embeds: the import is their path. */
declare module "*.cedarschema" {
  const path: string;
  export default path;
}
declare module "*/cedar_wasm_bg.js";
