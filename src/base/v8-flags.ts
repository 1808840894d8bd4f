import { setFlagsFromString } from 'node:v8'

let isOwn = false

/** To be called in a process that is pgate's alone: in any other V8's flags stay as they are. */
export function ownV8(): void {
  isOwn = true
}

/**
 * Leaves V8's optimising compiler for WebAssembly off in this process from now on; call it before a
 * module is compiled. A gate lives too short to earn back what optimising costs: 80 to 200 MB for
 * PostgreSQL's parser, on top of 80, so that a container with a limit of 256 MB could be killed
 * (137) after its gate had opened; and the process waits for those jobs when it ends. Without it
 * the built-in PostgreSQL's gate takes half the time.
 * @see https://v8.dev/docs/wasm-compilation-pipeline
 */
export function useBaselineWasm(): void {
  setFlags('--no-wasm-tier-up', '--no-wasm-dynamic-tiering')
}

/**
 * Lets V8 collect garbage early from now on: the young generation stays at its first size, the old
 * one grows by a quarter before it is looked through. Most of what a gate makes it drops at
 * once, and V8 would rather ask for more memory than look: 250 MB for 10,000 revisions, of which
 * 30 are in use, in place of 110. Call it before much is made.
 * @see docs/decisions/0043-garbage-is-collected-early.md
 */
export function useSmallHeap(): void {
  setFlags('--semi-space-growth-factor=1', '--heap-growing-percent=25')
}

function setFlags(...flags: readonly string[]): void {
  if (isOwn) for (const flag of flags) setFlagsFromString(flag)
}
