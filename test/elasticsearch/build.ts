import { messageOf } from '#lib/errors.ts'
import { buildFixture, PRODUCTS, type Product } from './fixture.ts'

/** `npm run elasticsearch:build [-- elasticsearch-8 opensearch-3]`: builds the servers that tests run against. */
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !PRODUCTS.includes(name as Product))
if (unknown.length > 0) {
  process.stderr.write(`no server ${unknown.join(', ')}; there are ${PRODUCTS.join(', ')}\n`)
  process.exitCode = 2
} else {
  for (const product of asked.length === 0 ? [PRODUCTS[0]!] : (asked as Product[])) {
    try {
      await buildFixture(product)
      process.stdout.write(`${product} is built\n`)
    } catch (error) {
      process.stderr.write(`${product}: ${messageOf(error)}\n`)
      process.exitCode = 1
    }
  }
}
