import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { queryRows } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import {
  type Counted,
  countedBy,
  freeUrl,
  type Program,
  startApi,
  startLoad,
  ZERO_DOWNTIME,
} from '../support/zero-downtime/processes.ts'

/** Orders from before the deploy, instances of each version, and for how many of its own lines the load goes on. */
const SIZE = sized({
  sample: { orders: 20_000, instances: 1, lines: 1 },
  whole: { orders: 500_000, instances: 2, lines: 100 },
})

async function pgate(
  url: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const env = {
    DATABASE_URL: url,
    PGATE_MIGRATIONS: `${ZERO_DOWNTIME}/migrations`,
    PGATE_EXTENSIONS: '',
    ...more,
  }
  const { exitCode, stdout, stderr } = await runPgateHere(args, { env })
  expect(exitCode, `${stdout}${stderr}`).toBe(0)
}

/** The database as version 1 left it, with orders that the backfill has to fill. */
async function asVersion1(url: string): Promise<void> {
  await pgate(url, ['upgrade', '001'])
  await queryRows(
    url,
    `insert into orders (customer, total)
     select 'before ' || n, n / 100.0 from generate_series(1, $1::int) n`,
    [SIZE.orders],
  )
}

interface UnderLoad {
  /** Starts instances of a version, and lets the load go on with them. */
  start(version: '1' | '2'): Promise<readonly Program[]>
  /** Resolves when the load has gone on for a while. */
  goOn(): Promise<void>
}

/** Lends a load on instances that are started in the middle of it; answers with what it counted. */
async function withLoad(
  databaseUrl: string,
  use: (load: UnderLoad) => Promise<void>,
): Promise<Counted> {
  const urls = { 1: await freeUrls(), 2: await freeUrls() }
  const running: Program[] = []
  const start = async (version: '1' | '2') => {
    const started = await Promise.all(
      urls[version].map((url) => startApi(version, { url, databaseUrl })),
    )
    running.push(...started)
    return started
  }
  const load = startLoad([...urls[1], ...urls[2]])
  try {
    await use({ start, goOn: () => load.goesOn(SIZE.lines) })
    return countedBy(await load.stop())
  } finally {
    await Promise.all([load, ...running].map((one) => one.stop()))
  }
}

const freeUrls = () => Promise.all(Array.from({ length: SIZE.instances }, freeUrl))

const EXPAND = { PGATE_PHASE: 'expand' }

describe.each(anyServer())('a deploy of examples/zero-downtime on $name', (server) => {
  const it = testOn(server)

  it('in two phases fails no request of either version, and every row is right at the end', {
    timeout: 120_000,
  }, async ({ database: { url } }) => {
    await asVersion1(url)
    const counted = await withLoad(url, async ({ start, goOn }) => {
      const version1 = await start('1')
      await goOn()
      await pgate(url, ['gate'], EXPAND)
      await start('2')
      await goOn()
      await Promise.all(version1.map((one) => one.stop()))
      await pgate(url, ['upgrade', '--phase', 'contract'], EXPAND)
      await goOn()
    })
    expect(counted, counted.said).toMatchObject({ exitCode: 0, failures: 0 })
    const answers = Object.values(counted.answers)
    expect(answers).toHaveLength(2 * SIZE.instances)
    expect(Math.min(...answers), counted.said).toBeGreaterThan(10)
    await expectRightRows(url)
    await pgate(url, ['verify'], EXPAND)
  })

  it('all at once fails requests of version 1, and the load counts them', {
    timeout: 120_000,
  }, async ({ database: { url } }) => {
    await asVersion1(url)
    const counted = await withLoad(url, async ({ start, goOn }) => {
      await start('1')
      await goOn()
      await pgate(url, ['gate'], { PGATE_PHASE: 'all' })
      await goOn()
    })
    expect(counted.exitCode).toBe(1)
    expect(counted.failures).toBeGreaterThan(10)
    expect(counted.said).toMatch(/500 column "total" (of relation "orders" )?does not exist/)
    await expectRightRows(url)
  })
})

/** Of the orders from before; what is wrong with its own the load has counted. */
async function expectRightRows(url: string): Promise<void> {
  const [row] = await queryRows(
    url,
    `select count(*)::int as orders,
            count(*) filter (where 'before ' || total_cents <> customer)::int as wrong
       from orders where customer like 'before %'`,
  )
  expect(row).toEqual({ orders: SIZE.orders, wrong: 0 })
}
