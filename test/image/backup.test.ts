import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revisionText } from '../support/cli/revision-folder.ts'
import { samePlaces, withCompose } from '../support/docker/compose.ts'
import { dockerOutput } from '../support/docker/docker.ts'
import { ROOT, uniqueName, useImage } from '../support/docker/image.ts'

const image = useImage()
const gate = uniqueName()
const POSTGRES = 'pgvector/pgvector:pg17'
const COPIED = samePlaces('deploy/backup', 'migrations', 'examples/api')

/** Of the image of PostgreSQL that this machine has. */
async function build(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-backup-'))
  try {
    for (const [from, to] of Object.entries(COPIED)) {
      await cp(join(ROOT, from), join(folder, to), { recursive: true })
    }
    const file = join(folder, 'deploy/backup/Dockerfile')
    const dockerfile = readFileSync(file, 'utf8')
    await writeFile(file, dockerfile.replace(/^FROM postgres:.*$/m, `FROM ${POSTGRES}`))
    const args = ['--build-arg', `PGATE_IMAGE=${image.tag}`, '--file', file, '--tag', gate]
    await dockerOutput(['build', '--quiet', ...args, folder])
  } finally {
    await rm(folder, { recursive: true })
  }
}

beforeAll(build, 300_000)
afterAll(() => dockerOutput(['image', 'rm', '--force', gate]))

const PAGE = readFileSync(join(ROOT, 'docs/backup-and-restore.md'), 'utf8')

/** The block of the page that begins with these words. */
function shown(words: string): string {
  const blocks = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  const block = blocks.find((one) => one.startsWith(words))
  if (block === undefined) throw new Error(`docs/backup-and-restore.md does not show ${words}`)
  return block
}

/** Of the sample's revisions. */
function graphHeads(): readonly string[] {
  const index = readFileSync(join(ROOT, 'migrations/manifest.index.json'), 'utf8')
  return JSON.parse(index).heads
}

describe('deploy/backup', () => {
  it('has the script that the page shows', () => {
    const script = readFileSync(join(ROOT, 'deploy/backup/backup.sh'), 'utf8')
    expect(script.endsWith(`\n${shown('set -eu')}`)).toBe(true)
  })

  it('dumps before a deploy, and the dump, restored as the page says, opens the gate of the older image', async () => {
    const services = { postgres: { image: POSTGRES }, pgate: { image: gate } }
    const source = { copied: COPIED, file: 'deploy/backup/compose.yml', override: { services } }
    await withCompose(source, async (project) => {
      const compose = async (...args: readonly string[]) => {
        const { exitCode, stdout, stderr } = await project.compose(args, {
          POSTGRES_PASSWORD: 'of-the-test',
        })
        expect(exitCode, `${stdout}${stderr}`).toBe(0)
        return `${stdout}${stderr}`
      }
      const sql = (text: string) =>
        compose('exec', 'postgres', 'psql', '-qAtU', 'app', '-d', 'app', '-c', text)
      await compose('up', '--detach', '--wait')
      expect((await fetch(project.apiUrl)).status).toBe(200)
      await sql('create table kept as select generate_series(1, 100) as n')

      const folder = join(project.folder, 'migrations')
      const [head = ''] = graphHeads()
      const next = revisionText({ id: 'feedfacefeed', revises: head, upgrade: 'drop table kept;' })
      await writeFile(join(folder, '99990101_0000_feedfacefeed_next.sql'), next)
      const newer = await compose('run', '--rm', '--volume', `${folder}:/migrations:ro`, 'pgate')
      expect(newer).toMatch(/wrote \/backups\/app-\d{8}T\d{6}Z\.dump/)
      expect(await sql("select count(*) from pg_class where relname = 'kept'")).toBe('0\n')

      await compose('stop', 'api')
      const commands = shown('createdb').replace(
        /\/backups\/\S+/,
        '"$(ls -t /backups/*.dump | head -1)"',
      )
      const connection = 'PGHOST=postgres PGUSER=app PGPASSWORD=of-the-test'
      const script = `set -e; export ${connection}; ${commands}`
      await compose('run', '--rm', '--entrypoint', 'sh', 'pgate', '-c', script)
      expect(await compose('run', '--rm', 'pgate')).toContain('nothing pending')
      expect(await sql('select count(*) from kept')).toBe('100\n')
    })
  })
})
