import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../../../src/errors/exit-codes.ts'
import { FAILURES } from '../../../src/errors/failures.ts'
import { callPgate } from '../../support/cli/call.ts'

describe('pgate explain', () => {
  it.each(Object.entries(FAILURES))('says what %s means and what to do', async (code, failure) => {
    const { exitCode, stdout } = await callPgate(['explain', code])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(failure.meaning)
    expect(stdout).toContain(failure.remedy)
    expect(stdout).toContain(`Exit code ${EXIT_CODES[failure.exit].number} `)
  })

  it.each(Object.entries(EXIT_CODES))(
    'knows the exit code %s by number and by name',
    async (name, { number, remedy }) => {
      const byNumber = await callPgate(['explain', String(number)])
      const byName = await callPgate(['explain', name])
      expect(byNumber.stdout).toContain(remedy)
      expect(byName.stdout).toBe(byNumber.stdout)
    },
  )

  it('takes a code however it is written', async () => {
    const { stdout } = await callPgate(['explain', 'verify-drift'])
    expect(stdout).toMatch(/^VERIFY_DRIFT: /)
  })

  it('lists every code where none is given', async () => {
    const { stdout } = await callPgate(['explain'])
    expect(Object.keys(FAILURES).filter((code) => !stdout.includes(code))).toEqual([])
  })

  it('suggests the code that was meant, with a command that runs', async () => {
    const { exitCode, stderr } = await callPgate(['explain', 'VERIFY_DRFT'])
    expect(exitCode).toBe(2)
    const [, meant = ''] = /Did you mean pgate (.*)\?/.exec(stderr) ?? []
    expect((await callPgate(meant.split(' '))).stdout).toMatch(/^VERIFY_DRIFT: /)
  })

  it('answers where a variable is wrong, which is when it is asked', async () => {
    const env = { PGATE_WAIT_TIMOUT: '5', DATABASE_URL: 'not a URL' }
    const { exitCode, stdout } = await callPgate(['explain', 'CONFIG_INVALID', '--json'], env)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout).explained).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 20 })
  })
})
