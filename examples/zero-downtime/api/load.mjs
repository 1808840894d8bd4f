// Customers: they order, read and change all the time, at every instance that is ready, as a Service
// of Kubernetes would send them there. What one instance has written, any other has to read.
//
//   node load.mjs http://api-1:8000 http://api-2:8000
//
// With SIGTERM they read all their orders once more, say what they counted, and end with 1 if anything failed.
import { setTimeout as delay } from 'node:timers/promises'

const instances = process.argv.slice(2).map((url) => ({ url, ready: false, answers: 0 }))
const failures = new Map()
let requests = 0
let stopping = false

const pick = (list) => list[Math.floor(Math.random() * list.length)]
const fail = (what) => failures.set(what, (failures.get(what) ?? 0) + 1)
const randomTotal = () => (Math.floor(Math.random() * 1_000_000) / 100).toFixed(2)

async function watch(instance) {
  for (;;) {
    instance.ready = await fetch(`${instance.url}/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
    await delay(50)
  }
}

/** One request at any ready instance; an answer that is no success, or another total, is a failure. */
async function call(method, path, wanted, body) {
  const instance = pick(instances.filter(({ ready }) => ready))
  requests += 1
  if (requests % 50 === 0) console.log(`${count()}; ready: ${readyOnes().join(' ')}`)
  if (instance === undefined) return fail('no instance is ready')
  try {
    const answer = await fetch(`${instance.url}${path}`, { method, body: JSON.stringify(body) })
    const order = await answer.json()
    if (!answer.ok) fail(`${method} at ${instance.url}: ${answer.status} ${order.error}`)
    else if (order.total !== wanted) fail(`${method} at ${instance.url}: another total`)
    instance.answers += 1
    return order
  } catch (error) {
    fail(`${method} at ${instance.url}: ${error.cause?.message ?? error.message}`)
  }
}

/** A customer with 25 orders at most, each with the total that it wrote last. */
async function customer(name) {
  const totals = new Map()
  while (!stopping) {
    const total = randomTotal()
    const id =
      totals.size < 25
        ? (await call('POST', '/orders', total, { customer: name, total }))?.id
        : pick([...totals.keys()])
    if (totals.has(id)) await call('PUT', `/orders/${id}`, total, { total })
    if (id !== undefined) totals.set(id, total)
    if (id !== undefined) await call('GET', `/orders/${id}`, total)
    await delay(20)
  }
  for (const [id, total] of totals) await call('GET', `/orders/${id}`, total)
}

const sum = () => [...failures.values()].reduce((all, one) => all + one, 0)
const count = () => `${requests} requests, ${sum()} failures`
const readyOnes = () => instances.filter(({ ready }) => ready).map(({ url }) => url)

process.once('SIGTERM', () => {
  stopping = true
})
for (const instance of instances) watch(instance)
while (!stopping && readyOnes().length === 0) await delay(50)
await Promise.all(['ada', 'ben', 'cleo', 'dan'].map(customer))
for (const [what, times] of failures) console.log(`${times} times: ${what}`)
for (const { url, answers } of instances) console.log(`${answers} answers of ${url}`)
console.log(count())
process.exit(sum() === 0 ? 0 : 1)
