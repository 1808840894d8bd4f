import type { KindWriter } from '../kind-writer.ts'
import { textOf } from '../objects.ts'

/** Indexes that are no constraint's; of a partitioned table they are made on every partition. */
export const indexWriter: KindWriter = {
  create: ({ key, definition }) => [
    { key, sql: (textOf(definition, 'definition') ?? '').replace(' ON ONLY ', ' ON ') },
  ],
  drop: ({ key, name }) => [{ key, sql: `DROP INDEX ${name}` }],
  alter: () => 'rebuild',
}

/** Extended statistics. */
export const statisticsWriter: KindWriter = {
  create: ({ key, definition }) => [{ key, sql: textOf(definition, 'definition') ?? '' }],
  drop: ({ key, name }) => [{ key, sql: `DROP STATISTICS ${name}` }],
  alter: () => 'rebuild',
}

/** What identifies a row to a subscriber, where it is not the primary key. */
export const replicaIdentityWriter: KindWriter = {
  create: ({ name, definition }) => replicaIdentity(name, textOf(definition, 'replicaIdentity')),
  drop: ({ name }) => replicaIdentity(name, undefined),
  alter: (_before, { name, definition }) =>
    replicaIdentity(name, textOf(definition, 'replicaIdentity')),
}

function replicaIdentity(table: string, identity: string | undefined) {
  const what =
    identity === undefined
      ? 'DEFAULT'
      : ['full', 'nothing'].includes(identity)
        ? identity.toUpperCase()
        : `USING INDEX ${identity}`
  return [{ key: `table ${table}`, sql: `ALTER TABLE ${table} REPLICA IDENTITY ${what}` }]
}
