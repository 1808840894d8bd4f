/** What a sequence counts like; numbers are texts. */
export interface SequenceOptions {
  readonly type: string
  readonly start: string
  readonly increment: string
  readonly min: string
  readonly max: string
  readonly cycle: boolean
}

const BITS: Readonly<Record<string, bigint>> = { smallint: 15n, integer: 31n, bigint: 63n }

/** As the catalog prints an identity column's: `bigint start 1 increment 1 min 1 max 9 cycle`. */
export function identityOptions(text: string): SequenceOptions {
  const [, type = '', start = '', increment = '', min = '', max = '', cycle] =
    /^(.+) start (\S+) increment (\S+) min (\S+) max (\S+)( cycle)?$/.exec(text) ?? []
  return { type, start, increment, min, max, cycle: cycle !== undefined }
}

/** Those that the server would not choose by itself: `START WITH 5 INCREMENT BY 2`. */
export function optionClauses(options: SequenceOptions): readonly string[] {
  return clausesWhere(options, usual(options))
}

/** What makes `after` of `before`; what the server adapts to another type by itself is left to it. */
export function changedClauses(before: SequenceOptions, after: SequenceOptions): readonly string[] {
  if (before.type === after.type) return clausesWhere(after, before)
  const [old, now] = [usual(before), usual(after)]
  const adapted = {
    ...before,
    min: before.min === old.min ? now.min : before.min,
    max: before.max === old.max ? now.max : before.max,
  }
  return clausesWhere(after, adapted)
}

/** True where what it has come to may lie outside of what it may reach from now on. */
export function leavesRange(before: SequenceOptions, after: SequenceOptions): boolean {
  return BigInt(before.start) < BigInt(after.min) || BigInt(before.start) > BigInt(after.max)
}

function clausesWhere(options: SequenceOptions, others: SequenceOptions): readonly string[] {
  const { start, increment, min, max, cycle } = options
  return [
    ...(increment === others.increment ? [] : [`INCREMENT BY ${increment}`]),
    ...(min === others.min ? [] : [`MINVALUE ${min}`]),
    ...(max === others.max ? [] : [`MAXVALUE ${max}`]),
    ...(start === others.start ? [] : [`START WITH ${start}`]),
    ...(cycle === others.cycle ? [] : [cycle ? 'CYCLE' : 'NO CYCLE']),
  ]
}

/** What the server takes where only type and increment are given. */
function usual({ type, increment }: SequenceOptions): SequenceOptions {
  const limit = 2n ** (BITS[type] ?? 63n)
  const [min, max] = increment.startsWith('-') ? [`${-limit}`, '-1'] : ['1', `${limit - 1n}`]
  const start = increment.startsWith('-') ? max : min
  return { type, increment: '1', min, max, start, cycle: false }
}
