import { readFileSync } from 'node:fs'
import {
  type AlembicHistory,
  parseAlembicHistory,
} from '../../../../../src/formats/alembic/import/history.ts'
import {
  type ImportedRevision,
  importedRevisions,
} from '../../../../../src/formats/alembic/import/imported-revisions.ts'
import { type AlembicStep, parseAlembicSql } from '../../../../../src/formats/alembic/import/sql.ts'
import type { ImportSource } from '../../../../../src/formats/import-invalid.ts'

/** A file that the real Alembic wrote, without its folder. */
export function recorded(name: string): ImportSource {
  const text = readFileSync(
    new URL(`../../../../fixtures/alembic/${name}`, import.meta.url),
    'utf8',
  )
  return { name, text }
}

/** The steps of a text, or of a recorded file. */
export function steps(source: ImportSource | string): Promise<readonly AlembicStep[]> {
  const given = typeof source === 'string' ? { name: 'up.sql', text: source } : source
  return parseAlembicSql(given, 'alembic_version')
}

/** Everything recorded of a project, put together; the history, too, unless it is left out. */
export async function recordedProject(
  project: string,
  { history = true } = {},
): Promise<readonly ImportedRevision[]> {
  const both = await Promise.all(
    ['upgrade', 'downgrade'].map((direction) => steps(recorded(`${project}/${direction}.sql`))),
  )
  return importedRevisions(both.flat(), history ? historyOf(project) : undefined)
}

function historyOf(project: string): AlembicHistory {
  return parseAlembicHistory(recorded(`${project}/history.txt`))
}

/** The SQL of an upgrade from nothing to one revision, as Alembic frames it. */
export function upgradeOf(id: string, sql: string): string {
  return `BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL
);

-- Running upgrade  -> ${id}

${sql}

INSERT INTO alembic_version (version_num) VALUES ('${id}') RETURNING alembic_version.version_num;

COMMIT;

`
}
