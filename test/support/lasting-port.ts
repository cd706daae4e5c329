import { createServer } from 'node:net'

/** Where the range begins from which Linux takes ports for connections and for listeners that ask for any. */
const FIRST_EPHEMERAL_PORT = 32_768
const LOWEST_PORT = 10_000

/**
 * A port of the loopback interface that is free with all those at these distances above it, for what ends and listens
 * there again: one that the system gave could be that of a neighbour's connection in between.
 */
export async function lastingPort(distances: readonly number[] = [0]): Promise<number> {
  const room = FIRST_EPHEMERAL_PORT - LOWEST_PORT - Math.max(...distances)
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * room)
    const free = await Promise.all(distances.map((distance) => isFree(port + distance)))
    if (free.every(Boolean)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
