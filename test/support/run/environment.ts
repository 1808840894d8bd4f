import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { findChromium } from '../browser/find-chromium.ts'
import { findPeers } from '../peers/peers.ts'
import type { TestServer } from '../servers/servers.ts'
import { findProgram } from './find-program.ts'

const run = promisify(execFile)

/** What this machine lets a test run use, decided before anything is started. */
export interface TestEnvironment {
  /** `given`: TEST_DATABASE_URL; `docker`: three servers; `embedded`: what npm installed. */
  readonly kind: 'given' | 'docker' | 'embedded'
  /** True where an engine answers: image tests, PgBouncer and servers of one's own need it. */
  readonly docker: boolean
  /** The command that runs Podman, where it can run containers: it plays Kubernetes manifests. */
  readonly podman?: string
  /** The browser that the sidecar's page is looked at in. */
  readonly chromium?: string
  /** What checks the alert rules and the queries of the dashboard. */
  readonly promtool?: string
  /** The folder of the commands of other tools, which take turns with pgate. */
  readonly peers?: string
  /** The real dbmate, one of them. */
  readonly dbmate?: string
  /** What cannot be run here, in words; empty where all is run. */
  readonly leftOut: readonly string[]
}

declare module 'vitest' {
  interface ProvidedContext {
    environment: TestEnvironment
    servers: readonly TestServer[]
    /** The name of the project's image, built for this run. */
    image: string
    /** The file that says how its build has ended: `built`, or what went wrong. */
    imageOutcome: string
    /** True in the `long` project: `npm run test:long`. */
    long: boolean
  }
}

/** Looks at TEST_DATABASE_URL and for a Docker engine; starts nothing. */
export async function testEnvironment(): Promise<TestEnvironment> {
  const [docker, podman, chromium, promtool, peers] = await Promise.all([
    dockerAnswers(),
    workingPodman(),
    findChromium(),
    findProgram({ given: process.env.PROMTOOL, names: ['promtool'] }),
    findPeers(),
  ])
  const kind = process.env.TEST_DATABASE_URL ? 'given' : docker ? 'docker' : 'embedded'
  const missing = [
    ...(docker && podman === undefined ? ['Kubernetes manifests (no Podman)'] : []),
    ...(chromium === undefined ? ["the sidecar's page in a browser (no Chromium)"] : []),
    ...(promtool === undefined ? ['alert rules and the dashboard (no promtool)'] : []),
    ...(peers === undefined ? ['turns with other tools (npm has them not for this machine)'] : []),
    ...missingShells().map((shell) => `completion in ${shell}`),
  ]
  const leftOut = [...missingServers(kind), ...missingEngine(docker), ...missing]
  const found = {
    ...(podman && { podman }),
    ...(chromium && { chromium }),
    ...(promtool && { promtool }),
    ...(peers && { peers, dbmate: join(peers, 'dbmate') }),
  }
  return { kind, docker, leftOut, ...found }
}

/** Of the shells that completion is for, those that are not on the PATH. */
export function missingShells(): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return ['zsh', 'fish'].filter((shell) =>
    folders.every((folder) => !existsSync(join(folder, shell))),
  )
}

/** True where CI is set: a run that leaves something out fails there. */
export function mustBeComplete(): boolean {
  const ci = process.env.CI
  return ci !== undefined && ci !== '' && ci !== 'false' && ci !== '0'
}

function missingServers(kind: TestEnvironment['kind']): readonly string[] {
  if (kind === 'docker') return []
  return kind === 'given'
    ? ['every server but the one given']
    : ['pg15', 'pg17', 'pgvector on a server']
}

function missingEngine(docker: boolean): readonly string[] {
  return docker
    ? []
    : ['PgBouncer', 'servers that are stopped, filled and cut off', 'image tests (no Docker)']
}

async function dockerAnswers(): Promise<boolean> {
  const ask = run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 })
  return ask.then(
    () => true,
    () => false,
  )
}

/**
 * `PODMAN`, else `podman`, where it can run containers: with an empty root directory that comes as
 * far as missing the program (127), while a machine that does not allow it says 126.
 */
async function workingPodman(): Promise<string | undefined> {
  const podman = process.env.PODMAN ?? 'podman'
  const root = await mkdtemp(join(tmpdir(), 'pgate-podman-'))
  try {
    const args = ['run', '--rm', '--network', 'none', '--rootfs', root, '/nothing']
    const code = await run(podman, args, { timeout: 20_000 }).then(
      () => 0,
      (error: { readonly code?: unknown }) => error.code,
    )
    return code === 127 ? podman : undefined
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
