import type { Pair } from './pair.ts'
import { AWKWARD_NAMES } from './pairs/awkward-names.ts'
import { CODE_DETAILS } from './pairs/code-details.ts'
import { CODE_FEATURES } from './pairs/feature-code.ts'
import { INDEX_FEATURES } from './pairs/feature-indexes.ts'
import { NEWEST_FEATURES, VECTOR_FEATURES } from './pairs/feature-newest.ts'
import { OTHER_FEATURES } from './pairs/feature-rest.ts'
import { TABLE_FEATURES } from './pairs/feature-tables.ts'
import { TYPE_FEATURES } from './pairs/feature-types.ts'
import { INHERITED } from './pairs/inherited.ts'
import { KNOWN_FAULTS, ORDER_PROBLEMS } from './pairs/known-faults.ts'
import { MOVING_PARTITIONS } from './pairs/moving-partitions.ts'
import { TABLE_DETAILS } from './pairs/table-details.ts'
import { TYPE_DETAILS } from './pairs/type-details.ts'

/** The 75 features by which engines are compared: 66 of every major, four of 18, five of pgvector. */
export const FEATURES: readonly Pair[] = [
  ...TABLE_FEATURES,
  ...INDEX_FEATURES,
  ...TYPE_FEATURES,
  ...CODE_FEATURES,
  ...OTHER_FEATURES,
  ...NEWEST_FEATURES,
  ...VECTOR_FEATURES,
]

/** What else is known to be hard. */
export const HARD_PAIRS: readonly Pair[] = [
  ...KNOWN_FAULTS,
  ...ORDER_PROBLEMS,
  ...AWKWARD_NAMES,
  ...TABLE_DETAILS,
  ...INHERITED,
  ...MOVING_PARTITIONS,
  ...TYPE_DETAILS,
  ...CODE_DETAILS,
]
