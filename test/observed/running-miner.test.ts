import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RUNNING_MINER_FUNCTIONS } from '../../src/observed/running-miner.js';
import { runShell } from '../apply/run-shell.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';

let folder: HostFolder;

afterEach(() => {
  folder.remove();
});

describe.each(SHELLS.map((shell) => ({ shell })))(
  'a lotus-miner whose variables are not read in $shell',
  ({ shell }) => {
    it.each([
      ['is taken for the one that is meant where it goes on', 'lotus-miner\\nrun\\n', '/proc/'],
      ['is none where it has ended in this moment', '', ''],
    ])('%s', (_, later, met) => {
      folder = new HostFolder();
      const program = join(folder.path, 'lotus-miner');
      symlinkSync('/bin/sh', program);
      const { pid } = folder.start(program, ['-c', 'while :; do sleep 1; done', 'run'], {});
      const asked = join(folder.path, 'asked');
      // Of this process alone: its command line is there at the first look, and at the second as it is said.
      const words = `words_of() {
  case $1 in
    /proc/${pid}/cmdline) if [ -e '${asked}' ]; then printf '${later}'; else : >'${asked}'; printf 'lotus-miner\\nrun\\n'; fi ;;
    *) return 1 ;;
  esac
}`;
      const look = `repo=/srv/miner user=\nmeet() { echo "$1"; }\neach_miner meet\n`;
      const { stdout } = runShell(`${RUNNING_MINER_FUNCTIONS}\n${words}\n${look}`, { shell });
      expect(stdout).toBe(met === '' ? '' : `${met}${pid}\n`);
    });
  },
);
