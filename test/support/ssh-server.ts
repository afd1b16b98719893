import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';

export interface SshServerOptions {
  /** Private keys, as text. */
  readonly hostKeys: readonly string[];
  /** Public keys in wire format; no other key gets in. */
  readonly authorizedKeys: readonly Buffer[];
  /** On the loopback network; 127.0.0.1 by default. */
  readonly address?: string;
  /** As MaxAuthTries of sshd. */
  readonly maxAuthTries?: number;
  /** Whether `direct-tcpip` is allowed; yes by default. */
  readonly forwarding?: boolean;
  /** Whether commands go on when their channel is closed, as with sshd; no by default, so that nothing is left. */
  readonly commandsStay?: boolean;
  /** In place of running a command: what it says on standard error, and its status, at once. */
  readonly answer?: { readonly stderr: string; readonly status: number };
  /** What to wait for before a `direct-tcpip` connection is made. */
  readonly forwardingDelay?: () => Promise<void>;
}

/** An SSH server that runs what it is told with the real sh, and lets a test look inside. */
export class SshServer {
  /** Everything clients asked to have run. */
  readonly commands: string[] = [];
  /** Keys clients offered, in order, each once for being asked and once for its signature. */
  readonly offeredKeys: Buffer[] = [];
  connections = 0;
  openChannels = 0;
  mostOpenChannels = 0;
  readonly #options: SshServerOptions;
  readonly #ssh: ssh2.Server;
  readonly #tcp: Server;
  readonly #sockets = new Set<Socket>();
  readonly #children = new Set<ChildProcess>();

  private constructor(options: SshServerOptions) {
    this.#options = options;
    this.#ssh = new ssh2.Server({ hostKeys: [...options.hostKeys] }, (connection) => {
      this.#serve(connection);
    });
    this.#tcp = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#ssh.injectSocket(socket);
    });
  }

  static async start(options: SshServerOptions): Promise<SshServer> {
    const server = new SshServer(options);
    await new Promise<void>((resolve) => {
      server.#tcp.listen(0, options.address ?? '127.0.0.1', resolve);
    });
    return server;
  }

  get address(): string {
    return this.#listening().address;
  }

  get port(): number {
    return this.#listening().port;
  }

  /** Breaks every connection, as a pulled cable with a reset does. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.cut();
    for (const child of this.#children) killGroup(child);
    await new Promise<void>((resolve) => {
      this.#tcp.close(() => {
        resolve();
      });
    });
  }

  #listening(): AddressInfo {
    const address = this.#tcp.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return address;
  }

  #serve(connection: Connection): void {
    let tries = 0;
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (this.#admits(context)) {
        context.accept();
        return;
      }
      tries += 1;
      if (tries >= (this.#options.maxAuthTries ?? 6)) connection.end();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', (acceptExec, _reject, { command }) => {
        this.commands.push(command);
        if (this.#options.answer !== undefined)
          answerAtOnce(this.#counted(acceptExec()), this.#options.answer);
        else this.#run(command, this.#counted(acceptExec()));
      });
    });
    // Without a listener ssh2 refuses as sshd does: administratively prohibited.
    if (this.#options.forwarding === false) return;
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      void this.#forward(accept, reject, destIP, destPort);
    });
  }

  async #forward(accept: () => ServerChannel, reject: () => void, host: string, port: number): Promise<void> {
    await this.#options.forwardingDelay?.();
    const target = connect(port, host);
    target.once('error', reject);
    target.once('connect', () => {
      target.off('error', reject);
      join(this.#counted(accept()), target);
    });
  }

  #admits(context: AuthContext): boolean {
    if (context.method !== 'publickey') return false;
    this.offeredKeys.push(context.key.data);
    if (!this.#options.authorizedKeys.some((key) => key.equals(context.key.data))) return false;
    if (context.signature === undefined || context.blob === undefined) return true;
    const key = ssh2.utils.parseKey(context.key.data);
    if (key instanceof Error) return false;
    return key.verify(context.blob, context.signature, context.hashAlgo);
  }

  #counted(channel: ServerChannel): ServerChannel {
    this.openChannels += 1;
    this.mostOpenChannels = Math.max(this.mostOpenChannels, this.openChannels);
    channel.once('close', () => {
      this.openChannels -= 1;
    });
    channel.on('error', () => undefined);
    return channel;
  }

  #run(command: string, channel: ServerChannel): void {
    // In a group of its own, so that the test can end what its scripts have started.
    const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe', detached: true });
    this.#children.add(child);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    channel.pipe(child.stdin).once('close', () => {
      channel.resume(); // with data nobody reads ssh2 never closes it
    });
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    channel.once('close', () => {
      child.stdin.end();
      if (this.#options.commandsStay !== true) killGroup(child);
    });
    child.once('close', (code, signal) => {
      this.#children.delete(child);
      if (code !== null) channel.exit(code);
      else channel.exit((signal ?? 'SIGKILL').slice('SIG'.length));
      channel.end();
    });
  }
}

/** All in one packet with the news that the command was started. */
function answerAtOnce(
  channel: ServerChannel,
  answer: { readonly stderr: string; readonly status: number },
): void {
  channel.resume();
  channel.stderr.write(answer.stderr);
  channel.exit(answer.status);
  channel.end();
}

function join(channel: ServerChannel, target: Socket): void {
  target.on('error', () => undefined);
  target.once('close', () => {
    channel.end();
    channel.resume(); // with data nobody reads ssh2 never closes it
  });
  channel.once('close', () => {
    target.destroy();
  });
  channel.pipe(target).pipe(channel);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
