import { expect, it } from 'vitest'
import { masked, runPage, stepsOf } from '../support/docs/page.ts'

it('docs/first-steps.md runs from top to bottom as it stands', async () => {
  const steps = await runPage(await stepsOf('first-steps.md'))
  expect(steps.length).toBeGreaterThan(5)
  for (const { prints, printed } of steps) {
    if (prints !== undefined) expect(masked(printed)).toBe(masked(prints))
  }
})
