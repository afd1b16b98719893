// Many SSH servers in one process: node in-process.mjs FOLDER COUNT PORT. Says `ready` once all of them listen.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { addressOf } from './hosts.mjs';

const [folder, count, port] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const hostKeys = [readFileSync(join(folder, 'host_key'))];

/** What a real sh says to a script; asked once, so that later runs measure the client and not this process. */
const answers = new Map();

function answer(command, script) {
  const key = `${command}\n${script}`;
  let known = answers.get(key);
  if (known === undefined) {
    known = new Promise((resolve) => {
      const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] });
      const parts = [];
      child.stdout.on('data', (part) => parts.push(part));
      child.once('close', (status) => resolve({ output: Buffer.concat(parts), status: status ?? 1 }));
      child.stdin.end(script);
    });
    answers.set(key, known);
  }
  return known;
}

function serve(connection) {
  connection.on('error', () => undefined);
  connection.on('authentication', (context) =>
    context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
  );
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      const parts = [];
      channel.on('data', (part) => parts.push(part));
      channel.once('end', async () => {
        const { output, status } = await answer(command, Buffer.concat(parts).toString());
        channel.write(output);
        channel.exit(status);
        channel.end();
      });
    });
  });
  connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
    const target = connect(destPort, destIP);
    target.once('error', reject);
    target.once('connect', () => {
      target.off('error', reject);
      target.on('error', () => undefined);
      const channel = accept();
      channel.on('error', () => undefined);
      channel.pipe(target).pipe(channel);
    });
  });
}

const listening = Array.from({ length: count }, (_, host) => {
  const server = new ssh2.Server({ hostKeys }, serve);
  return new Promise((resolve) => server.listen(port, addressOf(host), resolve));
});
await Promise.all(listening);
console.log('ready');
