/** Values that no operation expects, as Rhai expressions by the type of a parameter. `DIR` is the sandbox. */

const I64 = ["-9223372036854775807 - 1", "9223372036854775807", "-1", "0", "4294967296", "9007199254740993"];

const PATHS = [
  '"."',
  '".."',
  '"../up"',
  '"a/../../up"',
  '"sub/inner"',
  '"/"',
  '"//"',
  '"///etc/../.."',
  'DIR + "/../up"',
  'DIR + "/text/"',
  'DIR + "//sub//inner"',
  'DIR + "/./text"',
  'DIR + "/sub/."',
  'DIR + "/no/such"',
  'DIR + "/text/below"',
  'DIR + "/dangling"',
  'DIR + "/loop"',
  'DIR + "/out"',
  'DIR + "/<>|?*"',
  'DIR + "/\\""',
  'DIR + "/" + component(255)',
  'DIR + "/" + component(256)',
  "path_of(4095)",
  "path_of(4096)",
  "path_of(4097)",
];

const TEXTS = [
  '""',
  '"nul\\x00byte"',
  '"line\\nbreak"',
  '"\\u202e\\ufeff\\U0010ffff"',
  '"\\\\"',
  '"["',
  '"(a*)*b"',
  '"a{1000000}{1000000}"',
  '"(?<x>a)(?<x>b)"',
  `"$0$\{1}$$ %s %n"`,
  "component(1048576)",
];

const ARRAYS = [
  "[]",
  '[1, "x", (), 1.5, true, [], #{}, blob(3, 0)]',
  "[[[[]]]]",
  '["\\x00", "", "\\n"]',
  "[-1, 9223372036854775807]",
  "[|x| x]",
  "[DirConfig()]",
  "[IoErrorKind::Other]",
  "many(100000)",
  "nested(100)",
];

const MAPS = [
  "#{}",
  '#{"": ()}',
  '#{"a\\x00b": "c"}',
  '#{"A=B": "x"}',
  '#{"A": "x\\x00y"}',
  '#{"A": 1}',
  '#{"A": [1]}',
  '#{"A": nested(100)}',
];

const FLOATS = ["0.0/0.0", "1.0/0.0", "-1.0/0.0", "-0.0", "1.0e308", "5.0e-324"];

export const HOSTILE: { readonly [type: string]: readonly string[] } = {
  String: [...PATHS, ...TEXTS],
  i64: I64,
  f64: FLOATS,
  Array: ARRAYS,
  Map: MAPS,
  FnPtr: ["|| 1", "|a, b, c| a", '|x| throw "thrown"', "|x| throw #{}", "|x| nested(100)"],
};

/** Of other types than any parameter with hostile values has; the engine itself refuses them. */
export const WRONG_TYPES: readonly string[] = ["()", "#{x: 1}", "'c'", "blob(2, 0)"];

/** Functions that the expressions above use. */
export const PRELUDE = `
fn component(length) { let s = ""; s.pad(length, "x"); s }
fn many(count) { let a = []; a.pad(count, "x"); a }
fn nested(depth) { let a = []; for i in 0..depth { a = [a]; } a }
`;
