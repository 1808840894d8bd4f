import { type Browser, chromium, type Page } from 'playwright-core'

/** As root in a container, without a screen, and talking to nobody but the test. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How the page is looked at. */
export interface Viewing {
  readonly url: string
  /** Light by default. */
  readonly scheme?: 'light' | 'dark'
  /** In CSS pixels; 1280 by default. */
  readonly width?: number
  /** True by default. */
  readonly javaScript?: boolean
  /** True: the page's clock goes on only as it is asked to. */
  readonly ownClock?: boolean
}

/** Lends a page in a context of its own, with all that it complained of. */
export async function withPage<T>(
  browser: Browser,
  { url, scheme = 'light', width = 1280, javaScript = true, ownClock = false }: Viewing,
  use: (page: Page, complaints: readonly string[]) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({
    colorScheme: scheme,
    javaScriptEnabled: javaScript,
    viewport: { width, height: 800 },
  })
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    if (ownClock) await page.clock.install()
    await page.goto(url)
    return await use(page, complaints)
  } finally {
    await context.close()
  }
}

/** Starts the browser with a profile of its own, which goes with it. */
export function launchChromium(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: [...FLAGS], headless: true })
}
