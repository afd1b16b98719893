import { execa } from 'execa';
import { appendFile, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJBbGxvdyI6W119.CANARY';

let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
});

afterAll(() => farm.down());

const logFile = (number: number): string =>
  farm.host(`host-${number}`, 'state', 'log', `worker-${number}.log`);

/** Processes on this machine that read this file. */
async function readers(file: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.startsWith('tail') && line.includes(file)).length;
}

it('shows what a worker wrote', async () => {
  const { code, stdout, stderr } = await farm.run(['logs', 'worker-1']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    /^2\S+Z\tINFO\tmain\tStarting lotus worker\n2\S+Z\tINFO\tmain\tOpened local storage.*\n2\S+Z\tINFO\tmain\tWorker registered/,
  );
  expect((await farm.run(['logs', 'worker-1', '-n', '1'])).stdout.split('\n')).toHaveLength(1);
  expect((await farm.run(['logs', 'worker-1', '--since', '2100-01-01'])).stdout).toBe('');
});

it('shows several by time, each line with its worker', async () => {
  const { stdout } = await farm.run(['logs', 'host-1', 'worker-2']);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.startsWith('[worker-1] 2')).length).toBeGreaterThan(1);
  expect(lines.filter((line) => line.startsWith('[worker-2] 2')).length).toBeGreaterThan(1);
  const times = lines.map((line) => line.split(/[ \t]/)[1]);
  expect(times).toEqual([...times].sort());
});

it('follows one until Ctrl-C, without its tokens, and leaves nothing on the host', async () => {
  const running = execa(process.execPath, [MAIN, 'logs', 'worker-1', '-f', '-n', '0'], {
    cwd: farm.dir,
    reject: false,
  });
  let said = '';
  running.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually('it is read', async () => (await readers(logFile(1))) === 1);
  await appendFile(logFile(1), `MINER_API_INFO=${TOKEN.slice(0, 20)}`);
  await appendFile(logFile(1), `${TOKEN.slice(20)}:/ip4/127.0.0.1/tcp/2345/http\n`);
  await eventually('the line is there', () => said !== '');
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  expect(said).toBe('MINER_API_INFO=(secret):/ip4/127.0.0.1/tcp/2345/http\n');
  await eventually('nobody reads', async () => (await readers(logFile(1))) === 0);
});

it('ends when nobody reads any more', async () => {
  const script = `"${process.execPath}" "${MAIN}" logs worker-2 -f | head -n 1`;
  const running = execa('sh', ['-c', script], { cwd: farm.dir, reject: false });
  let hasEnded = false;
  void running.then(() => {
    hasEnded = true;
  });
  // The first line that nobody reads tells that nobody does; where the log is long, that is one of the first.
  await eventually('it ends', async () => {
    await appendFile(logFile(2), 'one more line\n');
    return hasEnded;
  });
  const { stdout, stderr } = await running;
  expect(stdout).toMatch(/^2\S+Z\tINFO/);
  expect(stderr).toBe('');
  await eventually('nobody reads', async () => (await readers(logFile(2))) === 0);
});

it('says it to programs, in lines', async () => {
  const { code, stdout } = await farm.run(['logs', 'worker-2', '-n', '2', '--json']);
  expect(code).toBe(0);
  const lines = stdout.split('\n').map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([
    { type: 'line', host: 'host-2', worker: 'worker-2' },
    { type: 'line' },
    { type: 'diagnostics', diagnostics: [] },
  ]);
});

it('says that there is no log yet', async () => {
  await rename(logFile(1), `${logFile(1)}.away`);
  try {
    const { code, stdout, stderr } = await farm.run(['logs', 'worker-1']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('note SF621: worker-1 has written no log yet');
  } finally {
    await rename(`${logFile(1)}.away`, logFile(1));
  }
});

it('knows no other worker, and says which was meant', async () => {
  const { code, stderr } = await farm.run(['logs', 'wroker-1']);
  expect(code).toBe(64);
  expect(stderr).toContain('did you mean worker-1?');
});

it('shows the others where a host cannot be reached', async () => {
  const file = join(farm.dir, 'broken.yaml');
  const text = await readFile(join(farm.dir, 'sealfarm.yaml'), 'utf8');
  await writeFile(file, text.replace('address: 127.0.0.12', 'address: 127.0.0.12\n    ssh: { port: 1 }'));
  try {
    const { code, stdout, stderr } = await farm.run(['logs', 'worker-1', 'worker-2', '--config', file]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^\[worker-1\] /);
    expect(stderr).toContain('error SF40');
    expect((await farm.run(['logs', 'worker-2', '--config', file])).code).toBe(1);
  } finally {
    await rm(file);
  }
});
