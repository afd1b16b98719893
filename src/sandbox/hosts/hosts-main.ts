import { readFileSync } from 'node:fs';
import { hostLayouts, layout, readState } from '../layout.js';
import { createSshHost } from './ssh-host.js';

/** One process is all hosts of a sandbox: `hosts-main DIR`. */
function main(dir: string): void {
  const state = readState(dir);
  if (state === undefined) throw new Error(`no sandbox in ${dir}`);
  const clientKey = readFileSync(`${layout(dir).clientKey}.pub`, 'utf8');
  for (const host of hostLayouts(dir, state.hosts)) {
    const server = createSshHost(dir, host, clientKey);
    server.on('error', (error: Error) => {
      process.stderr.write(`${host.name}: ${error.message}\n`);
      process.exit(1);
    });
    server.listen(state.ports.ssh, host.address);
  }
  process.once('SIGINT', () => process.exit(0));
}

main(process.argv[2] ?? '');
