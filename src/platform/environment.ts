/** Variables by which the loader or a JavaScript runtime takes in foreign code before the program itself begins. */
const LOADING = /^(LD_|DYLD_|BUN_|NODE_|GLIBC_TUNABLES$|GCONV_PATH$)/i;

/** Variables by which shells, interpreters and tools do. */
const INTERPRETING =
  /^(DENO_|NPM_CONFIG_|BASH_ENV$|BASH_FUNC_|ENV$|SHELLOPTS$|BASHOPTS$|PS4$|IFS$|PYTHON|PERL|RUBY|GIT_|JAVA_TOOL_OPTIONS$|_JAVA_OPTIONS$|JDK_JAVA_OPTIONS$|LOCPATH$|NLSPATH$|HOSTALIASES$|RES_OPTIONS$)/i;

type Environment = { readonly [name: string]: string | undefined };

/** The variables of this process that another process of ours may have. */
export function scrub(env: Environment): Record<string, string> {
  return without(env, (name) => LOADING.test(name) || INTERPRETING.test(name));
}

/**
 * The variables that a program gets which a script executes: those that were authorized, but for the ones that would make
 * it run something else than was authorized.
 */
export function scrubExecuted(env: Environment): Record<string, string> {
  return without(env, (name) => LOADING.test(name));
}

function without(env: Environment, refused: (name: string) => boolean): Record<string, string> {
  const kept: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !refused(name)) kept[name] = value;
  }
  return kept;
}
