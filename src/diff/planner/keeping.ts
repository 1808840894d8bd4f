import { kindOf } from '../objects.ts'
import type { Schema } from '../schema.ts'

/** `to`, and of `from` the objects of the kinds that are kept, as long as what they need stays. */
export function keeping(to: Schema, from: Schema, kinds: ReadonlySet<string> = new Set()): Schema {
  const objects = new Map(to.objects)
  const needs = new Map(to.needs)
  const kept = new Set([...from.objects.keys()].filter((key) => kinds.has(kindOf(key))))
  for (const key of to.objects.keys()) kept.delete(key)
  for (const key of kept) {
    const stays = (need: string) => to.objects.has(need) || kept.has(need)
    if ([...(from.needs.get(key) ?? [])].every(stays)) continue
    kept.delete(key)
  }
  for (const key of kept) {
    const definition = from.objects.get(key)
    if (definition !== undefined) objects.set(key, definition)
    needs.set(key, from.needs.get(key) ?? new Set())
  }
  return { objects, needs }
}
