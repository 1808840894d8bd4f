import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { fleetAnswersOf } from '../../src/sidecar/fleet/fleet-answers.ts'
import { withHttpServer } from '../../src/sidecar/http/http-server.ts'
import { PAGE_POLICY } from '../../src/sidecar/page/page.ts'
import { answer, answersOf } from '../../src/sidecar/status/answers.ts'
import { type Board, createBoard } from '../../src/sidecar/status/board.ts'
import type { Status } from '../../src/sidecar/status/status.ts'
import { fleetOf } from '../pure/sidecar/fleet/support.ts'
import { poisoned } from '../pure/sidecar/page/poisoned.ts'
import { launchChromium, withPage } from '../support/browser/chromium.ts'
import { contractStatus, pageStates } from '../support/browser/page-states.ts'
import { shutStatus, soundStatus } from '../support/browser/page-statuses.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { SILENT_LOG } from '../support/cli/silent-log.ts'
import { queryRows } from '../support/database/query.ts'
import { forwardTo, freezable, throughListener, withListener } from '../support/network/network.ts'
import { sized } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SCHEMES = ['light', 'dark'] as const
const WIDTHS = [360, 768, 1440] as const
const LIVE = 'Live: it updates by itself.'

/** Serves a board in this process, at a free port. */
function withBoard<T>(status: Status, use: (url: string, board: Board) => Promise<T>): Promise<T> {
  const board = createBoard(status)
  const address = { host: '127.0.0.1', port: 0 }
  const serving = { answers: answersOf(board), address, names: [], log: SILENT_LOG }
  return withHttpServer(serving, ({ url }) => use(url, board))
}

const { chromium } = inject('environment')

// None where this machine has no browser: the run's last lines say so.
describe.each(chromium === undefined ? [] : [{ chromium }])(
  "the sidecar's page in $chromium",
  ({ chromium }) => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium(chromium)
    })
    afterAll(() => browser.close())

    it('is accessible and never wider than the screen in every state, light and dark, at each width', async () => {
      const found = await inEveryState(browser, async (page, isSampled) => {
        const wide = await overflow(page)
        const isHeld = sized({ sample: isSampled, whole: true })
        return isHeld ? [...wide, ...(await violations(page))] : wide
      })
      expect(found).toEqual([])
    })

    it('filters the targets of a fleet without a script, and stays filtered while it updates itself', async () => {
      const board = createBoard(
        fleetOf({ acme: 'VERIFY_DRIFT', gone: 'NOT_READY', later: 'waiting' }),
      )
      const address = { host: '127.0.0.1', port: 0 }
      const serving = { answers: fleetAnswersOf(board), address, names: [], log: SILENT_LOG }
      await withHttpServer(serving, async ({ url }) => {
        await withPage(browser, { url, width: 360 }, async (page, complaints) => {
          await page.getByText(LIVE).waitFor()
          await page.getByLabel('Name contains').fill('ACM')
          await page.getByRole('button', { name: 'Filter' }).click()
          await page.getByText(LIVE).waitFor()
          board.post({ mostOpen: 2, startedAt: '2026-11-22T00:00:00.000Z' })
          await page.getByText('2026-11-22').waitFor()
          expect(await targetsOn(page)).toEqual(['shut acme'])
          expect(complaints).toEqual([])
        })
        await withPage(browser, { url, javaScript: false }, async (page) => {
          await page.getByRole('link', { name: /^lost/ }).click()
          expect(await targetsOn(page)).toEqual(['lost gone'])
        })
      })
    })

    it('copies a command, and where the browser has no clipboard for the page selects it', async () => {
      await withBoard(contractStatus(), (url) =>
        withPage(browser, { url }, async (page, complaints) => {
          const command = 'pgate upgrade --phase contract'
          const button = page.getByRole('button', { name: `Copy ${command}` })
          await page.evaluate('delete Navigator.prototype.clipboard')
          await button.focus()
          await page.keyboard.press('Enter')
          await page.getByText('Copied', { exact: true }).waitFor()
          expect(await page.locator('#announced').textContent()).toBe(`Copied: ${command}`)
          expect(await page.evaluate('String(getSelection())')).toBe(command)
          await page.evaluate('document.execCommand = () => false')
          await button.click()
          await page.getByText('Selected', { exact: true }).waitFor()
          expect(complaints).toEqual([])
        }),
      )
    })

    it('unfolds by itself what goes wrong, and leaves folded what somebody folded', async () => {
      await withBoard(soundStatus(), (url, board) =>
        withPage(browser, { url }, async (page) => {
          await page.getByText(LIVE).waitFor()
          await page.locator('#clean-summary').focus()
          await page.keyboard.press('Enter')
          await page.getByText('214 objects compared').waitFor()
          await page.locator('#runs-summary').click()
          board.post({ ...shutStatus(), runs: shutStatus().runs.slice(1) })
          await page.getByText('character varying(320)').waitFor()
          expect(await page.locator('#runs-details').getAttribute('open')).toBeNull()
        }),
      )
    })

    it('is whole without JavaScript', async () => {
      await withBoard(shutStatus(), (url) =>
        withPage(browser, { url, javaScript: false }, async (page) => {
          const titles = await page.getByRole('heading', { level: 2 }).allInnerTexts()
          expect(titles).toEqual([
            'The gate would be shut now',
            'Schema',
            'Indexes',
            'Locks',
            'Not promised',
            'Start',
            'Revisions',
            'Last runs',
            'What changed',
          ])
          await page.locator('#revisions-summary').click()
          await page.getByText('users and sessions').waitFor()
          expect(await page.locator('svg.lanes').count()).toBe(7)
          expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0)
        }),
      )
    })

    it('runs nothing that a name holds, and shows it as it is', async () => {
      const attack =
        '<img src=x onerror="document.title=\'hit\'"><script>document.title="hit"</script>'
      await withBoard(poisoned(shutStatus(), attack), (url, board) =>
        withPage(browser, { url }, async (page, complaints) => {
          await page.getByText(LIVE).waitFor()
          board.post(poisoned(soundStatus(), attack))
          await page.getByRole('heading', { name: 'The gate is open' }).waitFor()
          expect(await page.title()).toMatch(/^The gate is open/)
          expect(await page.locator('img').count()).toBe(0)
          expect(await page.locator('#runs').innerText()).toContain(attack)
          expect(complaints).toEqual([])
        }),
      )
    })

    it('is gone through by keyboard in the order in which it is read, and keeps the place', async () => {
      const { revisions } = soundStatus()
      const [first] = revisions.graph
      const graph = Array.from({ length: 20 }, (_, index) => ({
        ...(first ?? never()),
        id: `r${20 - index}`,
        parents: index === 19 ? [] : [`r${19 - index}`],
      }))
      const status = soundStatus({ revisions: { ...revisions, graph } })
      await withBoard(status, (url, board) =>
        withPage(browser, { url, width: 360 }, async (page) => {
          await page.getByText(LIVE).waitFor()
          const order: string[] = []
          for (let turn = 0; turn < 7; turn += 1) {
            await page.keyboard.press('Tab')
            order.push(await focused(page))
          }
          expect(order).toEqual([
            'To the verdict',
            'identity-copy-1',
            'identity-copy-2',
            'identity-copy-3',
            'clean-summary',
            'steps-summary',
            'revisions-summary',
          ])
          await page.locator('#revisions-summary').click()
          await page.locator('#older-summary').focus()
          await page.keyboard.press('Enter')
          board.post({ revisions: { ...revisions, graph, target: 'another' } })
          await page.getByText('Target: another.').waitFor()
          expect(await focused(page)).toBe('older-summary')
          expect(await page.locator('#older').getAttribute('open')).toBe('')
        }),
      )
    })

    it('says when the connection is lost, and is up to date when it is back', async () => {
      await withBoard(soundStatus(), async (origin, board) => {
        const pass = forwardTo(origin)
        let up = true
        const serve = (socket: Socket) => (up ? pass(socket) : socket.destroy())
        await withListener(serve, (listener) =>
          withPage(
            browser,
            { url: throughListener(origin, listener), width: 360 },
            async (page) => {
              await page.getByText(LIVE).waitFor()
              up = false
              listener.reset()
              await page.getByText(/^Connection lost at [0-9:]+ UTC\. What stands here/).waitFor()
              expect([await violations(page), await overflow(page)]).toEqual([[], []])
              const { verdict, exitCode, reason } = shutStatus()
              board.post({ verdict, exitCode, reason })
              up = true
              await page.getByText('Live again: it updates by itself.').waitFor()
              await page.getByRole('heading', { name: 'The gate would be shut now' }).waitFor()
            },
          ),
        )
      })
    })

    it('says so, too, where nothing comes any more and nothing is closed', async () => {
      await withBoard(soundStatus(), async (origin) => {
        const { serve, freeze } = freezable(origin)
        await withListener(serve, (listener) =>
          withPage(
            browser,
            { url: throughListener(origin, listener), ownClock: true },
            async (page) => {
              await page.getByText(LIVE).waitFor()
              freeze()
              await page.clock.runFor(45_000)
              await page.getByText(/^Connection lost at/).waitFor()
            },
          ),
        )
      })
    })
  },
)

describe.each(servers({ vector: true }).slice(0, 1))('the page of a sidecar on $name', (server) => {
  it.each(chromium === undefined ? [] : [chromium])(
    'reports drift without being loaded again',
    async (path) => {
      const browser = await launchChromium(path)
      try {
        await withDatabase(server, ({ url }) =>
          withSidecar(
            { env: { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS } },
            async (sidecar) => {
              await sidecar.until('looked', ({ verify }) => verify.lastAt !== null)
              await withPage(browser, { url: sidecar.url }, async (page, complaints) => {
                await page.getByText(LIVE).waitFor()
                await page.evaluate('document.body.dataset.same = "yes"')
                await queryRows(
                  url,
                  'create table "<script>x</script>" (id integer); drop index idx_users_username',
                )
                await page.getByRole('heading', { name: 'The gate would be shut now' }).waitFor()
                const announced = await page.locator('#announced').textContent()
                expect(announced).toMatch(/^The gate would be shut now\. Exit 60\. VERIFY_DRIFT: /)
                expect(await page.locator('#drift').innerText()).toContain(
                  'index public.idx_users_username',
                )
                expect(await page.locator('#drift').innerText()).toContain('<script>x</script>')
                expect(await page.locator('body').getAttribute('data-same')).toBe('yes')
                expect(complaints).toEqual([])
              })
            },
          ),
        )
      } finally {
        await browser.close()
      }
    },
  )
})

/**
 * Loads the page of each state once, and looks at it in both schemes and at each width. A sample of that
 * is one state in full, and of each other one look.
 */
async function inEveryState(
  browser: Browser,
  look: (page: Page, isSampled: boolean) => Promise<readonly unknown[]>,
): Promise<readonly unknown[]> {
  let body = ''
  const of = () => ({
    ...answer('text/html; charset=utf-8', body),
    headers: { 'content-security-policy': PAGE_POLICY },
  })
  const answers = { of, event: () => '{}', watch: () => {} }
  const address = { host: '127.0.0.1', port: 0 }
  return withHttpServer({ answers, address, names: [], log: SILENT_LOG }, ({ url }) =>
    withPage(browser, { url: 'about:blank' }, async (page, complaints) => {
      const found: unknown[] = []
      for (const [number, [state, markup]] of Object.entries(pageStates()).entries()) {
        body = markup
        await page.goto(url)
        await page.getByText(LIVE).waitFor()
        for (const [index, scheme] of SCHEMES.entries()) {
          await page.emulateMedia({ colorScheme: scheme })
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 })
            const isTurn = index === number % 2 && width === WIDTHS[number % 3]
            const wrong = await look(page, isTurn || state === 'drift')
            found.push(...wrong.map((one) => [state, scheme, width, one]))
          }
        }
      }
      return [...found, ...complaints]
    }),
  )
}

/** State and name of each target that is listed. */
function targetsOn(page: Page): Promise<readonly string[]> {
  return page.locator('.targets h4').allInnerTexts()
}

/** What is wider than the screen, by its markup. */
function overflow(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(`[...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
    .map((element) => element.outerHTML.slice(0, 120))`)
}

/** What axe-core finds against the rules of WCAG 2.2 AA and good practice. */
async function violations(page: Page): Promise<readonly unknown[]> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(AXE)
  return page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    [id, ...nodes.map(({ target, failureSummary }) => target + ': ' + failureSummary)]))`)
}

/** The id of what has the focus, or its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.id || document.activeElement.textContent')
}

function never(): never {
  throw new Error('the sample has revisions')
}
