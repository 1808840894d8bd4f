import type { ServerError } from './sqlstate.ts'

/** PostgreSQL's names of the conditions that a migration meets; others are named by their SQLSTATE alone. */
const CONDITIONS: Readonly<Record<string, string>> = {
  '0A000': 'feature_not_supported',
  '22001': 'string_data_right_truncation',
  '22003': 'numeric_value_out_of_range',
  '22007': 'invalid_datetime_format',
  '22012': 'division_by_zero',
  '22023': 'invalid_parameter_value',
  '22P02': 'invalid_text_representation',
  '23502': 'not_null_violation',
  '23503': 'foreign_key_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '23P01': 'exclusion_violation',
  '25001': 'active_sql_transaction',
  '25006': 'read_only_sql_transaction',
  '2BP01': 'dependent_objects_still_exist',
  '3F000': 'invalid_schema_name',
  '40001': 'serialization_failure',
  '40P01': 'deadlock_detected',
  '42501': 'insufficient_privilege',
  '42601': 'syntax_error',
  '42602': 'invalid_name',
  '42611': 'invalid_column_definition',
  '42622': 'name_too_long',
  '42701': 'duplicate_column',
  '42702': 'ambiguous_column',
  '42703': 'undefined_column',
  '42704': 'undefined_object',
  '42710': 'duplicate_object',
  '42723': 'duplicate_function',
  '42803': 'grouping_error',
  '42804': 'datatype_mismatch',
  '42809': 'wrong_object_type',
  '42830': 'invalid_foreign_key',
  '42846': 'cannot_coerce',
  '42883': 'undefined_function',
  '42939': 'reserved_name',
  '42P01': 'undefined_table',
  '42P06': 'duplicate_schema',
  '42P07': 'duplicate_table',
  '42P10': 'invalid_column_reference',
  '42P16': 'invalid_table_definition',
  '42P17': 'invalid_object_definition',
  '42P18': 'indeterminate_datatype',
  '53100': 'disk_full',
  '53200': 'out_of_memory',
  '53300': 'too_many_connections',
  '54001': 'statement_too_complex',
  '55000': 'object_not_in_prerequisite_state',
  '55006': 'object_in_use',
  '55P03': 'lock_not_available',
  '55P04': 'unsafe_new_enum_value_usage',
  '57014': 'query_canceled',
  '58030': 'io_error',
  P0001: 'raise_exception',
  XX000: 'internal_error',
}

/** Classes whose primary message names objects, types and limits, and never a value of a row. */
const NAMES_ALONE = /^(?:23|25|2B|3D|3F|40|42|53|54|55|57)/
/** `syntax error at or near "…"` quotes the statement, which may hold a secret. */
const QUOTES_STATEMENT = '42601'

/** RAISE of PL/pgSQL: any SQLSTATE with any text. */
const RAISED = 'exec_stmt_raise'

/** What a termination message may carry of a server's error. */
export type ServerFacts = {
  readonly sqlstate: string
  /** `undefined_table`. */
  readonly condition?: string
  /** The server's primary message, where its kind of error quotes no value. */
  readonly reason?: string
}

/**
 * The cause of a failure, without what may quote a row or a statement.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function serverFacts({
  sqlstate,
  message,
  routine,
}: Pick<ServerError, 'sqlstate' | 'message' | 'routine'>): ServerFacts {
  const condition = CONDITIONS[sqlstate]
  const isSafe = NAMES_ALONE.test(sqlstate) && sqlstate !== QUOTES_STATEMENT && routine !== RAISED
  return {
    sqlstate,
    ...(condition !== undefined && { condition }),
    ...(isSafe && { reason: message }),
  }
}
