import { PassThrough, Writable, type Duplex } from 'node:stream';
import { ForwardedSocket } from '../../src/remote/forwarded-socket.js';
import type { Injector } from './injector.js';
import { TURN } from './turn.js';

/** Of these Lotus may well say null, and nobody could know better. */
const MAY_BE_NULL: ReadonlySet<string> = new Set(['Paths', 'SectorsSummary']);

/** What comes instead of an answer: no HTTP at all, no JSON, JSON of another shape, and no result. */
function garbage(method: string, id: string): readonly string[] {
  const json = (result: string): string =>
    http(`{"jsonrpc":"2.0","id":${id},"result":${result}}`, 'application/json');
  return [
    '\u0000\u0001\u0002 not a server at all\r\n\r\n',
    http('<html>502 Bad Gateway</html>', 'text/html'),
    json('{"Nonsense":[null]}'),
    ...(MAY_BE_NULL.has(method) ? [] : [json('null')]),
  ];
}

/** Another one each time: a method that always gets the same is tried by that alone. */
function choose<T>(all: readonly T[], turn: number): T | undefined {
  return all[turn % all.length];
}

function http(body: string, type: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}

/** A connection for one JSON-RPC call on which a fault may happen, once it is known what is called. */
export function tapped(inner: Duplex, who: 'miner' | 'worker', injector: Injector, cut: () => void): Duplex {
  const answer = new PassThrough();
  const held: Buffer[] = [];
  let decided = false;
  let forwards = true;
  inner.on('error', () => answer.destroy());
  inner.on('close', () => {
    if (forwards && !injector.dead) answer.destroy();
  });

  const send = (done: () => void): void => {
    inner.write(Buffer.concat(held), done);
  };
  const relay = (): void => {
    inner.pipe(answer);
  };
  const cutOff = (): void => {
    cut();
    answer.destroy();
  };
  /** Once the call was carried out. */
  const onAnswer = (then: () => void): void => {
    forwards = false;
    inner.once('data', then);
  };

  const decide = (method: string, id: string, done: () => void): void => {
    const fault = injector.pass('call', `${who}.${method}`);
    switch (fault) {
      case undefined:
      case 'disk full':
      case 'read-only':
        relay();
        break;
      case 'worker dies':
        injector.killWorkers();
        relay();
        break;
      case 'reboot':
        injector.reboot();
        cutOff();
        done();
        return;
      case 'kill before':
        injector.die();
        return;
      case 'cut before':
        cutOff();
        done();
        return;
      case 'hang before':
        forwards = false;
        done();
        return;
      case 'kill after':
        onAnswer(() => {
          injector.die();
        });
        break;
      case 'cut after':
        onAnswer(cutOff);
        break;
      case 'hang after':
        onAnswer(() => undefined);
        break;
      case 'garbage':
        onAnswer(() => answer.end(choose(garbage(method, id), injector.passed.length + TURN)));
        break;
    }
    send(done);
  };

  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (injector.dead) return;
      if (decided) {
        inner.write(chunk, done);
        return;
      }
      held.push(chunk);
      const text = Buffer.concat(held).toString('latin1');
      const [, id = '', method] = /"id":(\d+),"method":"Filecoin\.(\w+)"/.exec(text) ?? [];
      if (method === undefined) {
        done();
        return;
      }
      decided = true;
      decide(method, id, done);
    },
  });
  writable.on('error', () => undefined);
  const close = (): void => {
    inner.destroy();
    answer.destroy();
  };
  return new ForwardedSocket({ readable: answer, writable, close });
}
