import { join } from 'node:path'
import { renderPage } from '../../src/sidecar/page/page.ts'
import { launchChromium, withPage } from '../../test/support/browser/chromium.ts'
import { findChromium } from '../../test/support/browser/find-chromium.ts'
import { shutStatus, soundStatus } from '../../test/support/browser/page-statuses.ts'

/**
 * The two pictures of docs/sidecar.md: `npx tsx scripts/docs/sidecar-page.ts`, where Chromium is; then
 * `pngquant --ext .png --force 64 docs/sidecar-page-*.png` makes them a third of the size.
 */
const PICTURES = [
  { scheme: 'light', width: 960, status: soundStatus() },
  { scheme: 'dark', width: 390, status: shutStatus() },
] as const

const chromium = await findChromium()
if (chromium === undefined) throw new Error('no Chromium on the PATH; CHROMIUM names one')
const browser = await launchChromium(chromium)
try {
  for (const { scheme, width, status } of PICTURES) {
    // Without a server it would say that the connection is lost.
    await withPage(
      browser,
      { url: 'about:blank', scheme, width, javaScript: false },
      async (page) => {
        await page.setContent(renderPage({ ...status, version: '0.1.0' }))
        const path = join(import.meta.dirname, '../../docs', `sidecar-page-${scheme}.png`)
        await page.screenshot({ path })
      },
    )
  }
} finally {
  await browser.close()
}
