import { access, constants } from 'node:fs/promises'

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** `CHROMIUM`, else the first Chromium or Chrome that is where systems put it. */
export async function findChromium(): Promise<string | undefined> {
  const given = process.env.CHROMIUM
  for (const path of given === undefined ? CANDIDATES : [given]) {
    if (await isProgram(path)) return path
  }
  return undefined
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
