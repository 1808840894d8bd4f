import { LINT_RULES } from '../config/choices.ts'
import type { Rule } from './finding.ts'
import { breaksRunning } from './rules/compatibility.ts'
import { HEAVY_RULES } from './rules/heavy.ts'
import { LOCK_RULES } from './rules/locks.ts'
import { serverVersion } from './rules/server-version.ts'
import { SMALL_RULES } from './rules/transactions.ts'
import { WRITE_RULES } from './rules/writes.ts'

const ALL = [
  ...HEAVY_RULES,
  ...WRITE_RULES,
  breaksRunning,
  ...LOCK_RULES,
  ...SMALL_RULES,
  serverVersion,
]

/** Every rule, in the order of docs/lint.md. */
export const RULES: readonly Rule[] = LINT_RULES.flatMap((id) => ALL.filter((one) => one.id === id))
