import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Those that .ci/run looks for, too. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const ON_A_MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** `CHROMIUM`, else the first Chromium or Chrome on the PATH, or where macOS puts it. */
export async function findChromium(): Promise<string | undefined> {
  const { CHROMIUM: given, PATH = '' } = process.env
  const folders = PATH.split(delimiter)
  const usual = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ON_A_MAC]
  for (const path of given ? [given] : usual) {
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
