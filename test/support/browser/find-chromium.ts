import { findProgram } from '../run/find-program.ts'

/** Those that .ci/run looks for, too. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const ON_A_MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** `CHROMIUM`, else the first Chromium or Chrome on the PATH, or where macOS puts it. */
export function findChromium(): Promise<string | undefined> {
  return findProgram({ given: process.env.CHROMIUM, names: NAMES, paths: [ON_A_MAC] })
}
