// slow-link.mjs HOST PORT: a connection on standard input and output, for ProxyCommand, with 150 ms for there and back.
import { connect } from 'node:net';
import process from 'node:process';
import { Transform } from 'node:stream';
import { setTimeout } from 'node:timers';

const ONE_WAY_MS = 75;

/** Gives each piece on after the same while, so that the order stays. */
function delay() {
  return new Transform({
    transform(piece, _encoding, done) {
      setTimeout(() => this.push(piece), ONE_WAY_MS);
      done();
    },
    flush(done) {
      setTimeout(done, ONE_WAY_MS);
    },
  });
}

const socket = connect(Number(process.argv[3]), process.argv[2]);
for (const stream of [socket, process.stdin, process.stdout]) stream.on('error', () => process.exit(1));
process.stdin.pipe(delay()).pipe(socket).pipe(delay()).pipe(process.stdout);
