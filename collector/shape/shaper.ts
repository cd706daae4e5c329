import { isUtf8 } from 'node:buffer'
import { messageOf } from '#lib/errors.ts'
import { Chunk } from '#lib/match/chunk.ts'
import { EXPORT_REQUEST, RESOURCE_LOGS } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { type LogsVisitor, LogsWalker } from '#lib/otlp/logs-walker.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { createRedactor } from '#lib/redact/create-redactor.ts'
import type { Redactor } from '#lib/redact/redactor.ts'
import type { CollectorEvents } from '../events.ts'
import { AttributeLimits, type AttributeStats } from './attribute-limits.ts'
import type { ShapeConfig } from './config.ts'
import { type Count, type CounterSeries, DerivedCounter } from './derived-counter.ts'
import { DerivedHistogram, type Distribution, type HistogramSeries } from './derived-histogram.ts'
import type { JsonStats } from './json-body.ts'
import { createJsonChoices, type JsonChoice, JsonStage } from './json-stage.ts'
import { type Plan, Plans } from './plan.ts'
import { isSampled, RecordIds } from './record-id.ts'
import { RecordView } from './record-view.ts'
import { RecordWriter } from './record-writer.ts'
import { RequestWriter } from './request-writer.ts'
import { viewResource } from './resource-view.ts'
import { ResourceRoute, Route, type UsualStream } from './routes.ts'
import { createRules, type Rule } from './rules.ts'
import { Tally } from './tally.ts'

export interface ShaperDeps {
  readonly usual: UsualStream
  readonly events: CollectorEvents
  /** Counters, read when scraped. */
  readonly json: JsonStats
  readonly attributes: AttributeStats
  readonly counters: readonly CounterSeries[]
  readonly histograms: readonly HistogramSeries[]
}

/** A request as rules made it. */
export interface Shaped {
  /** With memory of its own. */
  readonly request: Buffer
  /** What is to be counted once it is settled. */
  readonly tally: Tally
}

/** Elasticsearch takes ids of at most this many bytes. */
const MAX_ID_BYTES = 512
const UID_KEY = Buffer.from('log.record.uid')
const EMPTY = Buffer.alloc(0)

/**
 * Has the rules of the configuration work on requests, from bytes to bytes. Resources about which there is nothing to do
 * cost a look each; a request of such resources alone goes on as it is. A record whose shaping fails goes on as it came.
 */
export class Shaper implements LogsVisitor {
  readonly redactor: Redactor | undefined
  readonly #events: CollectorEvents
  readonly #chunk = new Chunk()
  readonly #json: readonly JsonChoice[]
  readonly #jsonStage: JsonStage
  readonly #counters: readonly DerivedCounter[]
  readonly #histograms: readonly DerivedHistogram[]
  readonly #limits: AttributeLimits
  readonly #rules: readonly Rule[]
  readonly #routes: readonly Route[]
  readonly #plans = new Plans((request, start, end) => this.#planFor(request, start, end))
  readonly #walker = new LogsWalker()
  readonly #view = new RecordView()
  readonly #ids = new RecordIds()
  readonly #writer = new RequestWriter()
  readonly #recordWriter = new RecordWriter(this.#writer)
  #request: Buffer = EMPTY
  #receivedHigh = 0
  #receivedLow = 0
  #resource: Buffer = EMPTY
  #plan: Plan | undefined
  /** Of the next record in its request. */
  #place = 0
  #tally = new Tally()
  readonly #add = (count: Count, amount: number) => this.#tally.add(count, amount)
  readonly #observe = (into: Distribution, value: number) => this.#tally.observe(into, value)

  constructor(config: ShapeConfig, { usual, events, json, attributes, counters, histograms }: ShaperDeps) {
    this.#events = events
    this.redactor = createRedactor(config.redact)
    this.#json = createJsonChoices(config.json.bodies, this.#chunk)
    this.#jsonStage = new JsonStage(config, json)
    this.#counters = counters.map((series) => new DerivedCounter(series, this.#chunk))
    this.#histograms = histograms.map((series) => new DerivedHistogram(series, this.#chunk))
    this.#limits = new AttributeLimits(config.attribute_limits, attributes)
    this.#rules = createRules(config.rules, this.#chunk)
    this.#routes = config.routes.map((route) => new Route(route, usual, this.#chunk))
  }

  /** Shapes an ExportLogsServiceRequest; undefined if there is nothing to do for it, or it is malformed. */
  shape(request: Buffer, receivedAtMs: number): Shaped | undefined {
    if (!this.#isNeeded(request)) return undefined
    const receivedNs = BigInt(Math.round(receivedAtMs)) * 1_000_000n
    this.#receivedHigh = Number(receivedNs >> 32n)
    this.#receivedLow = Number(receivedNs & 0xffff_ffffn)
    this.#request = request
    this.#chunk.begin(request, 0, request.length)
    this.redactor?.begin(request, 0, request.length)
    this.#ids.begin(request)
    this.#writer.begin()
    this.#place = 0
    this.#tally = new Tally()
    if (!this.#walker.walk(request, this)) return undefined
    return { request: this.#writer.take(), tally: this.#tally }
  }

  resource(start: number, end: number): void {
    this.#resource = this.#request.subarray(start, end)
    this.#plan = this.#plans.of(this.#request, start, end)
  }

  scope(start: number, end: number): void {
    this.#writer.setScope(this.#resource, this.#request.subarray(start, end))
  }

  record(record: LogRecordCursor): boolean {
    const place = this.#place++
    try {
      this.#shape(record, place)
    } catch (error) {
      this.#events.shapingFailed({}, { err: messageOf(error) })
      this.#writer.abandonRecord()
      this.#recordWriter.begin(this.#request, record)
      this.#recordWriter.write(this.#uidToAdd(record, place))
    }
    return true
  }

  #shape(record: LogRecordCursor, place: number): void {
    const plan = this.#plan!
    const view = this.#view
    const writer = this.#recordWriter
    view.set(this.#request, record)
    writer.begin(this.#request, record)
    if (plan.isNeeded) {
      if (this.#redact(view)) writer.setText(view)
      if (plan.json.length > 0) this.#jsonStage.apply(plan.json, view, record, writer)
      for (let index = 0; index < plan.counters.length; index++) {
        plan.counters[index]!.count(plan.resource, view, this.#add)
      }
      for (let index = 0; index < plan.histograms.length; index++) {
        plan.histograms[index]!.observe(plan.resource, view, this.#observe)
      }
      if (this.#isDropped(plan, record, place)) return
      const dataStream = this.#dataStreamOf(plan)
      if (dataStream !== undefined) writer.setDataStream(dataStream)
      if (this.#limits.isNeeded) writer.setAttributes(this.#limits.limit(this.#request, record))
    }
    writer.write(this.#uidToAdd(record, place))
  }

  #redact(view: RecordView): boolean {
    const { redactor } = this
    if (redactor === undefined || view.bodyStart === view.bodyEnd) return false
    const text = view.bytes.subarray(view.bodyStart, view.bodyEnd)
    if (!isUtf8(text)) {
      view.bytes = Buffer.from(text.toString('utf8'))
      view.bodyStart = 0
      view.bodyEnd = view.bytes.length
    }
    const isRedacted = redactor.redact(view, false)
    if (isRedacted) view.forgetText()
    return isRedacted
  }

  #isDropped({ rules }: Plan, record: LogRecordCursor, place: number): boolean {
    for (let index = 0; index < rules.length; index++) {
      const { condition, oneIn, seed, reason } = rules[index]!
      if (!condition.isMet(this.#view)) continue
      const isKept = oneIn === 1 || (oneIn !== Number.POSITIVE_INFINITY && this.#isSampled(record, place, oneIn, seed))
      if (!isKept) this.#tally.drop(reason)
      return !isKept
    }
    return false
  }

  #dataStreamOf({ routes }: Plan): Buffer | undefined {
    for (let index = 0; index < routes.length; index++) {
      const stream = routes[index]!.streamOf(this.#view)
      if (stream !== undefined) return stream
    }
    return undefined
  }

  #isSampled(record: LogRecordCursor, place: number, oneIn: number, seed: number): boolean {
    const own = this.#uidOf()
    if (own !== undefined) return isSampled(this.#request, own.start, own.stop, oneIn, seed)
    const made = this.#idOf(record, place)
    return isSampled(made, 0, made.length, oneIn, seed)
  }

  /** What stands before it may be left out now, or once rules have changed: its place must not be its id. */
  #uidToAdd(record: LogRecordCursor, place: number): Buffer | undefined {
    return this.#uidOf() === undefined ? this.#idOf(record, place) : undefined
  }

  /** The id that a record came with, if it can be one. */
  #uidOf(): { readonly start: number; readonly stop: number } | undefined {
    const found = this.#view.attributes.rangeOf(UID_KEY)
    if (found === undefined || found.start === found.stop) return undefined
    return found.stop - found.start <= MAX_ID_BYTES ? found : undefined
  }

  #idOf(record: LogRecordCursor, place: number): Buffer {
    const hasTime = record.timeHigh !== 0 || record.timeLow !== 0
    const hasObserved = record.observedHigh !== 0 || record.observedLow !== 0
    const high = hasTime ? record.timeHigh : hasObserved ? record.observedHigh : this.#receivedHigh
    const low = hasTime ? record.timeLow : hasObserved ? record.observedLow : this.#receivedLow
    return this.#ids.of(high, low, place)
  }

  #isNeeded(request: Buffer): boolean {
    const reader = new ProtoReader(request)
    const section = new ProtoReader(request)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== EXPORT_REQUEST.resourceLogs) continue
      section.reset(reader.start, reader.stop)
      let [start, stop] = [0, 0]
      for (let part = section.next(); part !== 0 && stop === 0; part = section.next()) {
        if (part === RESOURCE_LOGS.resource) [start, stop] = [section.start, section.stop]
      }
      if (this.#plans.of(request, start, stop).isNeeded) return true
    }
    return false
  }

  #planFor(request: Buffer, start: number, end: number): Plan {
    const resource = viewResource(request, start, end)
    const rules = this.#rules.filter(({ condition }) => condition.isAbout(resource))
    const routes = this.#routes
      .filter(({ condition }) => condition.isAbout(resource))
      .map((route) => new ResourceRoute(route, resource))
    const json = this.#json.filter(({ condition }) => condition.isAbout(resource))
    const counters = this.#counters.filter(({ condition }) => condition.isAbout(resource))
    const histograms = this.#histograms.filter(({ condition }) => condition.isAbout(resource))
    const steps = json.length + counters.length + histograms.length + rules.length + routes.length
    const isNeeded = this.redactor !== undefined || this.#limits.isNeeded || steps > 0
    return { isNeeded, resource, json, counters, histograms, rules, routes }
  }
}
