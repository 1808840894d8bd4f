import { relative } from 'node:path'
import type { Reporter } from 'vitest/node'

const SHOWN = 20
const WIDTH = 150

interface Timed {
  readonly name: string
  readonly ms: number
}

/** Prints, at the end of a run of several files, its 20 slowest files and its 20 slowest tests. */
export function slowestReporter(): Reporter {
  return {
    onTestRunEnd(modules) {
      if (modules.length < 2) return
      const files = modules.map((module) => ({
        name: relative(process.cwd(), module.moduleId),
        ms: module.diagnostic().duration,
      }))
      const tests = modules
        .flatMap((module) => [...module.children.allTests()])
        .map((test) => ({
          name: `${test.module.relativeModuleId}: ${test.fullName}`,
          ms: test.diagnostic()?.duration ?? 0,
        }))
      console.log(`\n${slowest('files', files)}\n\n${slowest('tests', tests)}`)
    },
  }
}

function slowest(what: string, timed: readonly Timed[]): string {
  const sorted = timed.toSorted((a, b) => b.ms - a.ms)
  const total = sorted.reduce((sum, { ms }) => sum + ms, 0)
  const first = sorted.slice(0, SHOWN)
  const lines = first.map(({ name, ms }) => `${seconds(ms).padStart(7)}  ${name.slice(0, WIDTH)}`)
  return [
    `slowest ${first.length} of ${sorted.length} ${what} (${seconds(total)} s in all):`,
    ...lines,
  ].join('\n')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
