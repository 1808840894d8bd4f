import { describe, expect, it } from 'vitest'
import { doBlock, textArray } from '../../../src/offline/block.ts'

describe('doBlock', () => {
  it('declares only where there is something to declare', () => {
    expect(doBlock(['perform 1;'])).toBe('do $pgate$\nbegin\n  perform 1;\nend\n$pgate$;')
    expect(doBlock(['perform 1;'], ['a text;'])).toBe(
      'do $pgate$\ndeclare\n  a text;\nbegin\n  perform 1;\nend\n$pgate$;',
    )
  })

  it('takes a quote that the body does not hold', () => {
    const block = doBlock(["perform '$pgate$ $pgate_$';"])
    expect(block.startsWith('do $pgate__$\n')).toBe(true)
    expect(block.endsWith('\n$pgate__$;')).toBe(true)
  })

  it('leaves the lines of a text where they are', () => {
    expect(doBlock(["perform 'a\nb';"])).toContain("\n  perform 'a\nb';\n")
  })
})

describe('textArray', () => {
  it('quotes each value', () => {
    expect(textArray(["it's", 'b'])).toBe("array['it''s', 'b']::pg_catalog.text[]")
    expect(textArray([])).toBe('array[]::pg_catalog.text[]')
  })
})
