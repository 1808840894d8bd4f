import { readFileSync } from 'node:fs'
import { findPackageJSON, stripTypeScriptTypes } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withoutWarning } from '../../helpers/helper-side.ts'
import { compile } from './compiler.ts'
import { definesFields, type TsConfig } from './tsconfig.ts'

/** A file as Node.js is to run it. */
export interface JavaScript {
  readonly format: 'module' | 'commonjs'
  readonly source: string
}

interface Given {
  readonly file: string
  readonly text: string
  readonly config: Pick<TsConfig, 'options'>
}

/**
 * What Node.js is to run for a TypeScript file. Where it is enough, the types are replaced by spaces,
 * which is fast and leaves every line and column where it was; else TypeScript compiles it, with a
 * source map.
 * @throws {SyntaxError} whose stack begins with file, line and column
 */
export function javaScriptOf(given: Given): JavaScript {
  const { file, text, config } = given
  const plain = extname(file) === '.tsx' ? undefined : withoutTypes(text)
  const code = plain === undefined ? undefined : withoutTexts(plain)
  const isCommonJsFile = !isModuleFile(file)
  if (plain !== undefined && code !== undefined && runsAsItStands(code, config)) {
    if (!isCommonJsFile || (HAS_SYNTAX.test(code) && !wantsCommonJs(code, file))) {
      return { format: 'module', source: plain }
    }
    if (!HAS_SYNTAX.test(code)) return { format: 'commonjs', source: plain }
  }
  const compiled = compile({ file, text, options: config.options, asCommonJs: isCommonJsFile })
  if (compiled.kind === 'fault') throw syntaxError(compiled, file)
  if (compiled.isCommonJs) return { format: 'commonjs', source: compiled.code }
  return { format: 'module', source: isCommonJsFile ? COMMON_NAMES + compiled.code : compiled.code }
}

/** The names that a CommonJS file may use. On the first line, so that all others stay where they are. */
const COMMON_NAMES =
  "import { createRequire as createRequire__ } from 'node:module';const require = createRequire__(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;"

function withoutTypes(text: string): string | undefined {
  try {
    return withoutWarning(() => stripTypeScriptTypes(text))
  } catch {
    return undefined
  }
}

/** Texts, comments and patterns; what is in a template counts as text, its expressions too. */
const TEXTS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`|(?<=[=(,:;!&|?{}[\n]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g

/** The text with nothing left in its texts, comments and patterns that could be taken for code. */
function withoutTexts(text: string): string {
  return text.replace(TEXTS, (found) => {
    const quote = found.charAt(0)
    return quote === '/' ? ' ' : `${quote}${quote}`
  })
}

const HAS_SYNTAX = /^[ \t]*(?:import\b(?!\s*[(.])|export\b)/m
const IMPORTS = /^[ \t]*import\b(?!\s*[(.])([^"'`;]*?)\bfrom\s*["']/gm

/** Whether nothing but types has to go: no decorators or accessors, nor imports of types alone. */
function runsAsItStands(code: string, { options }: Given['config']): boolean {
  if (/@[\w$(]|\baccessor\s+[\w$#[]/.test(code)) return false
  if (/\bclass\b/.test(code) && !definesFields(options)) return false
  if (options.verbatimModuleSyntax === true) return true
  const rest = code.replaceAll(IMPORTS, '')
  return importedNames(code).every((name) => isUsed(name, rest))
}

function importedNames(code: string): readonly string[] {
  return [...code.matchAll(IMPORTS)].flatMap(([, names = '']) =>
    names
      .split(/[{},]/)
      .map(
        (one) =>
          one
            .trim()
            .split(/\s+as\s+/)
            .at(-1) ?? '',
      )
      .filter((name) => name !== ''),
  )
}

/** As a value for sure: neither as a property, nor as what may be the name of one. */
function isUsed(name: string, code: string): boolean {
  const escaped = name.replaceAll('$', String.raw`\$`)
  return new RegExp(
    String.raw`(?<![\w$.]|\.\s)${escaped}(?![\w$]|\s*:)|\.\.\.${escaped}(?![\w$])`,
  ).test(code)
}

/**
 * Whether a file with `import` and `export` that Node.js takes for CommonJS, and tsx compiles to it, could
 * distinguish that from a module: it uses names of CommonJS, takes what a package exports by default, or exports
 * again what may be a type.
 */
function wantsCommonJs(code: string, file: string): boolean {
  if (extname(file) === '.cts') return true
  if (/(?<![\w$.])(?:require|module|exports|__dirname|__filename)(?![\w$])/.test(code)) return true
  if (/\bexport\s*\{/.test(code)) return true
  return [...code.matchAll(IMPORTS)].some(([, names = '']) => /^\s*[^\s{]/.test(names))
}

/** Whether a file is a module whatever is in it. */
function isModuleFile(file: string): boolean {
  const ending = extname(file)
  if (ending === '.mts' || ending === '.cts') return ending === '.mts'
  const description = findPackageJSON(pathToFileURL(file))
  return description !== undefined && typeOf(description) === 'module'
}

function typeOf(description: string): unknown {
  try {
    return JSON.parse(readFileSync(description, 'utf8')).type
  } catch {
    return undefined
  }
}

function syntaxError(
  {
    message,
    line,
    column,
  }: { readonly message: string; readonly line: number; readonly column: number },
  file: string,
): SyntaxError {
  const error = new SyntaxError(message)
  error.stack = `SyntaxError: ${message}\n    at ${pathToFileURL(file).href}:${line}:${column}`
  return error
}
