import { RULES } from '../../src/lint/rules.ts'
import { BEFORE, RULE_CASES } from '../../test/pure/lint/cases.ts'
import { next, page, table, wrap, writtenFrom } from './markdown.ts'

/** docs/lint.md: every rule, with the inputs that the tests hold it to. */
export function lintPage(): string {
  return page([
    '# Lint',
    writtenFrom('src/lint/rules.ts and test/pure/lint/cases.ts'),
    ...INTRODUCTION,
    table(
      ['rule', 'is', 'versions'],
      RULES.map(({ id, severity, versions }) => [`[\`${id}\`](#${id})`, severity, versions]),
    ),
    wrap(
      'Left out on purpose: timeouts (pgate sets `lock_timeout` and tries again), `IF NOT EXISTS` (a revision is run once, and resumed), and the style of types and names.',
    ),
    ...RULES.flatMap(ruleSection),
    '## The examples’ schema',
    sql(BEFORE),
    next(
      '[CI](ci.md): findings on the lines of a pull request',
      '[Large tables](large-tables.md): the safe way, step by step',
      '[Phases](phases.md): what the old version still uses',
    ),
  ])
}

const INTRODUCTION = [
  wrap(
    '`pgate lint` reads revisions as PostgreSQL’s own parser does and says what a reviewer would stop: what locks readers or writers out for as long as a table is large, fails where there are rows, loses data, or breaks the version of the application that still runs. Each finding has the file and line, the reason, and the safe way as SQL. One that is an error ends with 61.',
  ),
  '```sh\npgate lint                           # what is pending in the database of DATABASE_URL\npgate lint --since 567c              # all behind a revision, as one deploy: for a pull request\npgate lint --format github           # shown at the lines of a pull request; sarif for others\n```',
  [
    `- ${wrap('**What counts as a deploy.** A table that the deploy makes is used by nobody yet, and most rules are silent on it. With a connection the deploy is all that is pending; with `--since`, a range or named revisions it is these; without any of them (or with `--offline`) each revision is taken for a deploy of its own.', 2)}`,
    `- ${wrap('**The trace.** Each statement is run on a throwaway database (the embedded PostgreSQL, or `--shadow-url`), and what it did there decides: a type change that rewrites nothing is no finding, and a DO block that rewrites is one. Where it cannot run there, the last lines say so, and the rules alone speak; `--no-trace` asks for that.', 2)}`,
    `- ${wrap('**The live database.** With a connection its sizes count: work on an empty table is no finding, on one below 64 MB a warning, and a write to fewer than 10,000 rows is none. A valid CHECK proves a NOT NULL, and what is said of a table names its rows.', 2)}`,
    `- ${wrap('**Other tools’ folders** are linted as they are ([Other tools’ folders](other-tools.md)); what is code, and not SQL, is named as not linted.', 2)}`,
    `- ${wrap('**At the gate.** `PGATE_LINT` (`warn`) has a gate lint what is pending, by the rules and the live database: one line of the log for each finding. `refuse` ends with 61 before anything is touched, `off` does not look. A start with nothing to do asks nothing more.', 2)}`,
    `- ${wrap('**Phases.** In a folder with a [contract revision](revision-files.md#phases), `breaks-the-running-version` sends what it finds in the others, and the drops of tables and views, to one with `phase: contract`. In a contract revision it is silent, as is `drops-data` of what it drops. Without one nothing is other than in any folder.', 2)}`,
  ].join('\n'),
  '## To let one pass',
  wrap(
    'Right above the statement, with a reason; several rules are separated by commas. A line that names no rule, has no reason, stands above no statement or has nothing to let pass is an error: what a file says has to stay true.',
  ),
  sql(`-- pgate: allow blocks-writes-while-building because orders has 40 rows
CREATE INDEX orders_customer ON orders (customer);`),
  wrap(
    'The line is part of the section, and of its checksum. `PGATE_LINT_SKIP` leaves rules out for a whole project.',
  ),
  '## The rules',
  wrap(
    'An error ends `pgate lint` with 61; a warning does not; `info` is shown with `--strict` alone.',
  ),
]

function ruleSection({ id, why }: (typeof RULES)[number]): readonly string[] {
  const { found, peace, transaction } = RULE_CASES[id]
  const header = transaction === undefined ? '' : `-- transaction: ${transaction}\n\n`
  return [`### ${id}`, wrap(why), 'Found:', sql(`${header}${found}`), 'The safe way:', sql(peace)]
}

function sql(text: string): string {
  return `\`\`\`sql\n${text}\n\`\`\``
}
