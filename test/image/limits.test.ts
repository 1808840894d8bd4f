import { describe, expect, it } from 'vitest'
import { useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { containersOf, readManifests } from '../support/kubernetes/manifests.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)("the manifests' limits, on $name,", (server) => {
  it('are twice what a gate with every revision pending gets by with', async () => {
    const [deployment] = await readManifests('deploy/kubernetes/init-container.yaml')
    const gate = deployment && containersOf(deployment).find(({ name }) => name === 'pgate')
    expect(gate?.resources?.limits).toEqual({ cpu: '500m', memory: '256Mi' })
    await withServerNetwork(server, (network) =>
      withDatabase(server, async ({ url }) => {
        const { exitCode, stderr } = await image.run([
          ...['--memory', '128m', '--memory-swap', '128m', '--cpus', '0.5'],
          ...['--network', network.name, '--env', `DATABASE_URL=${network.urlInside(url)}`],
        ])
        expect(exitCode, stderr).toBe(0)
      }),
    )
  })
})
