/** The crate's own manifest, which pins the version of Rhai. */
declare module "rhai-wasm/crate/Cargo.toml" {
  const crate: { readonly dependencies: { readonly rhai: { readonly version: string } } };
  export default crate;
}
