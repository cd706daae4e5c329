import type { Clock } from '#lib/clock.ts'
import type { RouterEvents } from '../events.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Endpoint } from './api.ts'
import { acknowledgementEndpoints } from './api-acknowledgements.ts'
import { explainEndpoint } from './api-explain.ts'
import { heartbeatsEndpoint } from './api-heartbeats.ts'
import { notificationEndpoints } from './api-notifications.ts'
import { receiverTestEndpoint } from './api-receiver-test.ts'
import { routeTestEndpoint } from './api-route-test.ts'
import { silencePreviewEndpoint } from './api-silence-preview.ts'
import { templatePreviewEndpoint } from './api-template-preview.ts'

export interface OwnApiDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
  readonly events: RouterEvents
  readonly takesDrafts: boolean
}

/** What the API has that upstream's does not, below a prefix of its own. */
export function ownEndpoints(deps: OwnApiDeps): readonly Endpoint[] {
  return [
    silencePreviewEndpoint(deps),
    ...acknowledgementEndpoints(deps),
    heartbeatsEndpoint(deps),
    ...notificationEndpoints(deps),
    explainEndpoint(deps),
    receiverTestEndpoint(deps),
    templatePreviewEndpoint(deps),
    routeTestEndpoint(deps),
  ]
}
