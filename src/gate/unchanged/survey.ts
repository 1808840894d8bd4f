import type { Config, DeclaredExtension } from '../../config/config.ts'
import { tableNames } from '../../formats/formats.ts'
import { toolRowsBlock } from '../../formats/tool-rows.ts'
import type { PipelineResult, PipelineStatement } from '../../postgres/session/session.ts'
import { quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { InstalledExtension } from '../../steps/extensions/state.ts'
import { FINGERPRINT_SETTINGS, FINGERPRINT_SQL } from '../../steps/verify/fingerprint.ts'
import type { Question } from '../../steps/wait/wait.ts'
import {
  existingTables,
  standingSql,
  type TableStanding,
  tablesOf,
} from '../../store/existing-tables.ts'
import { isPlainSql } from '../../store/inspection-sql.ts'
import { elapsedSql, expandedSql, newestRowSql } from '../../store/journal-sql.ts'
import { BOTH_TABLES, type ExistingTables, type TableNames } from '../../store/tables.ts'
import type { FolderIndex } from './folder-index.ts'
import type { MigrationsFolder } from './migrations-folder.ts'

/** What a start with nothing to do needs to know of the database, read in one round trip. */
export interface Survey {
  readonly installed: readonly InstalledExtension[]
  /** Names of optional extensions that are not installed, and that the server could create. */
  readonly offered: readonly string[]
  /** Which of pgate's tables there are. */
  readonly tables: ExistingTables
  /** The server's own process id of the session, which behind a pooler is not the protocol's. */
  readonly processId: number
  /**
   * Absent where pgate's tables are not there, this role may not read them, others may write into the
   * journal, or no proof is kept.
   */
  readonly kept?: {
    /** The version rows. */
    readonly versions: readonly string[]
    /** What the newest row of the journal, a passing verify's, has kept. @see proofOf */
    readonly proof: string
    /** How long the expand part is applied; `null`: not asked, or nothing says it. */
    readonly expandedForMs: number | null
    /** Where another program migrates: the rows of its history; `null` where they cannot be read. */
    readonly history: string | null
    /** The schema's fingerprint now. */
    readonly schema: string
  }
}

/** Where the statement below leaves what it found, until its transaction ends. */
const SETTING = 'pgate.survey'

/**
 * The survey, as a question that goes along with the wait's own. Two tables may be missing, which a plain query could only
 * learn by an error in the server's log at every start; so they are asked for inside a block, which
 * also spares the fingerprint where there is no proof to hold against it.
 */
export function surveyQuestion(
  config: Config,
  folder: Pick<MigrationsFolder, 'index' | 'isAsIndexed'>,
): Question {
  const names = tableNames(config)
  const block = surveyBlock(names, config.versionTable, expandedFor(config, names, folder.index))
  return {
    statements: surveyStatements(block, config.extensions),
    meanwhile: folder.isAsIndexed,
  }
}

/** Asked only where PGATE_CONTRACT_AFTER may be over. */
function expandedFor(config: Config, names: TableNames, { waiting: [all] }: FolderIndex): string {
  if (config.contractAfterMs === undefined || config.phase !== 'expand' || all === undefined)
    return 'null'
  const last = `array[${all.left.map(quoteLiteral).join(', ')}]`
  return elapsedSql(expandedSql(names, last))
}

function surveyStatements(
  block: string,
  extensions: readonly DeclaredExtension[],
): readonly PipelineStatement[] {
  return [
    FINGERPRINT_SETTINGS,
    { text: `do ${quoteLiteral(block)}` },
    {
      text: /* SQL */ `
        select nullif(current_setting('${SETTING}', true), '') as found,
               pg_backend_pid() as "processId",
               coalesce((select json_agg(json_build_object(
                   'name', e.extname, 'version', e.extversion, 'schema', n.nspname))
                 from pg_extension e join pg_namespace n on n.oid = e.extnamespace), '[]')::text
                 as installed,
               ${offeredSql(extensions)} as offered`,
    },
  ]
}

/** Every control file of the server is read for this, so only where an optional one is missing. */
function offeredSql(extensions: readonly DeclaredExtension[]): string {
  const names = extensions.filter(({ optional }) => optional === true).map(({ name }) => name)
  if (names.length === 0) return `'[]'`
  const array = `array[${names.map(quoteLiteral).join(', ')}]::name[]`
  return `case when ${array} <@ (select array_agg(extname) from pg_extension) then '[]' else (
    select coalesce(json_agg(name), '[]')::text from pg_available_extensions()
     where name = any (${array}) and name not in (select extname from pg_extension)) end`
}

/**
 * The tables are looked at before they are read; the long look only where the short one does not do.
 * `own` is null where it did.
 */
function surveyBlock(names: TableNames, versionTable: string, expanded: string): string {
  const { versions, journal, history, isTheirs } = names
  const tables = tablesOf(names)
  const readable = tables.map(
    (table) => `has_table_privilege(to_regclass(${quoteLiteral(table)}), 'select')`,
  )
  return `
    declare
      survey_tables json;
      survey_proof json;
      survey_newest record;
      survey_versions json;
      survey_history text;
      survey_reads boolean := true;
    begin
      if not ${isPlainSql(tables, journal)} then
        select coalesce(json_agg(one), '[]'),
               count(*) filter (where one."table" = any (array[${tables.map(quoteLiteral).join(', ')}])) = ${tables.length}
                 and bool_and(cardinality(one.faults) = 0 and cardinality(one.writers) = 0)
                 and ${readable.join(' and ')}
          into survey_tables, survey_reads
          from (${standingSql(names)}) one;
      end if;
      if survey_reads then
        select newest.action, newest.checksum into survey_newest from (${newestRowSql(names)}) newest;
        if survey_newest.action = 'verify' then
          ${isTheirs ? toolRowsBlock('survey_history', versionTable) : ''}
          if ${isTheirs ? `survey_history is not null and ${isTable(versions)}` : 'true'} then
            select json_agg(id) into survey_versions from (${history.idsSql}) one;
          end if;
          survey_proof := json_build_object(
            'versions', coalesce(survey_versions, '[]'),
            'history', survey_history,
            'proof', survey_newest.checksum,
            'expandedForMs', ${expanded},
            'schema', (${FINGERPRINT_SQL}));
        end if;
      end if;
      perform set_config('${SETTING}',
        json_build_object('own', survey_tables, 'kept', survey_proof)::text, true);
    end`
}

/** A view may call whatever its owner has thought of; of tables the rows have been read before. */
function isTable(table: string): string {
  return `exists (select from pg_class where oid = to_regclass(${quoteLiteral(table)}) and relkind in ('r', 'p'))`
}

/**
 * The survey from its answers; undefined where the server refused one of the statements.
 * @throws {GateError} HISTORY_TABLE where one of pgate's tables must not be touched
 */
export function surveyOf(config: Config, { results, failure }: PipelineResult): Survey | undefined {
  const row = results.at(-1)?.rows[0]
  if (failure !== undefined || typeof row?.found !== 'string') return undefined
  const { own, kept } = JSON.parse(row.found) as SurveyRow
  return {
    installed: JSON.parse(String(row.installed)) as Survey['installed'],
    offered: JSON.parse(String(row.offered)) as Survey['offered'],
    tables: own === null ? BOTH_TABLES : existingTables(tableNames(config), own),
    processId: Number(row.processId),
    ...(kept !== null && { kept }),
  }
}

/** What the block leaves. */
interface SurveyRow {
  readonly own: readonly TableStanding[] | null
  readonly kept: NonNullable<Survey['kept']> | null
}
