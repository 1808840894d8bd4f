import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { authenticator } from '../../../../src/postgres/connect/authenticate.ts'

function bound() {
  const login = {
    host: { kind: 'tcp', host: 'db', port: 5432 },
    user: 'app',
    database: 'app',
    password: 'secret',
    applicationName: 'pgate',
    channelBinding: 'require',
  } as const
  const progress = { asked: true, encrypted: true, phase: 'startup' } as const
  return authenticator({ stream: new Socket(), login, progress })
}

const OFFER = {
  name: 'authenticationSASL',
  mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'],
  length: 40,
} as const
const refused = expect.objectContaining({ reason: 'CHANNEL_BINDING' })

describe('a login that is to be bound', () => {
  it('gives no password in another way, also once the server has offered to bind', async () => {
    const { answerTo } = bound()
    await answerTo(OFFER)
    expect(() => answerTo({ name: 'authenticationCleartextPassword', length: 8 })).toThrow(refused)
    const salt = Buffer.from('salt')
    expect(() => answerTo({ name: 'authenticationMD5Password', salt, length: 12 })).toThrow(refused)
  })

  it('is not over by a welcome behind the offer', async () => {
    const { answerTo, check } = bound()
    await answerTo(OFFER)
    answerTo({ name: 'authenticationOk', length: 8 })
    expect(check).toThrow(refused)
  })
})
