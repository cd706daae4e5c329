import { type ContractCase, found } from '../contract-case.ts'

const error = { term: { severity_text: 'ERROR' } }
const fatal = { term: { severity_text: 'FATAL' } }
const disk = { match: { message: 'disk' } }
const shop = { term: { 'kubernetes.namespace': 'shop' } }

export const BOOL: readonly ContractCase[] = [
  found('bool: filter', { bool: { filter: [error, disk] } }),
  found('bool: filter is one object', { bool: { filter: error } }),
  found('bool: must and filter', { bool: { must: [disk], filter: [error] } }),
  found('bool: should alone', { bool: { should: [error, fatal] } }),
  found('bool: should beside must changes nothing', { bool: { must: [disk], should: [error] } }),
  found('bool: should beside filter changes nothing', { bool: { filter: [disk], should: [error] } }),
  found('bool: should with a minimum', { bool: { filter: [disk], should: [error, fatal], minimum_should_match: 1 } }),
  found('bool: two of three', { bool: { should: [error, disk, shop], minimum_should_match: 2 } }),
  found('bool: a minimum in per cent', { bool: { should: [error, disk, shop], minimum_should_match: '67%' } }),
  found('bool: a negative minimum', { bool: { should: [error, disk, shop], minimum_should_match: -1 } }),
  found('bool: all but', { bool: { should: [error, disk, shop], minimum_should_match: '3<90%' } }),
  {
    ...found('bool: a minimum that is too large', { bool: { should: [error], minimum_should_match: 5 } }),
    isEmpty: true,
  },
  found('bool: must_not alone', { bool: { must_not: [shop] } }),
  found('bool: must_not of two', { bool: { must_not: [shop, error], filter: disk } }),
  found('bool: empty', { bool: {} }),
  found('bool: nested', {
    bool: { filter: [{ bool: { should: [error, { bool: { must: [disk], must_not: [fatal] } }] } }, shop] },
  }),
  { ...found('bool: a contradiction', { bool: { filter: [error, fatal] } }), isEmpty: true },
]
