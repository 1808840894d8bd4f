import type { Reporter, TestModule, Vitest } from 'vitest/node'
import type { TestEnvironment } from './environment.ts'

const WITH_SERVERS = ['postgres', 'image']

/**
 * Says, before the runner's own summary, which servers a run used, what it left out, and which tests
 * passed only when they were run again.
 */
export function serversReporter(environment: TestEnvironment): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit(context) {
      vitest = context
    },
    onTestRunEnd(modules) {
      const projects = vitest?.projects.filter(({ name }) => WITH_SERVERS.includes(name)) ?? []
      if (projects.length === 0) return
      const servers = projects.flatMap((project) => project.getProvidedContext().servers ?? [])
      const used = new Map(servers.map(({ name, version }) => [name, shortVersion(version)]))
      const list = [...used].map(([name, version]) => `${name} ${version}`).join(', ')
      const left = environment.leftOut.join(', ') || 'nothing'
      console.log(`\nservers used: ${list || 'none'} (${environment.kind}); left out: ${left}`)
      for (const name of shaky(modules)) console.log(`passed only when run again, fix it: ${name}`)
    },
  }
}

function shaky(modules: readonly TestModule[]): readonly string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const flaky = tests.filter((test) => test.diagnostic()?.flaky === true)
  return flaky.map(({ module, fullName }) => `${module.relativeModuleId}: ${fullName}`)
}

function shortVersion(version: string): string {
  return version.split(' ')[0] ?? version
}
