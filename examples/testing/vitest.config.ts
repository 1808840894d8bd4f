import { defineConfig } from 'vitest/config'

// The first test waits for the template, and vitest's own limit is five seconds.
export default defineConfig({ test: { testTimeout: 60_000 } })
