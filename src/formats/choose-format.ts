import type { Config } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import { versionSchemaOf } from '../store/tables.ts'
import { type FoundHistory, placed } from './find-histories.ts'
import type { FormatName } from './format.ts'
import { formatOfTool } from './known-tools.ts'

/** What a folder that is like several tools' is settled by. */
export interface FormatChoice {
  readonly config: Config
  /** Those whose folder it may be. */
  readonly candidates: readonly FormatName[]
  readonly histories: readonly FoundHistory[]
}

/**
 * The candidate whose history the database has, in the table that PGATE_VERSION_TABLE says or under
 * the tool's own name. Pure.
 * @throws {GateError} CONFIG_FORMAT where there is none, or there are two
 */
export function chooseFormat({ config, candidates, histories }: FormatChoice): FormatName {
  const { isVersionTableSet, versionTable } = config
  const place = versionSchemaOf(config)
  const isPlace = ({ name, schema }: FoundHistory) => name === versionTable && schema === place
  const found = isVersionTableSet === true ? histories.filter(isPlace) : histories
  const own = found.filter(({ known }) => candidates.some((name) => name === formatOfTool(known)))
  const tools = new Set(own.map(({ known }) => formatOfTool(known)))
  if (tools.size > 1) throw several(config, own)
  const [first] = own
  const format = first && formatOfTool(first.known)
  if (first === undefined || format === undefined)
    throw noHistory({ config, candidates, histories })
  const isUsual = own.some(({ name, known }) => name === known.table)
  if (isVersionTableSet === true || isUsual) return format
  throw renamed(config, first, format)
}

/** @throws {GateError} CONFIG_FORMAT: nothing but a variable says whose folder it is */
export function undecided(
  { migrations }: Pick<Config, 'migrations'>,
  candidates: readonly FormatName[],
  found: string,
): GateError {
  const words = candidates.map((name) => `PGATE_FORMAT=${name}`)
  return new GateError(
    'CONFIG_FORMAT',
    `${migrations} may be a folder of ${candidates.join(' or ')}: its files do not say, and ${found}`,
    {
      facts: { directory: migrations, candidates },
      hint: `Set ${words.join(' or ')}. Files of pgate's own say so in their header.`,
    },
  )
}

function noHistory({ config, candidates, histories }: FormatChoice): GateError {
  const other = histories.find(({ known }) => known.command !== undefined)
  const nothing = config.isVersionTableSet
    ? `the database has no such history in ${versionSchemaOf(config)}.${config.versionTable}`
    : 'the database has no history of such a tool'
  if (other === undefined) return undecided(config, candidates, nothing)
  const { facts, message, hint } = undecided(config, candidates, nothing)
  return new GateError('CONFIG_FORMAT', `${message}; it has ${placed(other)}`, {
    facts: { ...facts, histories: histories.map(placed) },
    hint: `Where the folder is that tool's: pgate -- ${other.known.command}. Else: ${hint}`,
  })
}

function several(config: Config, own: readonly FoundHistory[]): GateError {
  const formats = [...new Set(own.map(({ known }) => formatOfTool(known)))]
  return new GateError(
    'CONFIG_FORMAT',
    `${config.migrations} may be a folder of ${formats.join(' or ')}, and the database has a history of each: ${own.map(placed).join(', ')}`,
    {
      facts: { directory: config.migrations, candidates: formats, histories: own.map(placed) },
      hint: `Set ${formats.map((name) => `PGATE_FORMAT=${name}`).join(' or ')}, whichever tool is in use now; the other's table is left over and may be dropped.`,
    },
  )
}

function renamed(config: Config, found: FoundHistory, format: FormatName): GateError {
  const { schema, name, known } = found
  const table = schema === versionSchemaOf(config) ? name : `${schema}.${name}`
  return new GateError(
    'CONFIG_FORMAT',
    `${config.migrations} may be a folder of ${known.tool}, and ${schema}.${name} looks like its history under another name than ${known.table}`,
    {
      facts: {
        directory: config.migrations,
        candidates: [format],
        histories: [placed(found)],
      },
      hint: `Set PGATE_FORMAT=${format} PGATE_VERSION_TABLE=${table}, if that is the table.`,
    },
  )
}
