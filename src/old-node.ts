/** Refuses a Node.js that lacks what pgate calls, before anything calls it: evaluated first, and alone. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 15) || major === 23) {
  const failure = { exitCode: 20, code: 'CONFIG_INVALID' }
  const msg = `it needs Node.js 22.15, 24 or newer, and this is ${process.versions.node}`
  const hint =
    'Run it with a newer Node.js, or use the image or the executable, which bring their own.'
  const time = new Date().toISOString()
  process.stderr.write(
    process.env.PGATE_LOG_FORMAT === 'json'
      ? `${JSON.stringify({ level: 'error', time, event: 'pgate.failed', ...failure, hint, msg })}\n`
      : `pgate failed (exit 20, CONFIG_INVALID): ${msg}. Next: ${hint}\n`,
  )
  process.exit(20)
}
