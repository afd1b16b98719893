import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minerProgramScript, parseMinerProgram } from '../../src/observed/miner-program.js';
import { SHELLS } from '../support/host-folder.js';

describe.each(SHELLS.map((shell) => ({ shell })))('the lotus-miner on disk, asked by $shell', ({ shell }) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealfarm-test-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** @param body what `lotus-miner` does; there is none without it */
  function ask(body?: string, user = userInfo().username) {
    const program = join(folder, 'lotus-miner');
    if (body !== undefined) {
      writeFileSync(program, `#!/bin/sh\n${body}\n`);
      chmodSync(program, 0o755);
    }
    const [sh = 'sh', ...args] = shell;
    const { stdout } = spawnSync(sh, args, {
      input: minerProgramScript({ repo: '/srv/lotus', user }),
      encoding: 'utf8',
      env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder },
    });
    return parseMinerProgram('miner-1', stdout);
  }

  it('tells its version, whatever else it says', () => {
    const say =
      'echo a banner; echo "$1" | grep -q version && echo "lotus-miner version 1.36.2+mainnet+git.8a722b5"';
    expect(ask(say)).toEqual({ ok: true, value: '1.36.2+mainnet+git.8a722b5' });
  });

  it('tells none where it is something else, fails or is not there', () => {
    expect(ask('echo curio version 1.2')).toEqual({ ok: true, value: undefined });
    expect(ask('exit 1')).toEqual({ ok: true, value: undefined });
    rmSync(join(folder, 'lotus-miner'));
    expect(ask()).toEqual({ ok: true, value: undefined });
    expect(ask('true', 'nobody-of-this-name')).toEqual({ ok: true, value: undefined });
  });

  it('is no answer where it was cut off', () => {
    expect(parseMinerProgram('miner-1', 'sealfarm-miner-program 1\n')).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF501' },
    });
  });
});
