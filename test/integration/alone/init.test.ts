import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFarm } from '../../../src/farm/read-farm.js';
import { eventually, sealfarm, type CliResult } from '../../support/cli.js';
import { SpaceHost } from '../../support/space-host.js';
import { makeSshFolder, type SshFolder } from '../../support/ssh-farm.js';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'main.js');
/** What nobody may ever see again. */
const CANARY = 'eyJhbGciOiJIUzI1NiJ9.canary';

let keys: SshFolder;
let host: SpaceHost;
let reach: readonly string[];
let folder: string;

function init(...more: readonly string[]): Promise<CliResult> {
  return sealfarm(['init', ...more], { cwd: folder });
}

/** All that is wanted but how to reach the host. */
function initThere(...more: readonly string[]): Promise<CliResult> {
  return init(...reach, '--miner', 'none', '--sector-size', '8MiB', ...more);
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

beforeAll(async () => {
  folder = tmpdir();
  keys = await makeSshFolder();
  // Namespaces of its own: sandboxes of others have workers on this machine.
  host = await SpaceHost.start(
    { name: 'first-1', address: '127.0.0.77', port: 42_277, programs: '/nowhere' },
    join(keys.folder, 'first-1'),
    keys,
  );
  const known = join(keys.folder, 'known_hosts');
  writeFileSync(known, `${host.knownAs}\n`);
  // A path of an operator's file begins with a slash and may have blanks.
  reach = [host.words, '--identity-file', keys.userKey.privateFile, '--known-hosts', known];
}, 300_000);

afterAll(async () => {
  await host.stop();
  await keys.remove();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-init-'));
  return () => {
    rmSync(folder, { recursive: true });
  };
});

describe('init over a real sshd', () => {
  it('writes a file that is valid, and says what comes next', async () => {
    const written = await initThere('--yes', '--name', 'first');
    expect(written.code, written.stderr).toBe(0);
    expect(readdirSync(folder)).toEqual(['sealfarm.yaml']);
    expect(flat(written.stdout)).toMatch(
      /^Wrote sealfarm\.yaml: 1 host, 1 worker\. .*sealfarm validate .*SEALFARM_MINER_TOKEN.* sealfarm plan .* sealfarm apply/,
    );
    expect(written.stderr).toContain('SF685');
    const validated = await sealfarm(['validate'], { cwd: folder });
    expect(validated.code, validated.stdout + validated.stderr).toBe(0);
    const { farm: read } = readFarm(readFileSync(join(folder, 'sealfarm.yaml'), 'utf8'), 'f');
    expect(read).toMatchObject({ name: 'first', sectorSize: '8MiB' });
    expect(read?.hosts[0]?.workers[0]?.tasks).toEqual(['AP', 'PC1', 'PC2', 'C2']);
  });

  it('never writes over a file, and says so before it asks a host: SF680', async () => {
    const file = join(folder, 'sealfarm.yaml');
    writeFileSync(file, 'mine');
    const refused = await init('no-such-host.invalid', '--miner', 'none', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('SF680');
    expect(refused.stderr).not.toContain('no-such-host');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('prints the file with --out -, and data with --json', async () => {
    const printed = await initThere('--out', '-');
    expect(printed.code, printed.stderr).toBe(0);
    expect(readFarm(printed.stdout, 'f').farm).toBeDefined();
    const { stdout } = await initThere('--json', '--yes', '--config', 'north.yaml');
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      file: 'north.yaml',
      farm: { farm: 'farm' },
    });
    expect(readdirSync(folder)).toEqual(['north.yaml']);
  });

  it.each<[what: string, words: readonly string[], code: string]>([
    ['nobody to ask', ['host-1', '--miner', 'none'], 'SF614'],
    ['nobody to ask, for programs', ['host-1', '--miner', 'none', '--json'], 'SF614'],
    ['no hosts', ['--miner', 'none', '--yes'], 'SF681'],
    ['no miner', ['host-1', '--yes'], 'SF681'],
    ['a host that is none', ['a b', '--miner', 'none', '--yes'], 'SF615'],
    ['a miner that is none', ['host-1', '--miner', '/ip4/10.0.0.1', '--yes'], 'SF615'],
    [
      'a token among the hosts',
      [`${CANARY}:/ip4/10.0.0.1/tcp/2345/http`, '--miner', 'none', '--yes'],
      'SF615',
    ],
    ['a token for where it is', ['a', '--miner', 'none', '--miner-token', CANARY, '--yes'], 'env:NAME'],
    ['a pasted token', ['host-1', '--miner', `${CANARY}:/ip4/10.0.0.1/tcp/2345/http`, '--yes'], 'SF615'],
  ])('refuses %s as wrong use', async (_, words, code) => {
    const { code: status, stdout, stderr } = await init(...words);
    expect(status).toBe(64);
    expect(stdout + stderr).toContain(code);
    expect(stdout + stderr).not.toContain('canary');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps a host that is out of reach in the file, without a worker', async () => {
    const partial = await initThere('127.0.0.1:1', '--yes');
    expect(partial.code).toBe(3);
    expect(partial.stderr).toContain('SF404');
    const text = readFileSync(join(folder, 'sealfarm.yaml'), 'utf8');
    expect(text).toContain('could not be reached (SF404)');
    expect(
      readFarm(text, 'f')
        .farm?.hosts.map(({ workers }) => workers.length)
        .sort(),
    ).toEqual([0, 1]);
  });

  it('writes nothing where no host could be reached', async () => {
    const failed = await init('127.0.0.1:1', '--miner', 'none', '--yes');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('SF688');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('asks on a terminal, again where an answer makes no sense, and writes on yes alone', async () => {
    const words = ['init', ...reach, '--name', 'asked'].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', `'${process.execPath}' '${MAIN}' ${words}`, '/dev/null'], {
      stdio: 'pipe',
      cwd: folder,
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      await eventually('it asks for the miner', () => said.includes('lotus-miner: '));
      child.stdin.write('/ip4/10.0.0.1\r');
      await eventually('it says what is wrong', () => said.includes('tcp/PORT'));
      child.stdin.write('\r');
      await eventually('it asks for the size', () => said.includes('Size of the sectors'));
      child.stdin.write('8MiB\r');
      await eventually('it shows the file and asks', () => said.includes('Only "yes" is taken'));
      expect(existsSync(join(folder, 'sealfarm.yaml'))).toBe(false);
      child.stdin.write('yes\r');
      await ended;
      expect(readFileSync(join(folder, 'sealfarm.yaml'), 'utf8')).toContain('farm: asked');
    } finally {
      child.stdin.end();
      if (child.exitCode === null) child.kill();
    }
  });
});
