import { catalogSql, DEFINITION } from '../catalog/catalog.ts'
import { queryWithFixedSettings } from '../catalog/fixed-settings.ts'
import { BROKEN_KEY } from '../catalog/indexes.sql.ts'
import { type CatalogObjects, parseDefinition } from '../catalog/object-key.ts'
import type { CatalogScope } from '../catalog/scope.ts'
import type { Session } from '../postgres/session/session.ts'
import { needsSql } from './needs.sql.ts'
import type { Schema } from './schema.ts'
import { structuralNeeds } from './structural-needs.ts'

/**
 * Reads the objects that {@link readCatalog} reads, every partition by itself, with what each needs as pg_depend
 * says it, in one round trip and one snapshot. A sequence does not need the column that owns it, since the
 * column's default needs the sequence. The session's settings and transaction are as before afterwards.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readSchema(session: Session, scope: CatalogScope): Promise<Schema> {
  const whole = { ...scope, everyPartition: true }
  const { rows } = await queryWithFixedSettings<SchemaRow>(
    session,
    `select * from (
       select key, ${DEFINITION} as definition, null as needs from (${catalogSql(whole)}) as catalog
       union all
       select key, null, needs::text from (${needsSql(whole)}) as need (key, needs)) as row
      order by key collate "C"`,
  )
  const objects: CatalogObjects = new Map(
    rows.flatMap(({ key, definition }) =>
      definition === null || key.startsWith(BROKEN_KEY) ? [] : [[key, parseDefinition(definition)]],
    ),
  )
  const read = rows.flatMap(({ key, needs }) =>
    needs === null ? [] : [[key, JSON.parse(needs) as readonly string[]] as const],
  )
  return { objects, needs: needsOf(objects, new Map(read)) }
}

interface SchemaRow {
  readonly key: string
  readonly definition: string | null
  readonly needs: string | null
}

/** Those among the objects alone, together with what a key or a definition says by itself. */
function needsOf(
  objects: CatalogObjects,
  read: ReadonlyMap<string, readonly string[]>,
): Schema['needs'] {
  const needs = new Map<string, ReadonlySet<string>>()
  for (const [key, definition] of objects) {
    const all = [...(read.get(key) ?? []), ...structuralNeeds(key, definition, objects)]
    const own = new Set(all.filter((one) => one !== key && objects.has(one)))
    if (own.size > 0) needs.set(key, own)
  }
  return needs
}
