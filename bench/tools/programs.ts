import { join } from 'node:path'
import { writeFiles } from '../harness/files.ts'
import { type BenchRevision, digits, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { packageVersion } from './versions.ts'

/** Libraries without a command of their own: each is called by the shortest program of its manual. */
const PROGRAMS = join(import.meta.dirname, '..', 'programs')

/** @see https://orm.drizzle.team/docs/migrations */
export const drizzle: Tool = {
  ...library('drizzle-orm', 'drizzle.cjs'),
  write: (folder, revisions) =>
    writeFiles(folder, [
      ['meta/_journal.json', drizzleJournal(revisions)],
      ...revisions.map(
        ({ number, name, up }) =>
          [
            `${digits(number)}_${name}.sql`,
            up.map((statement) => `${statement};`).join('\n--> statement-breakpoint\n'),
          ] as const,
      ),
    ]),
}

/** @see https://github.com/sequelize/umzug */
export const umzug: Tool = {
  ...library('umzug', 'umzug.mjs'),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.map(({ number, name, up }) => [`${digits(number)}_${name}.sql`, scriptOf(up)]),
    ),
}

/** @see https://github.com/ThomWright/postgres-migrations */
export const postgresMigrations: Tool = {
  ...library('postgres-migrations', 'postgres-migrations.mjs'),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.map(({ number, name, up }) => [`${digits(number)}_${name}.sql`, scriptOf(up)]),
    ),
}

function library(name: string, program: string): Omit<Tool, 'write'> {
  return {
    name,
    kind: 'peer',
    version: () => packageVersion(name),
    apply: ({ folder, url }) => ({
      program: process.execPath,
      args: [join(PROGRAMS, program), folder],
      env: { DATABASE_URL: url },
    }),
  }
}

function drizzleJournal(revisions: readonly BenchRevision[]): string {
  const entries = revisions.map(({ number, name }) => ({
    idx: number,
    version: '7',
    when: number,
    tag: `${digits(number)}_${name}`,
    breakpoints: true,
  }))
  return JSON.stringify({ version: '7', dialect: 'postgresql', entries })
}
