import type { Session } from '../../../src/postgres/session/session.ts'
import type { Revision, SqlBody } from '../../../src/revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../../../src/revisions/graph/graph.ts'
import type { Links } from './random-graph.ts'

/**
 * Tables that let the database itself say in which order revisions came: one is applied once, after
 * all that it comes from, and downgraded before any of that.
 */
export const ORDER_TABLES = `
  create table applied_revisions (id text primary key);
  create table applied_parents (
    id text not null references applied_revisions,
    parent text not null references applied_revisions
  )`

/** A graph whose revisions put themselves into {@link ORDER_TABLES}, and take themselves out. */
export function recordingGraph(links: readonly Links[]): RevisionGraph {
  const { graph, faults } = linkRevisions(links.map(recordingRevision))
  if (graph === undefined) throw new Error(`not a graph: ${JSON.stringify(faults)}`)
  return graph
}

/** Sets the tables to these revisions, as if they had been applied. */
export async function makeTrue(
  session: Session,
  links: readonly Links[],
  applied: readonly string[],
): Promise<void> {
  const there = links.filter(({ id }) => applied.includes(id))
  await session.query(
    ['truncate applied_revisions, applied_parents;', ...there.map(insertionOf)].join(' '),
  )
}

function recordingRevision(links: Links): Revision {
  const { id } = links
  return {
    ...links,
    message: `message of ${id}`,
    file: `migrations/${id}.sql`,
    transaction: 'auto',
    checksum: id,
    upgrade: sql(insertionOf(links)),
    downgrade: sql(`
      delete from applied_parents where id = '${id}';
      do $$ begin
        delete from applied_revisions where id = '${id}';
        if not found then raise 'revision ${id} is not there to be downgraded'; end if;
      end $$;`),
  }
}

function insertionOf({ id, revises, dependsOn }: Links): string {
  const parents = [...revises, ...dependsOn].map((parent) => `('${id}', '${parent}')`)
  const insertion = `insert into applied_revisions values ('${id}');`
  return parents.length === 0
    ? insertion
    : `${insertion} insert into applied_parents values ${parents.join(', ')};`
}

function sql(text: string): SqlBody {
  return { kind: 'sql', text, line: 1 }
}
