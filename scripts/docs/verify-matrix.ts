import { OBJECT_KINDS, parseKey } from '../../src/catalog/object-key.ts'
import type { Change } from '../../test/postgres/change.ts'
import { BY_HAND_COUNT, byHand } from '../../test/postgres/verify-by-hand.ts'
import { CHANGES } from '../../test/postgres/verify-changes.ts'
import { next, page, table, wrap, writtenFrom } from './markdown.ts'

/** What each finding does to a gate, in the words of the table. */
const VERDICTS: Readonly<Record<Change['found'], string>> = {
  missing: 'shuts: missing',
  different: 'shuts: different',
  fault: 'shuts: faulty',
  shutting: 'shuts: extra',
  warned: 'warns each time; shuts under `--strict`',
  extra: 'reported as extra; shuts under `--strict`',
  harmless: 'harmless',
}

/** docs/verify-matrix.md: what verify makes of each damage, as the tests hold it to. */
export function verifyMatrixPage(): string {
  return page([
    '# What verify sees',
    writtenFrom('test/postgres/verify-changes.ts'),
    wrap(summary()),
    wrap(
      `\`pgate verify --repair-sql\` repairs ${SHUT - BY_HAND_COUNT} of those that shut the gate, faults aside; the other ${BY_HAND_COUNT} it names with the reason that stands in their row, and leaves to a person. The tests damage, repair and verify each.`,
    ),
    wrap(
      'Each row is done by hand to a schema that holds every kind of object, on PostgreSQL 15, 17, 18 and the embedded one, against manifests made on each of them; the tests compare what verify finds with the row. All but the harmless ones also change the fingerprint by which a start without changes opens, so that none passes there. The same is done to a database restored from a dump.',
    ),
    ...sections(),
    AFTERWORD,
    next(
      '[Repairing a drift](manifest.md#repairing-a-drift): the script that puts it right',
      '[The sidecar](sidecar.md): notice drift while the API runs',
    ),
  ])
}

/** Faults have their own remedies. */
const SHUT = CHANGES.filter(({ found }) =>
  ['missing', 'different', 'shutting'].includes(found),
).length

function summary(): string {
  const of = (...found: readonly Change['found'][]) =>
    CHANGES.filter((change) => found.includes(change.found)).length
  const shut = of('missing', 'different', 'fault', 'shutting')
  return `Of ${CHANGES.length} damages, ${CHANGES.length - of('harmless')} are seen: ${shut} shut the gate, ${of('warned')} are warned of at every start, ${of('extra')} are reported as extra; ${of('harmless')} are harmless, with the reason in their row, and none is unknown.`
}

function sections(): readonly string[] {
  return OBJECT_KINDS.flatMap((kind) => {
    const changes = CHANGES.filter(({ key }) => parseKey(key)?.kind === kind)
    if (changes.length === 0) return []
    const rows = changes.map((change) => [code(change.sql), verdict(change), `\`${change.key}\``])
    return [
      `## ${kind === 'owner of' ? 'owner' : kind}`,
      table(['what is done', 'verdict', 'found as'], rows),
    ]
  })
}

function verdict(change: Change): string {
  const { found, why, bodyOnly } = change
  const hand = byHand(change)
  const reason = `${why === undefined ? '' : ` (${why})`}${hand === undefined ? '' : `; repaired by hand: ${hand}`}`
  const other = bodyOnly ? '; on another major version reported, not compared' : ''
  return `${VERDICTS[found]}${reason}${other}`
}

/** On one line; a backtick in it would end the code. */
function code(sql: string): string {
  return `\`${sql.replaceAll(/\s+/g, ' ').trim()}\``
}

const AFTERWORD = `## What is left out, and why

${wrap('[The manifest](manifest.md) says how each is written down, and how to leave out more.')}

- Comments, security labels, tablespaces and the physical order of rows: no query changes by them.
- ${wrap('What vacuum and the planner are tuned with (`autovacuum_*`, `vacuum_*`, `parallel_workers`, options of TOAST): that is done on a live database, at night, and must not shut a gate.', 2)}
- Data, the value of a sequence, and statistics.
- ${wrap('Roles, and their passwords and attributes: they are the cluster’s. Memberships and settings (`ALTER DATABASE … SET`, `ALTER ROLE … SET`) count where a revision makes them.', 2)}
- ${wrap('User mappings, and the values of options that may be secrets: a role that only reads does not see them, and no manifest may hold them.', 2)}`
