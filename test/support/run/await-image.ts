/** Before each file of a project that has the image: waits until it is built. */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { inject } from 'vitest'

const read = () => readFile(inject('imageOutcome'), 'utf8').catch(() => '')
let outcome = await read()
while (outcome === '') {
  await delay(100)
  outcome = await read()
}
if (outcome !== 'built') throw new Error(`the image was not built: ${outcome}`)
