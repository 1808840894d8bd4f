import type { RevisionToRender } from './render-file.ts'

/** What is said of a new module besides what it does. */
export type ModuleToRender = Omit<RevisionToRender, 'upgrade' | 'downgrade'>

/**
 * The text of a new TypeScript revision, its functions empty: plain declarations that Node.js runs
 * by stripping types, with a type of its own for `db`, so that it needs no import.
 * @see docs/revision-files.md
 */
export function renderModuleRevision(revision: ModuleToRender): string {
  const { id, revises, message, created, branchLabels = [], dependsOn = [] } = revision
  const declared = [
    constant('revision', id),
    constant('revises', revises.length > 1 ? revises : (revises[0] ?? null)),
    ...(created === undefined ? [] : [constant('created', created)]),
    constant('message', message.replaceAll(/\s+/g, ' ').trim()),
    ...(branchLabels.length === 0 ? [] : [constant('branchLabels', branchLabels)]),
    ...(dependsOn.length === 0 ? [] : [constant('dependsOn', dependsOn)]),
  ]
  return `${declared.join('\n')}\n\n${BODY}`
}

/** JSON is JavaScript too; single quotes where that needs no escaping. */
function constant(name: string, value: string | readonly string[] | null): string {
  const literal = JSON.stringify(value)
  const plain = typeof value === 'string' && !/['\\]/.test(literal) && literal === `"${value}"`
  return `export const ${name} = ${plain ? `'${value}'` : literal}`
}

const BODY = `interface Db {
  query(text: string, values?: readonly unknown[]): Promise<{ rows: readonly unknown[] }>
}

/** Runs in one transaction: \`await db.query('update … where id = $1', [id])\`. */
export async function upgrade(_db: Db): Promise<void> {}

/** Takes the upgrade back. Without this export the revision is irreversible. */
export async function downgrade(_db: Db): Promise<void> {}
`
