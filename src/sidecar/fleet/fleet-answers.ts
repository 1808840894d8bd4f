import { type Answer, type Answers, answer, TEXT_TYPE } from '../status/answers.ts'
import type { Board } from '../status/board.ts'
import { METRICS_TYPE } from '../status/prometheus.ts'
import { fleetMetricsText } from './fleet-metrics.ts'
import { FLEET_POLICY, renderFleetPage } from './fleet-page.ts'
import type { FleetStatus } from './fleet-status.ts'
import { selectionOf, targetsIn } from './selection.ts'

type Render = (status: FleetStatus, query: URLSearchParams) => Answer

/** What each path answers; a query chooses among the targets, or says which share of them will do. */
const RENDERS: Readonly<Record<string, Render>> = {
  '/': (status, query) => ({
    ...answer('text/html; charset=utf-8', renderFleetPage(status, selectionOf(query))),
    headers: { 'content-security-policy': FLEET_POLICY },
  }),
  '/healthz': () => answer(TEXT_TYPE, 'alive\n'),
  // A fault that all pods share is no reason to take one of them out of service: for good, but for `strict`.
  '/startupz': (status, query) => probe(status, query, status.mostOpen),
  '/readyz': (status, query) =>
    probe(status, query, query.has('strict') ? status.counts.open : status.mostOpen),
  '/status': (status, query) => {
    const targets = targetsIn(status.targets, selectionOf(query))
    return answer('application/json; charset=utf-8', `${JSON.stringify({ ...status, targets })}\n`)
  },
  '/metrics': (status) => answer(METRICS_TYPE, fleetMetricsText(status)),
}

/** The answers of the newest status; those without a query are made once for each change. */
export function fleetAnswersOf(board: Board<FleetStatus>): Answers {
  const made = new Map<string, Answer>()
  board.watch(() => made.clear())
  const of = (url: string): Answer | undefined => {
    const [path = '', query = ''] = url.split('?', 2)
    if (!Object.hasOwn(RENDERS, path)) return undefined
    const ready = query === '' ? made.get(path) : undefined
    if (ready !== undefined) return ready
    const fresh = RENDERS[path]?.(board.status(), new URLSearchParams(query))
    if (query === '' && fresh !== undefined) made.set(path, fresh)
    return fresh
  }
  return Object.freeze({
    of,
    // Ten thousand targets are no event: who wants them asks for them.
    event: () => {
      const { targets: _, ...about } = board.status()
      return JSON.stringify(about)
    },
    watch: (listener: () => void) => board.watch(listener),
  })
}

/** Passes once so many are open as `share` asks for, all without it; before, each has to have its turn. */
function probe(status: FleetStatus, query: URLSearchParams, open: number): Answer {
  const given = query.get('share')
  const share = given === null ? 1 : Number(given)
  const { verdict, counts } = status
  if (!(share > 0 && share <= 1)) {
    const found = JSON.stringify(given)
    const text = `share: found ${found}; write a number above 0 and up to 1, as in ?share=0.95\n`
    return { ...answer(TEXT_TYPE, text), code: 503 }
  }
  const passes = verdict !== 'starting' && open >= share * counts.targets
  const text = `${verdict}: ${counts.open} of ${counts.targets} targets are open\n`
  return { ...answer(TEXT_TYPE, text), code: passes ? 200 : 503 }
}
