import type { KindWriter } from '../kind-writer.ts'
import { CODE_WRITERS } from './code.ts'
import { DATABASE_WRITERS } from './database.ts'
import { OPERATOR_WRITERS } from './operators.ts'
import { ROLE_WRITERS } from './roles.ts'
import { ROUTINE_WRITERS } from './routines.ts'
import { SETTING_WRITER } from './settings.ts'
import { NOTHING } from './simple.ts'
import { TABLE_WRITERS } from './tables.ts'
import { TYPE_WRITERS } from './types.ts'

/** Who writes which kind; of a kind that is not here the difference says that it is not written. */
export const WRITERS: Readonly<Record<string, KindWriter>> = {
  ...DATABASE_WRITERS,
  ...TABLE_WRITERS,
  ...TYPE_WRITERS,
  ...OPERATOR_WRITERS,
  ...ROUTINE_WRITERS,
  ...CODE_WRITERS,
  ...ROLE_WRITERS,
  setting: SETTING_WRITER,
  // Says what the migrating role is called, and promises nothing.
  'migrating role': NOTHING,
}
