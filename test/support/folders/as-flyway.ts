import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withClient } from '../database/query.ts'

/** As Flyway's own source has it. */
export const FLYWAY_TABLE = `CREATE TABLE "public"."flyway_schema_history" (
    "installed_rank" INT NOT NULL,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL
);
ALTER TABLE "public"."flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
CREATE INDEX "flyway_schema_history_s_idx" ON "public"."flyway_schema_history" ("success");`

/** Of "public"."flyway_schema_history", by Java's hash of it. */
export const FLYWAY_KEY = '77433833903597'

/** A row as Flyway writes it; what is left out is as of a file in SQL. */
export interface FlywayRow {
  readonly version?: string
  readonly description: string
  readonly type?: string
  readonly script?: string
  readonly checksum?: number
  readonly success?: boolean
}

/** The INSERT of rows, the next rank each; of a marker of schemas rank 0. */
export function flywayRowSql(row: FlywayRow): string {
  const { version, description, type = 'SQL', script = description, checksum, success = true } = row
  const rank =
    type === 'SCHEMA'
      ? '0'
      : '(select coalesce(max(installed_rank), 0) + 1 from flyway_schema_history)'
  const values = [rank, text(version), text(description), text(type), text(script)]
  return `INSERT INTO "public"."flyway_schema_history" (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
    VALUES (${values.join(', ')}, ${checksum ?? 'NULL'}, current_user, 7, ${success})`
}

function text(value: string | undefined): string {
  return value === undefined ? 'NULL' : `'${value}'`
}

/**
 * Does what Flyway does for files of a folder: its table, and for each, under its lock, the file and its
 * row in one transaction; the lock on a second connection, in a transaction of its own.
 */
export async function runAsFlyway(
  url: string,
  folder: string,
  scripts: readonly string[],
): Promise<void> {
  await withClient(url, (lock) =>
    withClient(url, async (client) => {
      const { rows } = await client.query("select to_regclass('flyway_schema_history') as made")
      if (rows[0]?.made === null) await client.query(FLYWAY_TABLE)
      for (const script of scripts) {
        const sql = await readFile(join(folder, script), 'utf8')
        const [, version, words = ''] = /^[VR](.*?)__(.*)\.sql$/.exec(script) ?? []
        await lock.query('begin')
        const { rows: taken } = await lock.query(
          `select pg_try_advisory_xact_lock(${FLYWAY_KEY}) as taken`,
        )
        if (taken[0]?.taken !== true) throw new Error('the lock of Flyway is taken')
        await client.query('begin')
        await client.query(sql)
        await client.query(
          flywayRowSql({
            ...(version !== '' && version !== undefined && { version }),
            description: words.replaceAll('_', ' '),
            script,
            checksum: flywayChecksum(sql),
          }),
        )
        await client.query('commit')
        await lock.query('commit')
      }
    }),
  )
}

/** CRC-32 bit by bit, over the lines' bytes; as Java's int. */
export function flywayChecksum(sql: string): number {
  let crc = 0xffffffff
  for (const line of sql.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    for (const byte of Buffer.from(line, 'utf8')) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    }
  }
  return (crc ^ 0xffffffff) | 0
}
