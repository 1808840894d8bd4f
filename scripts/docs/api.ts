/** The page of the library's functions and types: what the package's declarations say, in order. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from '@typescript/old'
import { ROOT } from '../build/settings.ts'
import { writeTypes } from '../build/types.ts'
import { page, wrap, writtenFrom } from './markdown.ts'

const DOORS = { pgate: 'index.d.ts', 'pgate/testing': 'testing.d.ts' } as const

/** The page; rejects where an export, or an option or member of one, has no docstring. */
export async function apiPage(): Promise<string> {
  const dist = join(ROOT, 'dist')
  mkdirSync(dist, { recursive: true })
  await writeTypes(dist)
  const known = new Set<string>()
  const sections = Object.entries(DOORS).map(([door, file]) =>
    sectionOf(door, readFileSync(join(dist, file), 'utf8'), known),
  )
  return page([
    '# API reference',
    writtenFrom('the docstrings of `src/index.ts` and `src/testing.ts`'),
    'What `pgate` and `pgate/testing` export. How to begin: [library](library.md), [testing](testing.md). What each\nsetting does: [configuration](configuration.md). Every code of a GateError: [troubleshooting](troubleshooting.md).',
    ...sections.flat(),
  ])
}

/**
 * The blocks of one door: what it exports, then the types that these name.
 * @param known names that are described already; those of this door are added
 * @throws Error that names what has no docstring
 */
export function sectionOf(door: string, text: string, known: Set<string>): readonly string[] {
  const source = ts.createSourceFile(`${door}.d.ts`, text, ts.ScriptTarget.ESNext, true)
  const byName = Map.groupBy(source.statements.filter(isNamed), ({ name }) => name?.text ?? '')
  const all = [...byName].filter(([name]) => !known.has(name))
  const again = [...byName].filter(([name, some]) => known.has(name) && some.some(isExported))
  const exported = all.filter(([, some]) => some.some(isExported))
  const missing = exported.flatMap(([, some]) => undocumentedIn(some))
  if (missing.length > 0) throw new Error(`${door}: no docstring at ${missing.join(', ')}`)
  for (const [name] of all) known.add(name)
  const rest = all.filter(([, some]) => !some.some(isExported))
  const names = again.map(([name]) => `\`${name}\``).join(' and ')
  return [
    `## ${door}`,
    ...(names === '' ? [] : [`${names} are those of \`pgate\`.`]),
    ...exported.flatMap(([name, some]) => entryOf(name, some)),
    ...(rest.length > 0 ? [`## Types that ${door} names`] : []),
    ...rest.flatMap(([name, some]) => entryOf(name, some)),
  ]
}

type Named =
  | ts.FunctionDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.ClassDeclaration

function isNamed(node: ts.Statement): node is Named {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node)
  )
}

function isExported(node: Named): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

function membersOf(node: Named): readonly (ts.TypeElement | ts.ClassElement)[] {
  if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node)) return []
  return [...node.members].filter((member) => !ts.isConstructorDeclaration(member))
}

/** Of a function's overloads one says what it does. */
function undocumentedIn(some: readonly Named[]): readonly string[] {
  const names = some.map(({ name }) => name?.text ?? '')
  const own = some.some((one) => docOf(one).text !== '') ? [] : [...new Set(names)]
  const members = some.flatMap((one) =>
    membersOf(one)
      .filter((member) => docOf(member).text === '')
      .map((member) => `${one.name?.text}.${member.name?.getText()}`),
  )
  return [...own, ...members]
}

function docOf(node: ts.Node) {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1)
  const plain = (comment: ts.JSDoc['comment']) =>
    (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\s+/g, ' ').trim()
  const tags = (doc?.tags ?? []).map((tag) => {
    const type = ts.isJSDocThrowsTag(tag) ? tag.typeExpression?.type.getText() : undefined
    return { name: tag.tagName.text, text: plain(tag.comment), type }
  })
  return { text: plain(doc?.comment), tags }
}

function entryOf(name: string, some: readonly Named[]): readonly string[] {
  const docs = some.map(docOf)
  const tags = docs.flatMap((doc) => doc.tags)
  const lists = some.flatMap(membersOf).map(memberLine)
  return [
    `### ${name}`,
    ...docs.filter(({ text }) => text !== '').map(({ text }) => wrap(text)),
    `\`\`\`ts\n${some.map(signatureOf).join('\n')}\n\`\`\``,
    ...tags
      .filter((tag) => tag.name === 'throws')
      .map(({ text, type = 'Error' }) => wrap(`Rejects with a \`${type}\`: ${text}`)),
    ...tags.filter((tag) => tag.name === 'example').map(({ text }) => `Example: \`${text}\``),
    ...(lists.length > 0 ? [lists.join('\n')] : []),
  ]
}

/** A declaration without its members, which are listed. */
function signatureOf(node: Named): string {
  const text = node.getText().replace(/^(?:export |declare )*/, '')
  const body = text.indexOf('{')
  return ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)
    ? `${text.slice(0, body).trim()} { … }`
    : withoutAbsent(text).replace(/;$/, '')
}

function memberLine(member: ts.TypeElement | ts.ClassElement): string {
  const text = withoutAbsent(
    member
      .getText()
      .replace(/^readonly /, '')
      .replace(/;$/, ''),
  )
  const doc = docOf(member).text
  return wrap(`- \`${text.replaceAll(/\s+/g, ' ')}\`${doc === '' ? '' : `: ${doc}`}`, 2)
}

/** That an optional one may be given as absent goes without saying. */
function withoutAbsent(text: string): string {
  return text.replaceAll(' | undefined', '')
}
