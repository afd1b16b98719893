import { FOUND_END, FOUND_HEAD } from '../../src/observed/found-script.js';

function words(...texts: readonly string[]): string {
  return texts.map((text) => (text === '' ? '-' : Buffer.from(text).toString('base64'))).join(' ');
}

/** What a host says that has one worker, with this environment, whose repo says that it listens there. */
export function foundAnswer(env: string, api: string, status = 'NSpid:\t7', apiSince = '-'): string {
  const told = words('lotus-worker\0run\0', env, '/root', 'root', 'seal-1', '1 init', status, '1048576', '');
  return [
    FOUND_HEAD,
    'hostname =seal-1',
    'boot =1',
    `addresses ${words('10.0.0.11 10.0.0.2 10.0.0.1')}`,
    'stranger 7 0 =/repo - -',
    'process 7 =/usr/local/bin/lotus-worker - -',
    `told ${told} 1700000000 100 -`,
    `repo =/repo 600 ${apiSince}`,
    `file =/repo/api present 644 ${words(api)}`,
    FOUND_END,
    '',
  ].join('\n');
}
