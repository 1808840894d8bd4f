import { describe, expect, it } from 'vitest'
import { FLEET_POLICY, renderFleetPage } from '../../../../src/sidecar/fleet/fleet-page.ts'
import { selectionOf } from '../../../../src/sidecar/fleet/selection.ts'
import { fleetOf, manyOpen } from './support.ts'

const page = (status: ReturnType<typeof fleetOf>, query = '') =>
  renderFleetPage(status, selectionOf(new URLSearchParams(query)))

const namesIn = (text: string) =>
  [...text.matchAll(/<th scope="row"><bdi>(.*?)<\/bdi>/g)].map(([, name]) => name)

describe('the page of a fleet', () => {
  const status = fleetOf({ acme: 'open', globex: 'VERIFY_DRIFT', initech: 'NOT_READY' })

  it('lists the targets with why they are not open, and filters them by a form without a script', () => {
    expect(namesIn(page(status))).toEqual(['acme', 'globex', 'initech'])
    expect(page(status)).toContain('VERIFY_DRIFT</strong>')
    expect(namesIn(page(status, 'state=lost'))).toEqual(['initech'])
    expect(page(status, 'state=lost')).toContain('<option selected value="lost">')
    expect(namesIn(page(status, 'name=E&state=shut'))).toEqual(['globex'])
    expect(FLEET_POLICY).toContain("form-action 'self'")
  })

  it('escapes every name, message and filter', () => {
    const attack = '"><script>alert(1)</script>'
    const hostile = page(fleetOf({ [attack]: 'VERIFY_DRIFT' }, attack), `name=${attack}`)
    expect(hostile.match(/<script/g)).toHaveLength(1)
    expect(hostile.split('&lt;script&gt;').length).toBeGreaterThan(3)
  })

  it('shows two hundred at a time, and leads to the next', () => {
    const many = fleetOf(manyOpen(450))
    expect(namesIn(page(many))).toHaveLength(200)
    expect(page(many, 'name=t')).toContain('href="./?name=t&amp;state=&amp;from=200"')
    expect(namesIn(page(many, 'from=400'))).toHaveLength(50)
    expect(page(many, 'from=400')).not.toContain('The next of')
    expect(namesIn(page(many, 'from=-1'))[0]).toBe('t1')
  })
})
