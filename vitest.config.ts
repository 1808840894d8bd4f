import { defineConfig } from 'vitest/config'
import { mustBeComplete, testEnvironment } from './test/support/run/environment.ts'
import { flakyReporter } from './test/support/run/flaky-reporter.ts'
import { serversReporter } from './test/support/run/servers-reporter.ts'
import { slowestReporter } from './test/support/run/slowest-reporter.ts'

const environment = await testEnvironment()
const partial = environment.leftOut.length > 0 && !mustBeComplete()
const docker = environment.docker || mustBeComplete()
const onGitHub = process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []

/** Files of tests share a process and what it has loaded: half of the processor time of `pure`. */
const SHARED = { isolate: false }
const SERVERS = 'test/support/run/start-servers.ts'
const IMAGE = 'test/support/run/build-image.ts'
const IMAGE_BUILT = 'test/support/run/await-image.ts'

/** What every run holds a sample of, whole: each size in full, each test on every server. */
const LONG = [
  'test/pure/fuzz/*.test.ts',
  'test/postgres/**/*.test.ts',
  ...(docker
    ? ['compose', 'deploy-compose', 'kubernetes', 'reproducible'].map(
        (name) => `test/image/${name}.test.ts`,
      )
    : []),
]

export default defineConfig({
  test: {
    reporters: [
      slowestReporter(),
      serversReporter(environment),
      flakyReporter({ fails: process.env.TEST_FLAKY === 'fail' }),
      'default',
      ...onGitHub,
    ],
    // Where a server is missing, a file whose tests are one for each server has none: that is said
    // at the end of the run. Where nothing is missing, an empty file is a mistake.
    passWithNoTests: partial,
    projects: [
      { test: { ...withoutServers('pure'), ...SHARED, testTimeout: 10_000 } },
      { test: { ...withoutServers('docs'), testTimeout: 60_000 } },
      { test: { ...withServers('postgres', 1), ...SHARED, testTimeout: 60_000 } },
      {
        test: {
          ...withServers('image', 2),
          testTimeout: 300_000,
          globalSetup: [SERVERS, IMAGE],
          setupFiles: [IMAGE_BUILT],
          ...(docker ? {} : { include: [] }),
        },
      },
      {
        test: {
          ...withServers('long', 3),
          include: LONG,
          globalSetup: docker ? [SERVERS, IMAGE] : [SERVERS],
          setupFiles: docker ? [IMAGE_BUILT] : [],
          provide: { environment, servers: [], long: true },
          testTimeout: 300_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})

/** Groups run one after the other: the image's containers are not to starve a waiting test. */
function project(name: string, groupOrder: number) {
  return { name, include: [`test/${name}/**/*.test.ts`], sequence: { groupOrder } }
}

function withoutServers(name: string) {
  return { ...project(name, 0), provide: { long: false }, maxWorkers: 2 }
}

function withServers(name: string, groupOrder: number) {
  return {
    ...project(name, groupOrder),
    // Two fifths of their time are waits: two cores are busy with three files.
    maxWorkers: 3,
    globalSetup: [SERVERS],
    provide: { environment, servers: [], long: false },
    hookTimeout: 120_000,
    // Real servers and processes share this machine with each other: one that fails is run again,
    // and the end of the run names it with its error. In CI such a run fails.
    retry: 2,
  }
}
