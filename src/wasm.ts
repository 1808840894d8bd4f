import { setFlagsFromString } from 'node:v8'

/**
 * Leaves V8's optimising compiler for WebAssembly off in this process from now on; call it before a
 * module is compiled. A gate lives too short to earn back what optimising costs: 80 to 200 MB for
 * PostgreSQL's parser, on top of 80, so that a container with a limit of 256 MB could be killed
 * (137) after its gate had opened; and the process waits for those jobs when it ends. Without it
 * the built-in PostgreSQL's gate takes half the time.
 * @see https://v8.dev/docs/wasm-compilation-pipeline
 */
export function useBaselineWasm(): void {
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)
}
