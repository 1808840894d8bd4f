/** Loaded into pgate before it starts: at SIGUSR2 its wall clock jumps by TEST_CLOCK_JUMP ms. */
const RealDate = Date
let jumpMs = 0

globalThis.Date = class extends RealDate {
  constructor(...args: [] | [number]) {
    if (args.length === 0) super(RealDate.now() + jumpMs)
    else super(...args)
  }
  static override now(): number {
    return RealDate.now() + jumpMs
  }
} as DateConstructor

process.on('SIGUSR2', () => {
  jumpMs = Number(process.env.TEST_CLOCK_JUMP)
  process.stderr.write(`the clock says ${new Date().toISOString()}\n`)
})
