import type { Workload } from '../harness/bench.ts'
import { apply } from './apply.ts'
import { autogenerate } from './autogenerate.ts'
import { batches } from './batches.ts'
import { embedded } from './embedded.ts'
import { fleet } from './fleet.ts'
import { growth } from './growth.ts'
import { memory } from './memory.ts'
import { noop } from './noop.ts'
import { parse } from './parse.ts'
import { starters } from './starters.ts'
import { verify } from './verify.ts'
import { wait } from './wait.ts'

/** In the order in which they are run and reported. */
export const WORKLOADS: readonly Workload[] = [
  noop,
  apply,
  starters,
  fleet,
  wait,
  growth,
  verify,
  autogenerate,
  batches,
  embedded,
  parse,
  memory,
]
