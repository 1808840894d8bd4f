import { nearest } from '../base/suggest.ts'
import { parseKey, unquoteName } from '../catalog/object-key.ts'
import { type ConfigProblem, invalidConfig } from '../config/config.ts'
import type { Answers } from '../diff/difference.ts'
import type { RenameQuestion } from '../diff/renames/questions.ts'
import type { Schema } from '../diff/schema.ts'

/** A name's parts, each as it is or quoted. */
const PARTS = /"(?:[^"]|"")*"|[^".]+/g

/** The two sides of an answer; an equals sign within quotes is none. */
const SIDES = /^((?:"(?:[^"]|"")*"|[^"=])+)=((?:"(?:[^"]|"")*"|[^"=])+)$/

/** What the names in answers are looked for in. */
export interface RenameScope {
  readonly from: Schema
  readonly to: Schema
  /** Names without one are of this schema. */
  readonly schema: string
}

/**
 * What `--rename users.old=users.new` and `--rename users=people` mean, of columns and tables, with or without
 * their schema.
 * @throws {GateError} CONFIG_INVALID for names that the schemas lack
 */
export function readRenames(
  texts: readonly string[],
  { from, to, schema }: RenameScope,
): Answers['renames'] {
  const problems: ConfigProblem[] = []
  const renames = new Map<string, string>()
  for (const text of texts) {
    const [, old = '', renamed = ''] = SIDES.exec(text) ?? []
    const before = find(from, old, schema)
    const after = before && find(to, renamed, schema, parseKey(before)?.kind)
    if (before !== undefined && after !== undefined) renames.set(before, after)
    else problems.push(problem(text, before === undefined ? [old, from] : [renamed, to]))
  }
  if (problems.length > 0) throw invalidConfig(problems)
  return renames
}

function problem(text: string, [name, side]: readonly [string, Schema]): ConfigProblem {
  const known = [...side.objects.keys()].filter(isRenamable).map((key) => parseKey(key)?.name ?? '')
  const near = nearest(name, known) ?? nearest(`public.${name}`, known)
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  const found =
    name === ''
      ? 'write the old name, =, and the new one: users.old=users.new'
      : `there is no table or column ${name}${hint}`
  return { variable: '--rename', message: `found ${JSON.stringify(text)}: ${found}` }
}

function isRenamable(key: string): boolean {
  return key.startsWith('table ') || key.startsWith('column ')
}

/** The key of the table or column that a name means. */
function find(
  { objects }: Schema,
  name: string,
  schema: string,
  kind?: string,
): string | undefined {
  const parts = partsOf(name)
  const meanings = [parts, [schema, ...parts]].map((one) => JSON.stringify(one))
  return [...objects.keys()].find(
    (key) =>
      isRenamable(key) &&
      (kind === undefined || key.startsWith(`${kind} `)) &&
      meanings.includes(JSON.stringify(partsOf(parseKey(key)?.name ?? ''))),
  )
}

function partsOf(name: string): readonly string[] {
  return (name.trim().match(PARTS) ?? []).map(unquoteName)
}

/** The option that answers a question with yes; a shell reads it as it stands. */
export function renameOption({ from, to }: RenameQuestion): string {
  const answer = `${from}=${to}`
  return `--rename ${/^[\w.=]+$/.test(answer) ? answer : `'${answer.replaceAll("'", "'\\''")}'`}`
}

/** The answers of the other direction. */
export function inverted(renames: Answers['renames']): Answers['renames'] {
  return new Map([...renames].map(([from, to]) => [to, from]))
}
