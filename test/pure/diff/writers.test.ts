import { expect, it } from 'vitest'
import { OBJECT_KINDS } from '../../../src/catalog/object-key.ts'
import { WRITERS } from '../../../src/diff/kinds/writers.ts'

/** Other objects say it. */
const DERIVED = ['partitions']

it('has a writer for every kind of object, or a reason', () => {
  expect(OBJECT_KINDS.filter((kind) => !(kind in WRITERS))).toEqual(DERIVED)
})
