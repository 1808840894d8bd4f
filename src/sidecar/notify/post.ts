import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

/** What is sent, and until when. */
export interface Post {
  readonly url: string
  /** JSON. */
  readonly body: string
  /** For all of it, in milliseconds; 1 or more. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Posts JSON, over a connection of its own. A redirect is not followed: it would carry the notice to
 * somebody else.
 * @returns what went wrong, in a few words without the URL; undefined where the answer is a 2xx
 */
export async function postJson(post: Post): Promise<string | undefined> {
  const limit = AbortSignal.timeout(post.timeoutMs)
  try {
    const { statusCode = 0 } = await answerTo(post, AbortSignal.any([post.signal, limit]))
    return statusCode >= 200 && statusCode < 300 ? undefined : `it answered ${statusCode}`
  } catch (error) {
    if (limit.aborted) return `no answer within ${post.timeoutMs / 1000} s`
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // The message of an error may quote the URL; its code does not.
    return typeof code === 'string' ? code : 'unknown error'
  }
}

function answerTo({ url, body }: Post, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', headers, signal, agent: false })
    request.once('error', reject)
    request.once('response', (response) => {
      // The answer's head is all that counts; its body, however long, is not read.
      response.destroy()
      resolve(response)
    })
    request.end(body)
  })
}
