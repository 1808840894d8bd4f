import type { Reporter, Vitest } from 'vitest/node'
import type { TestEnvironment } from './environment.ts'

const WITH_SERVERS = ['postgres', 'image', 'long']

/** Says, before the runner's own summary, which servers a run used and what it left out. */
export function serversReporter(environment: TestEnvironment): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit(context) {
      vitest = context
    },
    onTestRunEnd() {
      const projects = vitest?.projects.filter(({ name }) => WITH_SERVERS.includes(name)) ?? []
      if (projects.length === 0) return
      const servers = projects.flatMap((project) => project.getProvidedContext().servers ?? [])
      const used = new Map(servers.map(({ name, version }) => [name, shortVersion(version)]))
      const list = [...used].map(([name, version]) => `${name} ${version}`).join(', ')
      const left = environment.leftOut.join(', ') || 'nothing'
      console.log(`\nservers used: ${list || 'none'} (${environment.kind}); left out: ${left}`)
    },
  }
}

function shortVersion(version: string): string {
  return version.split(' ')[0] ?? version
}
