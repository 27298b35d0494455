/** The crate's own manifest, which pins the version of Rhai. */
declare module "rhai-wasm/crate/Cargo.toml" {
  const crate: { readonly dependencies: { readonly rhai: { readonly version: string } } };
  export default crate;
}
/** A document that the executable holds; what is imported is its path. */
declare module "*.md" {
  const path: string;
  export default path;
}
