import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { Batch, Statement } from '../revisions/file/revision.ts'
import { withBatch } from '../revisions/sql/batches.ts'
import { WALK, WORK } from '../steps/migrate/batches/batch-sql.ts'
import { keysSql } from '../steps/migrate/batches/key.ts'
import { doBlock, raise, textArray, when } from './block.ts'
import type { OfflineConfig } from './session.ts'

/**
 * The batches of one statement as a block that commits each of them, and so stands outside of a
 * transaction. Key, types and operators are looked up where it runs, as a connected gate looks them up.
 */
export function batchBlock(config: OfflineConfig, statement: Statement, batch: Batch): string {
  const { table, by, rows, pauseMs } = batch
  const name = by === undefined ? 'the primary key' : `a unique index on (${by.join(', ')})`
  const noKey = raise(
    quoteLiteral(`pgate: batches of ${table} go by ${name}, over NOT NULL columns; there is none`),
    quoteLiteral('Make it; the batches of this statement have not begun.'),
  )
  const pause = (config.batchPauseMs ?? pauseMs) / 1_000
  return doBlock(
    [
      findKey(table, by),
      ...when('relation is null or operators operator(pg_catalog.<>) 1', [noKey]),
      `execute pg_catalog.format('select %s from %s k order by %s limit 1', texts, relation, down) into until_key;`,
      'while last_key is distinct from until_key loop',
      ...oneBatch(config.batchRows ?? rows, statement).map((line) => `  ${line}`),
      '  commit;',
      `  perform pg_catalog.pg_sleep(case when failed then 1 else ${pause} end);`,
      'end loop;',
    ],
    DECLARED,
  )
}

const DECLARED = [
  ...['relation', 'names', 'texts', 'arrays', 'up', 'down', 'above', 'within', 'given'].map(
    (name) => `${name} pg_catalog.text;`,
  ),
  'types pg_catalog.text[]; listed pg_catalog.text; keys pg_catalog.text[];',
  'operators integer; count integer; tries integer := 0; failed boolean;',
  'last_key pg_catalog.text[]; until_key pg_catalog.text[]; up_to pg_catalog.text[];',
]

/** `$1` is the last key, `$2` the one that a batch goes up to. */
function findKey(table: string, by: readonly string[] | undefined): string {
  const wanted =
    by === undefined
      ? `(key->>'isPrimary')::boolean`
      : `array(select e.c->>'name' from pg_catalog.json_array_elements(key->'columns') e (c)) operator(pg_catalog.=) ${textArray(by)}`
  const list = (form: string, ...of: readonly string[]) =>
    `pg_catalog.string_agg(pg_catalog.format('${form}', ${of.map((one) => (one === 'n' ? 'n' : `c->>'${one}'`)).join(', ')}), ', ' order by n)`
  const side = `pg_catalog.string_agg(pg_catalog.concat(pg_catalog.format('k.%I', c->>'name'), ' collate ' || (c->>'collation')), ', ' order by n)`
  const ordered = (by: string) =>
    `pg_catalog.string_agg(pg_catalog.concat(pg_catalog.format('k.%I', c->>'name'), ' collate ' || (c->>'collation'), ' using ', c->>'${by}'), ', ' order by n)`
  const compared = (by: string, parameter: number) =>
    `pg_catalog.concat('(', ${side}, ') ', pg_catalog.min(c->>'${by}'), ' (', ${list(`($${parameter})[%s]::%s`, 'n', 'type')}, ')')`
  return `select found.relation, ${list('k.%I', 'name')}, pg_catalog.concat('array[', ${list('k.%I::pg_catalog.text', 'name')}, ']'),
      pg_catalog.concat('array[', ${list('pg_catalog.array_agg(k.%I)::pg_catalog.text', 'name')}, ']'), ${ordered('less')}, ${ordered('greater')},
      ${compared('greater', 1)}, ${compared('atMost', 2)}, pg_catalog.count(distinct c->>'greater'), pg_catalog.array_agg(c->>'type' order by n),
      pg_catalog.string_agg(pg_catalog.concat(pg_catalog.format('k.%I', c->>'name'), pg_catalog.format(' collate ' || (c->>'ownCollation') || ' as %I', c->>'name')), ', ' order by n), ${list('%I', 'name')}
    into relation, names, texts, arrays, up, down, above, within, operators, types, listed, given
    from (${keysSql(quoteLiteral(table))}) found,
      pg_catalog.json_array_elements(found.keys) key, pg_catalog.json_array_elements(key->'columns') with ordinality as x (c, n)
   where key->>'unfit' is null and ${wanted} group by found.relation;`
}

/** As a connected gate runs it; a lock is waited for as long as sixty tries take. */
function oneBatch(rows: number, statement: Statement): readonly string[] {
  const range = `case when last_key is null then within else above || ' and ' || within end`
  const source = `pg_catalog.format('from %s k where %s order by %s', relation, ${range}, up)`
  const { text } = withBatch(statement, MARK)
  const [before = '', after = ''] = text.split(MARK)
  const array = `pg_catalog.format('pg_catalog.unnest(%L::%s[])', keys[i], types[i])`
  const batch = `pg_catalog.format('select %s from rows from (%s) as k (%s)', listed,
        (select pg_catalog.string_agg(${array}, ', ' order by i) from pg_catalog.generate_subscripts(keys, 1) i), given)`
  return [
    'begin',
    ...WALK.map((sql) => `  ${sql};`),
    `  execute pg_catalog.format('select %s from (select %s %s limit ${rows}) k order by %s limit 1', texts, names, ${source}, down) into up_to using last_key, until_key;`,
    '  up_to := coalesce(up_to, until_key);',
    `  execute pg_catalog.format('select pg_catalog.count(*), %s from (select %s %s for no key update of k) k', arrays, names, ${source}) into count, keys using last_key, up_to;`,
    ...WORK.map((sql) => `  ${sql};`),
    `  if count operator(pg_catalog.>) 0 then execute ${quoteLiteral(before)} || ${batch} || ${quoteLiteral(after)}; end if;`,
    '  last_key := up_to; failed := false; tries := 0;',
    'exception when lock_not_available or deadlock_detected or serialization_failure then',
    '  failed := true; tries := tries operator(pg_catalog.+) 1;',
    '  if tries operator(pg_catalog.>) 60 then raise; end if;',
    'end;',
  ]
}

const MARK = '\u0001'
