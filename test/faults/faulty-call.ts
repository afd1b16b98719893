import { PassThrough, Writable, type Duplex } from 'node:stream';
import { ForwardedSocket } from '../../src/remote/forwarded-socket.js';
import type { Injector } from './injector.js';

/** What comes instead of an answer: no HTTP at all, no JSON, and JSON of another shape. */
const GARBAGE = [
  '\u0000\u0001\u0002 not a server at all\r\n\r\n',
  http('<html>502 Bad Gateway</html>', 'text/html'),
  http('{"jsonrpc":"2.0","id":1,"result":{"Nonsense":[null]}}', 'application/json'),
];

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

  const decide = (method: string, done: () => void): void => {
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
        onAnswer(() => answer.end(GARBAGE[method.length % GARBAGE.length]));
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
      const method = /"method":"Filecoin\.(\w+)"/.exec(Buffer.concat(held).toString('latin1'))?.[1];
      if (method === undefined) {
        done();
        return;
      }
      decided = true;
      decide(method, done);
    },
  });
  writable.on('error', () => undefined);
  const close = (): void => {
    inner.destroy();
    answer.destroy();
  };
  return new ForwardedSocket({ readable: answer, writable, close });
}
