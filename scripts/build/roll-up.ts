/** Many files of declarations -> one that imports nothing. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from '@typescript/old'

/** A file of declarations: what it declares, and where its other names come from. */
interface Declarations {
  readonly source: ts.SourceFile
  /** By name; a function has one for each of its overloads. */
  readonly own: ReadonlyMap<string, readonly ts.Statement[]>
  /** By local name. */
  readonly imported: ReadonlyMap<string, { readonly from: string; readonly name: string }>
  /** Files all of whose exports are exported. */
  readonly all: readonly string[]
}

/**
 * What the file at `entry` exports, with all that these declarations name, as one text.
 * @param written texts for declarations by their names, in place of what the compiler makes of them
 * @throws where two declarations have one name, or one comes from a package
 */
export function rolledUp(entry: string, written: ReadonlyMap<string, string>): string {
  const files = new Map<string, Declarations>()
  const at = (path: string) => {
    const known = files.get(path) ?? read(path)
    files.set(path, known)
    return known
  }
  const texts = new Map<string, string>()
  const homes = new Map<string, string>()
  const exported = exportsOf(entry, at)
  const add = (path: string, name: string): void => {
    const home = homeOf({ path, name }, at)
    if (home === undefined) return
    const before = homes.get(home.name)
    if (before === home.path) return
    if (before !== undefined) throw new Error(`${home.name} is in ${before} and in ${home.path}`)
    homes.set(home.name, home.path)
    const { own, source } = at(home.path)
    const text = written.get(home.name)
    const statements = text === undefined ? (own.get(home.name) ?? []) : []
    texts.set(home.name, text ?? statements.map((one) => textOf(one, source)).join('\n'))
    for (const used of statements.flatMap(namesIn)) add(home.path, used)
  }
  for (const name of exported) add(entry, name)
  const lines = [...texts].map(([name, text]) => (exported.has(name) ? asExported(text) : text))
  return `${[...lines, 'export {}'].join('\n\n')}\n`
}

function read(path: string): Declarations {
  const text = readFileSync(path, 'utf8')
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const own = new Map<string, ts.Statement[]>()
  const imported = new Map<string, { from: string; name: string }>()
  const all: string[] = []
  for (const statement of source.statements) {
    const from = fileNamed(statement, path)
    if (ts.isExportDeclaration(statement) && statement.exportClause === undefined) {
      if (from !== undefined) all.push(from)
      continue
    }
    for (const one of bindingsOf(statement)) {
      imported.set(one.name.text, { from: from ?? '', name: (one.propertyName ?? one.name).text })
    }
    for (const name of declaredBy(statement)) {
      own.set(name, [...(own.get(name) ?? []), statement])
    }
  }
  return { source, own, imported, all }
}

/** `./errors/error.ts` as seen from `index.d.ts`; undefined for a package. */
function fileNamed(statement: ts.Statement, path: string): string | undefined {
  const isFrom = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
  const specifier = isFrom ? statement.moduleSpecifier : undefined
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined
  const { text } = specifier
  return text.startsWith('.') ? join(dirname(path), text.replace(/\.ts$/, '.d.ts')) : undefined
}

function bindingsOf(statement: ts.Statement) {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause: clause } = statement
    return clause !== undefined && ts.isNamedExports(clause) ? namedBy(clause) : []
  }
  const bindings = ts.isImportDeclaration(statement) && statement.importClause?.namedBindings
  return bindings && ts.isNamedImports(bindings) ? namedBy(bindings) : []
}

function namedBy(list: ts.NamedExports | ts.NamedImports) {
  return list.elements.flatMap(({ name, propertyName }) =>
    ts.isIdentifier(name) && (propertyName === undefined || ts.isIdentifier(propertyName))
      ? [{ name, propertyName }]
      : [],
  )
}

function declaredBy(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  const isNamed =
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement)
  return isNamed && statement.name !== undefined ? [statement.name.text] : []
}

type At = (path: string) => Declarations

function exportsOf(path: string, at: At): ReadonlySet<string> {
  const { source, own, all } = at(path)
  const names = source.statements.flatMap((statement) =>
    ts.isExportDeclaration(statement) ? bindingsOf(statement).map(({ name }) => name.text) : [],
  )
  const declared = [...own].flatMap(([name, some]) => (some.some(isExported) ? [name] : []))
  return new Set([...names, ...declared, ...all.flatMap((one) => [...exportsOf(one, at)])])
}

interface Place {
  readonly path: string
  readonly name: string
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
}

/** Where a name is declared; undefined where it is the language's own, or a type parameter. */
function homeOf({ path, name }: Place, at: At): Place | undefined {
  const { own, imported, all } = at(path)
  if (own.has(name)) return { path, name }
  const found = imported.get(name)
  if (found?.from === '') throw new Error(`${path} takes ${name} from a package`)
  if (found !== undefined) return homeOf({ path: found.from, name: found.name }, at)
  return all.map((one) => homeOf({ path: one, name }, at)).find((home) => home !== undefined)
}

/** The names that a declaration may mean others by. */
function namesIn(statement: ts.Statement): readonly string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportTypeNode(node)) throw new Error(`an import within ${statement.getText()}`)
    if (ts.isIdentifier(node)) names.push(node.text)
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(statement, visit)
  return names
}

/** With its docstring, and without `export`. */
function textOf(statement: ts.Statement, source: ts.SourceFile): string {
  const docs = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc)
  const from = docs.at(-1)?.getStart(source) ?? statement.getStart(source)
  const text = source.text.slice(from, statement.getEnd())
  return text.replace(/^((?:\/\*\*[\s\S]*?\*\/\s*)?)export /, '$1')
}

function asExported(text: string): string {
  return text.replaceAll(
    /^((?:abstract |declare )*(?:interface|type|class|function|const) )/gm,
    'export $1',
  )
}
