import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { otelAttributes, podAttributes } from '../../../agent/enrich/process-resource.ts'

test("OpenTelemetry's variables: pairs, percent-encoded, the service name over all", () => {
  const { attributes, problem } = otelAttributes({
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=a, deployment.environment.name = pro%2Cd ,empty=,',
    OTEL_SERVICE_NAME: 'shop',
  })
  assert.equal(problem, undefined)
  assert.deepEqual(attributes, { 'service.name': 'shop', 'deployment.environment.name': 'pro,d', empty: '' })
  assert.deepEqual(otelAttributes({}), { attributes: {} })
})

test('a variable that cannot be read is left out whole, and said', () => {
  for (const value of ['no pair', 'a=1,=2', 'a=%zz', '%zz=1']) {
    const { attributes, problem } = otelAttributes({ OTEL_RESOURCE_ATTRIBUTES: value, OTEL_SERVICE_NAME: 'shop' })
    assert.deepEqual(attributes, { 'service.name': 'shop' }, value)
    assert.match(problem ?? '', /OTEL_RESOURCE_ATTRIBUTES/)
  }
})

test('what is encoded as the specification says is read as it was', () => {
  const text = fc.string({ minLength: 1 }).filter((value) => value.isWellFormed() && value !== '__proto__')
  fc.assert(
    fc.property(fc.dictionary(text, text), (wanted) => {
      const pairs = Object.entries(wanted).map(
        ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`,
      )
      const { attributes } = otelAttributes({ OTEL_RESOURCE_ATTRIBUTES: pairs.join(',') })
      assert.deepEqual(attributes, { ...wanted })
    }),
  )
})

test('what the downward API sets becomes attributes of Kubernetes; what is empty does not', () => {
  const env = {
    POD_NAME: 'web-0',
    POD_NAMESPACE: 'shop',
    POD_UID: 'u',
    CONTAINER_NAME: 'app',
    NODE_NAME: '',
    HOME: '/',
  }
  assert.deepEqual(podAttributes(env), {
    'k8s.namespace.name': 'shop',
    'k8s.pod.name': 'web-0',
    'k8s.pod.uid': 'u',
    'k8s.container.name': 'app',
  })
})
