/** One revision of a set, before a tool's own format: a table and an index. */
export interface BenchRevision {
  /** From 1. */
  readonly number: number
  /** `create_bench_00001`: for file names. */
  readonly name: string
  /** Each without its semicolon. */
  readonly up: readonly string[]
  readonly down: readonly string[]
}

/** As many revisions, in order, each with a table and an index of its own. */
export function tableRevisions(count: number): readonly BenchRevision[] {
  return Array.from({ length: count }, (_, index) => {
    const table = `bench_${digits(index + 1)}`
    return {
      number: index + 1,
      name: `create_${table}`,
      up: [
        `create table ${table} (\n  id bigint primary key,\n  name text not null,\n  created_at timestamptz not null default now()\n)`,
        `create index ${table}_name on ${table} (name)`,
      ],
      down: [`drop table ${table}`],
    }
  })
}

/** A number as file names have it, so that their order is that of the numbers: `00042`. */
export function digits(number: number): string {
  return String(number).padStart(5, '0')
}

/** Statements as a script. */
export function scriptOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join('')
}
