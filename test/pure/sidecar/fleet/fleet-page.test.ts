import { describe, expect, it } from 'vitest'
import { FLEET_POLICY, renderFleetPage } from '../../../../src/sidecar/fleet/fleet-page.ts'
import { selectionOf } from '../../../../src/sidecar/fleet/selection.ts'
import { fleetOf, manyOpen } from './support.ts'

const page = (status: ReturnType<typeof fleetOf>, query = '') =>
  renderFleetPage(status, selectionOf(new URLSearchParams(query)))

const namesIn = (text: string) =>
  [...text.matchAll(/<\/span> <bdi>(.*?)<\/bdi><\/h4>/g)].map(([, name]) => name)

describe('the page of a fleet', () => {
  const status = fleetOf({ acme: 'open', globex: 'VERIFY_DRIFT', initech: 'NOT_READY' })

  it('lists the targets with why they are not open, and filters them by a form without a script', () => {
    expect(namesIn(page(status))).toEqual(['globex', 'initech'])
    expect(page(status)).toContain('<h3>VERIFY_DRIFT <')
    expect(page(status)).toContain('<li><strong>NOT_READY</strong> 1 target</li>')
    expect(page(status)).toMatch(/<summary[^>]*>1 target is open<.*<li><bdi>acme</s)
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
    expect(page(many)).toContain('450 targets are open')
    expect(namesIn(page(many, 'state=open'))).toHaveLength(200)
    expect(page(many, 'name=t&state=open')).toContain(
      'href="./?name=t&amp;state=open&amp;from=200"',
    )
    expect(namesIn(page(many, 'state=open&from=400'))).toHaveLength(50)
    expect(page(many, 'state=open&from=400')).not.toContain('The next of')
    expect(namesIn(page(many, 'state=open&from=-1'))[0]).toBe('t1')
  })

  it('says why once above the targets that have it in common, the newest of them first', () => {
    const names = Array.from(
      { length: 300 },
      (_, n) => [`t${n}`, n % 3 ? 'open' : 'VERIFY_DRIFT'] as const,
    )
    const fleet = fleetOf(Object.fromEntries(names))
    const targets = fleet.targets.map((target) =>
      target.name === 't297' ? { ...target, since: '2026-11-22T00:00:00.000Z' } : target,
    )
    const text = page({ ...fleet, targets })
    expect(text.split('What to do.')).toHaveLength(2)
    expect(namesIn(text).slice(0, 2)).toEqual(['t297', 't0'])
  })
})
