import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a port on loopback that a test can cut or silence. */
export class TcpRelay {
  readonly #sockets = new Set<Socket>();
  #isSilent = false;

  private constructor(private readonly server: Server) {}

  /** @param target port; without it nobody ever answers */
  static async start(target?: number): Promise<TcpRelay> {
    const server = createServer();
    const relay = new TcpRelay(server);
    server.on('connection', (socket) => {
      relay.#keep(socket);
      if (target !== undefined) relay.#join(socket, relay.#keep(connect(target, '127.0.0.1')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Nothing is carried any more, and nobody is told. */
  silence(): void {
    this.#isSilent = true;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => {
        if (!this.#isSilent) to.write(chunk);
      });
      from.on('close', () => to.destroy());
    }
  }
}
