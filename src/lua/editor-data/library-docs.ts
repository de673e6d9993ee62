import { parameter } from './build.ts'
import type { FunctionDoc } from './doc-types.ts'

const manual = 'https://www.lua.org/manual/5.1/manual.html#pdf-'
const luajit = 'https://luajit.org/extensions.html'
const bitop = 'https://bitop.luajit.org/api.html#'

/** `spec` is `name(a:string, b:number?, ...) -> string`. */
function fn(spec: string, doc: string, link?: string): FunctionDoc {
  const match = /^([\w.]+)\(([^)]*)\)(?: -> (.+))?$/.exec(spec)!
  const [, name = '', list = '', returns = ''] = match
  const parts = list.split(', ').filter((part) => part !== '')
  return {
    name: name.slice(name.lastIndexOf('.') + 1),
    parameters: parts.filter((part) => part !== '...').map((part) => parameter(part, '')),
    returns: returns ? returns.split(', ') : [],
    doc,
    link: link ?? `${manual}${name}`,
    ...(parts.includes('...') ? { variadic: true } : {}),
  }
}

/** Functions that stand alone. */
export const baseFunctions: FunctionDoc[] = [
  fn(
    'assert(value:any, message:any?, ...) -> any',
    'Raises an error when the value is false or nil, else returns its arguments.',
  ),
  fn(
    'collectgarbage(option:string?, argument:number?) -> number',
    'Steers the garbage collector; "count" gives the kilobytes in use.',
  ),
  fn('dofile(name:string?) -> any', 'Runs a file. There are no files in the simulator.'),
  fn(
    'error(message:any?, level:number?)',
    'Raises an error. A string gets the position put in front; level 0 leaves it out, 2 blames the caller.',
  ),
  fn('gcinfo() -> number', 'Kilobytes in use.', luajit),
  fn('getfenv(f:any?) -> table', 'The environment of a function.'),
  fn('getmetatable(object:any) -> table', 'The metatable, or its __metatable field.'),
  fn('ipairs(list:table) -> function, table, number', 'Walks 1, 2, 3 ... up to the first nil.'),
  fn(
    'load(chunk:any, name:string?, mode:string?, environment:table?) -> function, string?',
    'Compiles a string, or what a function returns piece by piece; nil and a message when it does not compile.',
  ),
  fn('loadfile(name:string?) -> function, string?', 'Compiles a file. There are no files in the simulator.'),
  fn('loadstring(text:string, name:string?) -> function, string?', 'Compiles a string.'),
  fn('module(name:string, ...)', 'Makes a module of what follows.'),
  fn('newproxy(metatable:any?) -> any', 'Makes an empty userdata.', luajit),
  fn('next(t:table, key:any?) -> any, any', 'The entry behind a key, the first without one, nil at the end.'),
  fn('pairs(t:table) -> function, table', "Walks all entries in no order; Envoy's headers and metadata too."),
  fn(
    'pcall(f:function, ...) -> boolean, any',
    'Calls a function and catches its errors: true and its results, or false and the error.',
  ),
  fn('print(...)', "Writes to the proxy's standard output, not to its log: use logInfo."),
  fn('rawequal(a:any, b:any) -> boolean', 'Equality without metamethods.'),
  fn('rawget(t:table, key:any) -> any', 'Reads without metamethods.'),
  fn('rawlen(value:any) -> number', 'Length without metamethods.', luajit),
  fn('rawset(t:table, key:any, value:any) -> table', 'Writes without metamethods.'),
  fn('require(name:string) -> any', 'Loads a module from package.path: only what is installed in the proxy image.'),
  fn('select(n:any, ...) -> any', 'The arguments from n on; with "#" how many there are.'),
  fn('setfenv(f:any, environment:table) -> any', 'Changes the environment of a function.'),
  fn('setmetatable(t:table, metatable:any) -> table', 'Sets the metatable and returns the table.'),
  fn('tonumber(value:any, base:number?) -> number?', 'A number from a number or string, nil when it is none.'),
  fn('tostring(value:any) -> string', 'Any value as a string.'),
  fn('type(value:any) -> string', 'nil, boolean, number, string, table, function, thread, userdata or cdata.'),
  fn('unpack(list:table, from:number?, to:number?) -> any', 'The items of a list as separate values.'),
  fn(
    'xpcall(f:function, handler:function, ...) -> boolean, any',
    'As pcall, with a handler that sees the error where it happened.',
  ),
]

/** Libraries: tables of functions. */
export const libraries: Record<string, FunctionDoc[]> = {
  string: [
    fn('string.byte(s:string, from:number?, to:number?) -> number', 'Codes of the bytes.'),
    fn('string.char(...) -> string', 'A string of the bytes with these codes.'),
    fn('string.dump(f:function, strip:boolean?) -> string', 'Bytecode of a function.'),
    fn(
      'string.find(s:string, pattern:string, from:number?, plain:boolean?) -> number?, number?',
      'Where the pattern first matches, and its captures; plain looks for the text itself.',
    ),
    fn('string.format(format:string, ...) -> string', 'printf: %s %d %5.2f %x %q.'),
    fn('string.gmatch(s:string, pattern:string) -> function', 'An iterator over all matches.'),
    fn(
      'string.gsub(s:string, pattern:string, replacement:any, limit:number?) -> string, number',
      'Replaces matches by a text with %1, a table, or what a function returns; also gives how many there were.',
    ),
    fn('string.len(s:string) -> number', 'Its length in bytes.'),
    fn('string.lower(s:string) -> string', 'ASCII letters in lower case.'),
    fn(
      'string.match(s:string, pattern:string, from:number?) -> string?',
      'The captures of the first match, or the match.',
    ),
    fn('string.rep(s:string, n:number, separator:string?) -> string', 'n copies of it.'),
    fn('string.reverse(s:string) -> string', 'Its bytes backwards.'),
    fn(
      'string.sub(s:string, from:number, to:number?) -> string',
      'A part of it; negative positions count from the end.',
    ),
    fn('string.upper(s:string) -> string', 'ASCII letters in upper case.'),
  ],
  table: [
    fn('table.concat(list:table, separator:string?, from:number?, to:number?) -> string', 'Joins strings and numbers.'),
    fn('table.foreach(t:table, f:function) -> any', 'Calls f(key, value) until it returns something.', luajit),
    fn('table.foreachi(list:table, f:function) -> any', 'Calls f(index, value) in order.', luajit),
    fn('table.getn(list:table) -> number', 'Its length.', luajit),
    fn('table.insert(list:table, position_or_value:any, value:any?)', 'Appends a value, or inserts it at a position.'),
    fn('table.maxn(t:table) -> number', 'The largest positive key.'),
    fn('table.move(from:table, first:number, last:number, at:number, to:table?) -> table', 'Copies a range.', luajit),
    fn('table.pack(...) -> table', 'A list of the arguments, their number in n.', luajit),
    fn(
      'table.remove(list:table, position:number?) -> any',
      'Removes and returns an item, the last without a position.',
    ),
    fn('table.sort(list:table, less:function?)', 'Sorts in place.'),
    fn('table.unpack(list:table, from:number?, to:number?) -> any', 'As unpack.', luajit),
  ],
  math: [
    ...[
      'abs',
      'acos',
      'asin',
      'atan',
      'ceil',
      'cos',
      'cosh',
      'deg',
      'exp',
      'floor',
      'log10',
      'rad',
      'sin',
      'sinh',
      'sqrt',
      'tan',
      'tanh',
    ].map((name) => fn(`math.${name}(x:number) -> number`, `C's ${name}.`)),
    fn('math.atan2(y:number, x:number) -> number', "C's atan2."),
    fn('math.fmod(x:number, y:number) -> number', 'Remainder with the sign of x.'),
    fn('math.frexp(x:number) -> number, number', 'Mantissa and exponent.'),
    fn('math.ldexp(m:number, e:number) -> number', 'm times 2 to the e.'),
    fn('math.log(x:number, base:number?) -> number', 'Logarithm.'),
    fn('math.max(x:number, ...) -> number', 'The largest.'),
    fn('math.min(x:number, ...) -> number', 'The smallest.'),
    fn('math.modf(x:number) -> number, number', 'Whole and fractional part.'),
    fn('math.pow(x:number, y:number) -> number', 'x to the y.'),
    fn(
      'math.random(m:number?, n:number?) -> number',
      'A random number: 0 to 1, or 1 to m, or m to n. The same each run in LuaJIT unless seeded.',
    ),
    fn('math.randomseed(seed:number)', 'Seeds random.'),
  ],
  os: [
    fn('os.clock() -> number', 'Seconds of processor time.'),
    fn('os.date(format:string?, time:number?) -> any', 'A time as text; "!" in front means UTC, "*t" gives a table.'),
    fn('os.difftime(a:number, b:number) -> number', 'Seconds between.'),
    fn(
      'os.execute(command:string?) -> number',
      'Runs a shell command and blocks the proxy meanwhile. Not in the simulator.',
    ),
    fn('os.exit(code:number?)', 'Ends the whole proxy.'),
    fn('os.getenv(name:string) -> string?', 'An environment variable of the proxy.'),
    fn('os.remove(name:string) -> boolean', 'Removes a file.'),
    fn('os.rename(from:string, to:string) -> boolean', 'Renames a file.'),
    fn('os.setlocale(locale:string?, category:string?) -> string', 'Changes the locale of the proxy.'),
    fn('os.time(t:table?) -> number', 'Seconds since 1970, now or of a table.'),
    fn('os.tmpname() -> string', 'A name for a file.'),
  ],
  io: ['close', 'flush', 'input', 'lines', 'open', 'output', 'popen', 'read', 'tmpfile', 'type', 'write'].map((name) =>
    fn(`io.${name}(...) -> any`, "Files of the proxy's host: they block its worker, and the simulator has none."),
  ),
  bit: [
    fn('bit.arshift(x:number, n:number) -> number', 'Shift right keeping the sign.', `${bitop}shift`),
    fn('bit.band(x:number, ...) -> number', 'Bitwise and.', `${bitop}band`),
    fn('bit.bnot(x:number) -> number', 'Bitwise not.', `${bitop}bnot`),
    fn('bit.bor(x:number, ...) -> number', 'Bitwise or.', `${bitop}band`),
    fn('bit.bswap(x:number) -> number', 'Bytes in reverse.', `${bitop}bswap`),
    fn('bit.bxor(x:number, ...) -> number', 'Bitwise exclusive or.', `${bitop}band`),
    fn('bit.lshift(x:number, n:number) -> number', 'Shift left.', `${bitop}shift`),
    fn('bit.rol(x:number, n:number) -> number', 'Rotate left.', `${bitop}shift`),
    fn('bit.ror(x:number, n:number) -> number', 'Rotate right.', `${bitop}shift`),
    fn('bit.rshift(x:number, n:number) -> number', 'Shift right.', `${bitop}shift`),
    fn('bit.tobit(x:number) -> number', 'To 32 bits, signed.', `${bitop}tobit`),
    fn('bit.tohex(x:number, digits:number?) -> string', 'Hexadecimal.', `${bitop}tohex`),
  ],
  coroutine: [
    fn('coroutine.create(f:function) -> any', 'A coroutine, not yet started.'),
    fn('coroutine.isyieldable() -> boolean', 'Whether yield would work here.', luajit),
    fn('coroutine.resume(co:any, ...) -> boolean, any', 'Starts or continues it.'),
    fn('coroutine.running() -> any, boolean', 'The running coroutine, and whether it is the main one.'),
    fn('coroutine.status(co:any) -> string', 'suspended, running, normal or dead.'),
    fn('coroutine.wrap(f:function) -> function', 'A function that resumes it.'),
    fn(
      'coroutine.yield(...) -> any',
      "Suspends a coroutine of the script's own. At the top of a handler it ends the script with an error.",
    ),
  ],
  debug: [
    'debug',
    'getfenv',
    'gethook',
    'getinfo',
    'getlocal',
    'getmetatable',
    'getregistry',
    'getupvalue',
    'getuservalue',
    'setfenv',
    'sethook',
    'setlocal',
    'setmetatable',
    'setupvalue',
    'setuservalue',
    'traceback',
    'upvalueid',
    'upvaluejoin',
  ].map((name) =>
    fn(`debug.${name}(...) -> any`, name === 'traceback' ? 'The call stack as text.' : 'Looks into a running program.'),
  ),
  package: ['loadlib', 'searchpath', 'seeall'].map((name) =>
    fn(`package.${name}(...) -> any`, 'Part of the module system.'),
  ),
  jit: ['attach', 'flush', 'off', 'on', 'security', 'status'].map((name) =>
    fn(
      `jit.${name}(...) -> any`,
      'Steers the compiler; without effect in the simulator.',
      'https://luajit.org/ext_jit.html',
    ),
  ),
}

/** Fields of libraries that are values, by full name. */
export const libraryValues: Record<string, string> = {
  'math.huge': 'number',
  'math.pi': 'number',
  'package.config': 'string',
  'package.cpath': 'string',
  'package.loaded': 'table',
  'package.loaders': 'table',
  'package.path': 'string',
  'package.preload': 'table',
  'package.searchers': 'table',
  'io.stderr': 'any',
  'io.stdin': 'any',
  'io.stdout': 'any',
  'jit.arch': 'string',
  'jit.opt': 'table',
  'jit.os': 'string',
  'jit.version': 'string',
  'jit.version_num': 'number',
  'EnvoyTimestampResolution.MILLISECOND': 'number',
  'EnvoyTimestampResolution.MICROSECOND': 'number',
}

/** Every name a script finds without making it; EnvoyTimestampResolution only inside handlers. */
export const globalNames: ReadonlySet<string> = new Set([
  ...baseFunctions.map((doc) => doc.name),
  ...Object.keys(libraries),
  'EnvoyTimestampResolution',
  '_G',
  '_VERSION',
])

/** Functions that Envoy looks for in a script. */
export const entryFunctions: Record<string, { parameter: string; doc: string }> = {
  envoy_on_request: {
    parameter: 'StreamHandle',
    doc: 'Called with the handle of each request once its headers have come.',
  },
  envoy_on_response: {
    parameter: 'StreamHandle',
    doc: 'Called with the handle of each response once its headers have come.',
  },
  envoy_on_route: { parameter: 'RouteHandle', doc: 'Cluster specifier: returns the name of the cluster.' },
  envoy_match: { parameter: 'string', doc: 'String matcher: returns true when the string matches.' },
}

/** The words of the language. */
export const keywords: readonly string[] = [
  'and',
  'break',
  'do',
  'else',
  'elseif',
  'end',
  'false',
  'for',
  'function',
  'goto',
  'if',
  'in',
  'local',
  'nil',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'true',
  'until',
  'while',
]
