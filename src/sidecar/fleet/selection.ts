import { TARGET_STATES, type TargetStatus } from './fleet-status.ts'

/** Which targets of a fleet are meant. */
export interface Selection {
  /** Part of the name, whatever the case; empty: any. */
  readonly name: string
  /** Empty: any. */
  readonly state: TargetStatus['state'] | ''
  /** From which of them on a page lists them, from 0. */
  readonly from: number
}

/** The selection of a query: `?name=acme&state=shut&from=200`; what makes no sense counts for nothing. Pure. */
export function selectionOf(query: URLSearchParams): Selection {
  const asked = query.get('state')
  const from = Number(query.get('from'))
  return {
    name: (query.get('name') ?? '').trim(),
    state: TARGET_STATES.find((state) => state === asked) ?? '',
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
  }
}

/** The targets that are meant, in the order of the list. Pure. */
export function targetsIn(
  targets: readonly TargetStatus[],
  { name, state }: Omit<Selection, 'from'>,
): readonly TargetStatus[] {
  if (name === '' && state === '') return targets
  const part = name.toLowerCase()
  return targets.filter(
    (target) =>
      (state === '' || target.state === state) && target.name.toLowerCase().includes(part),
  )
}
