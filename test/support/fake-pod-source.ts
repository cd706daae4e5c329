import type { Clock } from '#lib/clock.ts'
import type { PodSource } from '../../agent/metadata/kubelet-client.ts'
import { MetadataError } from '../../agent/metadata/metadata-error.ts'
import { podListOf } from './pod-lists.ts'

/** A source of pods without a network, which notes when it was asked. */
export class FakePodSource implements PodSource {
  /** What it answers with: a whole list, or the UIDs of pods. */
  pods: string | readonly string[] = []
  mode: 'answer' | 'fail' | 'hang' = 'answer'
  /** How long an answer takes. */
  delayMs = 0
  /** When each request began, and whether one was under way then. */
  readonly askedAtMs: number[] = []
  overlapped = false
  closed = false
  readonly #clock: Clock
  #underWay = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async fetchPods(signal: AbortSignal): Promise<Buffer> {
    this.askedAtMs.push(this.#clock.monotonicMs())
    this.overlapped ||= this.#underWay > 0
    this.#underWay += 1
    // What is answered is what was there when the request came.
    const { pods, mode } = this
    try {
      if (mode === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      else if (this.delayMs > 0) await this.#clock.sleep(this.delayMs, signal)
      if (mode !== 'answer' || signal.aborted) throw new MetadataError('KUBELET_UNREACHABLE', ['127.0.0.1', mode])
      return Buffer.from(typeof pods === 'string' ? pods : podListOf(...pods))
    } finally {
      this.#underWay -= 1
    }
  }

  close(): void {
    this.closed = true
  }
}
