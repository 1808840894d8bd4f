import type { Node } from 'libpg-query'
import { alterationEffect } from './alter-table.ts'
import type { EffectContext } from './deploy.ts'
import type { Effect } from './effect.ts'
import {
  alterationsIn,
  everyNode,
  keyOf,
  listedRelation,
  type RelationName,
  relationOf,
  shown,
  shownTable,
} from './tree.ts'

/**
 * What a statement locks and does, as measured on 15, 17 and 18: for each table that it names. What
 * only the tree of a function or the rows decide is not here.
 * @see docs/lint.md
 */
export function effectsOf(node: Node, context: EffectContext): readonly Effect[] {
  const { schema } = context
  if ('AlterTableStmt' in node) {
    return alterationsIn(node, schema).flatMap((one) => alterationEffect(one, context))
  }
  if ('IndexStmt' in node) return indexEffect(node.IndexStmt, context)
  if ('ReindexStmt' in node) return reindexEffect(node.ReindexStmt, context)
  if ('CreateStmt' in node) return createEffects(node, context)
  if ('CreateTrigStmt' in node) {
    const table = relationOf(node.CreateTrigStmt.relation, schema)
    return table ? [{ table, lock: 'share row exclusive', what: 'CREATE TRIGGER' }] : []
  }
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
    return (node.DropStmt.objects ?? []).flatMap((one) =>
      dropEffect(listedRelation(one, schema), context),
    )
  }
  if ('RenameStmt' in node) {
    const table = relationOf(node.RenameStmt.relation, schema)
    return table ? [{ table, lock: 'access exclusive', what: 'RENAME' }] : []
  }
  if ('AlterObjectSchemaStmt' in node) {
    const table = relationOf(node.AlterObjectSchemaStmt.relation, schema)
    return table ? [{ table, lock: 'access exclusive', what: 'SET SCHEMA' }] : []
  }
  if ('TruncateStmt' in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((one) => {
      const table = 'RangeVar' in one ? relationOf(one.RangeVar, schema) : undefined
      return table ? [{ table, lock: 'access exclusive' as const, what: 'TRUNCATE' }] : []
    })
  }
  return maintenanceEffects(node, context)
}

type Of<Name extends string> = Extract<Node, Record<Name, unknown>>[Name]

function indexEffect(
  index: Of<'IndexStmt'>,
  { schema, text, facts }: EffectContext,
): readonly Effect[] {
  const table = relationOf(index.relation, schema)
  if (table === undefined) return []
  if (index.concurrent === true) {
    return [{ table, lock: 'share update exclusive', what: 'CREATE INDEX CONCURRENTLY' }]
  }
  const isPartitioned = facts?.tables.get(keyOf(table))?.kind === 'p'
  const safe = isPartitioned
    ? `-- PostgreSQL builds none CONCURRENTLY on a partitioned table: one for each partition, then attached\n${text.replace(/\bon\s+(?:only\s+)?/i, 'ON ONLY ')};\nCREATE INDEX CONCURRENTLY … ON …;\nALTER INDEX … ATTACH PARTITION …;`
    : `${text.replace(/\bindex\b/i, '$& CONCURRENTLY')};`
  return [{ table, lock: 'share', work: 'builds', what: 'CREATE INDEX', safe }]
}

function reindexEffect(
  { kind, relation, params }: Of<'ReindexStmt'>,
  { schema, facts, text }: EffectContext,
): readonly Effect[] {
  const named = relationOf(relation, schema)
  const isOnline = JSON.stringify(params ?? []).includes('"concurrently"')
  if (named === undefined || isOnline) return []
  const holder = [...(facts?.tables ?? [])].find(([, { indexes }]) => indexes.includes(named.name))
  const [within = '', name = ''] = holder?.[0].split('.') ?? []
  const isIndex = kind === 'REINDEX_OBJECT_INDEX' && name !== ''
  const table = isIndex ? { schema: within, name } : named
  const safe = `${text.replace(/\breindex\s+(?:\([^)]*\)\s*)?(?:index|table)\b/i, '$& CONCURRENTLY')};`
  return [{ table, lock: 'share', work: 'builds', what: 'REINDEX', safe }]
}

/** A new table locks those that it refers to, and the one that it is a partition of. */
function createEffects(
  node: Extract<Node, { CreateStmt: unknown }>,
  { schema }: EffectContext,
): readonly Effect[] {
  const { inhRelations, partbound, relation } = node.CreateStmt
  const own = relationOf(relation, schema)
  const others = everyNode<Of<'Constraint'>>(node, 'Constraint').flatMap(({ pktable }) => {
    const other = relationOf(pktable, schema)
    return other === undefined || own?.name === other.name ? [] : [other]
  })
  const parents = (partbound === undefined ? [] : (inhRelations ?? [])).flatMap((one) =>
    'RangeVar' in one ? (relationOf(one.RangeVar, schema) ?? []) : [],
  )
  return [
    ...parents.map((table) => ({
      ...{ table, lock: 'access exclusive' as const, what: 'CREATE TABLE … PARTITION OF' },
    })),
    ...(own === undefined ? [] : others).map((table) => ({
      ...{ table, lock: 'share row exclusive' as const, other: own },
      what: `CREATE TABLE ${shownTable(own ?? table)} … REFERENCES`,
    })),
  ]
}

/** Its foreign keys are dropped with it, and those that lead to it, each with a lock on the other table. */
function dropEffect(table: RelationName, { facts }: EffectContext): readonly Effect[] {
  const known = facts?.tables.get(`${table.schema}.${table.name}`)
  const [key] = known?.constraints.filter(({ type }) => type === 'f') ?? []
  const other = key?.other ?? undefined
  const own = { table, lock: 'access exclusive', what: 'DROP TABLE', other } as const
  const { parent = null } = known ?? {}
  return parent === null
    ? [own]
    : [own, { table: parent, lock: 'access exclusive', what: 'DROP TABLE of a partition' }]
}

function maintenanceEffects(node: Node, { schema, text }: EffectContext): readonly Effect[] {
  const lock = 'access exclusive'
  const work = 'maintains'
  if ('ClusterStmt' in node) {
    const table = relationOf(node.ClusterStmt.relation, schema)
    return table ? [{ table, lock, work, what: 'CLUSTER', safe: REPACK }] : []
  }
  if ('VacuumStmt' in node) {
    const options = JSON.stringify(node.VacuumStmt.options ?? [])
    if (!options.includes('"full"')) return []
    return (node.VacuumStmt.rels ?? []).flatMap((one) => {
      const table =
        'VacuumRelation' in one ? relationOf(one.VacuumRelation.relation, schema) : undefined
      const safe = `VACUUM ${shown(table?.name ?? '')};\n${REPACK}`
      return table ? [{ table, lock, work, what: 'VACUUM FULL', safe } as const] : []
    })
  }
  if ('RefreshMatViewStmt' in node && node.RefreshMatViewStmt.concurrent !== true) {
    const table = relationOf(node.RefreshMatViewStmt.relation, schema)
    const safe = `-- with a unique index over all rows of it:\n${text.replace(/\bview\b/i, '$& CONCURRENTLY')};`
    return table ? [{ table, lock, work, what: 'REFRESH MATERIALIZED VIEW', safe }] : []
  }
  if ('LockStmt' in node) {
    return (node.LockStmt.relations ?? []).flatMap((one) => {
      const table = 'RangeVar' in one ? relationOf(one.RangeVar, schema) : undefined
      const safe = '-- leave it out: each statement takes the lock that it needs'
      return table && (node.LockStmt.mode ?? 8) >= SHARE
        ? [{ table, lock, work, what: 'LOCK TABLE', safe } as const]
        : []
    })
  }
  return []
}

/** `ShareLock` of PostgreSQL's lock modes: from here on writers wait. */
const SHARE = 5

const REPACK =
  '-- a tool that copies the table while it is used does the rest: pg_repack, pg_squeeze'
