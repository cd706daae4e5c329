import { Client, credentials, type Metadata, type ServiceError, status } from '@grpc/grpc-js'

/** What a call came to. */
export interface GrpcAnswer {
  readonly code: number
  readonly message: string
  readonly body: Buffer
  /** google.rpc.Status of the trailers, if there is one. */
  readonly details: Buffer | undefined
}

/** Sends bytes by gRPC, as a client of grpc-js. */
export class GrpcClient {
  readonly #client: Client

  constructor(url: string, options: Readonly<Record<string, string | number>> = {}) {
    this.#client = new Client(new URL(url).host, credentials.createInsecure(), options)
  }

  export(body: Uint8Array, service = 'logs.v1.LogsService'): Promise<GrpcAnswer> {
    const path = `/opentelemetry.proto.collector.${service}/Export`
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        path,
        Buffer.from,
        Buffer.from,
        body,
        (error: ServiceError | null, answer?: Buffer) => {
          const metadata: Metadata | undefined = error?.metadata
          const details = metadata?.get('grpc-status-details-bin')[0]
          resolve({
            code: error?.code ?? status.OK,
            message: error?.details ?? '',
            body: answer ?? Buffer.alloc(0),
            details: Buffer.isBuffer(details) ? details : undefined,
          })
        },
      )
    })
  }

  close(): void {
    this.#client.close()
  }
}
