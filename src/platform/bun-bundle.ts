/** The module at `path`, with all that it imports, as one module for browsers. */
export async function bundleForBrowser(path: string): Promise<string> {
  const { outputs } = await Bun.build({ entrypoints: [path], target: "browser", minify: true });
  const [script] = outputs;
  if (script === undefined) throw new Error(`${path} makes no script`);
  return script.text();
}
