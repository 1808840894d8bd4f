import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/docker/image.ts'
import { stepsOf } from '../support/docs/page.ts'

it('docs/install.md names the package as npm packs it, and the versions that pgate was built with', async () => {
  const { name, version, devDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  const lines = (await stepsOf('install.md')).flatMap(({ commands }) => commands.split('\n'))
  const peers = Object.keys(peerDependencies).map((peer) => `${peer}@${devDependencies[peer]}`)
  expect(lines).toEqual(
    expect.arrayContaining([
      `npm install --save-dev ../pgate/${name}-${version}.tgz`,
      `npm install --save-dev ${peers.join(' ')}`,
    ]),
  )
})
