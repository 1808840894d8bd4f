import { describe, expect, it } from 'vitest'
import { faultsOfPair } from '../../support/diff/faults-of.ts'
import { FEATURES, HARD_PAIRS } from '../../support/diff/pairs.ts'
import { share } from '../../support/run/long.ts'
import { servers } from '../../support/servers/servers.ts'

describe.each(servers())('on $name, the statements lead there and back:', (server) => {
  const fitting = [...FEATURES, ...HARD_PAIRS].filter(
    ({ since = 0, vector }) => since <= server.major && (!vector || server.vector),
  )
  it.each(share(fitting, { part: server.major % 12, of: 12 }))('$name', async (pair) => {
    expect(await faultsOfPair(server, pair)).toEqual([])
  })
})
