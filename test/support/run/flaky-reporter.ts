import process from 'node:process'
import type { Reporter, TestCase } from 'vitest/node'

/**
 * Names each test that passed only when it was run again, with the error of its first attempt.
 * Where `fails` is set, as every night, such a run ends with exit code 1: what fails one time in three
 * would otherwise pass 96 % of all runs. Nobody's change is refused for it.
 */
export function flakyReporter({ fails }: { readonly fails: boolean }): Reporter {
  return {
    onTestRunEnd(modules) {
      const tests = modules.flatMap((module) => [...module.children.allTests()])
      const flaky = tests.filter((test) => test.diagnostic()?.flaky === true)
      if (flaky.length === 0) return
      for (const test of flaky) console.error(`\n${describeFlaky(test)}`)
      if (!fails) return
      console.error(`\nthe run fails: flaky tests: ${flaky.length}`)
      process.exitCode = 1
    },
  }
}

function describeFlaky(test: TestCase): string {
  const name = `${test.module.relativeModuleId}: ${test.fullName}`
  const errors = test.result().errors ?? []
  return [
    `flaky: passed only when run again, fix it: ${name}`,
    ...errors.map(({ message, stack }) => indent(ownLines(stack ?? message))),
  ].join('\n')
}

/** Without the lines of the runner. */
function ownLines(stack: string): string {
  return stack.replaceAll(/\n +at [^\n]*(?:node_modules|new Promise)[^\n]*/g, '')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ')
}
