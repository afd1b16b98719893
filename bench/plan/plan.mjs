// How long `sealfarm plan` takes beside the least that asking all hosts can take, and beside Ansible. After npm run build:
//   node bench/plan/plan.mjs sshd COUNT [--runs N] [--ansible BIN] [--mitogen STRATEGIES]
//   node bench/plan/plan.mjs in-process COUNT [--runs N]
// BIN is the folder of ansible-playbook, STRATEGIES that of Mitogen's strategy plugins. Needs GNU time and, for sshd, OpenSSH's.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { writePlaybook } from './ansible.mjs';
import { makeKeys, startInProcess, startSshd, writeFarm } from './hosts.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    ansible: { type: 'string' },
    mitogen: { type: 'string' },
  },
});
const [kind = 'sshd', count = '10'] = positionals;
const here = (path) => new URL(path, import.meta.url).pathname;

/** Seconds of wall time and CPU, children included, and the most memory in MB. */
async function measure(folder, command, args, env = {}) {
  const report = join(folder, 'time');
  const child = spawn('/usr/bin/time', ['-o', report, '-f', '%e %U %S %M', command, ...args], {
    env: { PATH: process.env.PATH, HOME: join(folder, 'home'), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, status] = await Promise.all([
    text(child.stdout),
    new Promise((done) => child.once('close', done)),
  ]);
  const [wall, user, system, memory] = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')
    .map(Number);
  return { wall, cpu: user + system, memory: memory / 1024, output, status };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A miner that knows no workers yet. */
function startMiner() {
  const answers = { StorageGetLocks: { Locks: [] } };
  const server = createServer(async (request, response) => {
    const { id, method } = JSON.parse(await text(request));
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method.split('.')[1]] ?? {} }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const folder = mkdtempSync(join(tmpdir(), 'sealfarm-bench-'));
const miner = await startMiner();
let stop = () => undefined;
try {
  makeKeys(folder, Number(count));
  const file = writeFarm(folder, Number(count), miner.address().port);
  stop = await (kind === 'sshd' ? startSshd : startInProcess)(folder, Number(count));
  const ways = {
    floor: () => measure(folder, process.execPath, [here('floor.mjs'), folder, count]),
    plan: () =>
      measure(folder, process.execPath, [here('../../dist/cli/main.js'), 'plan', '--json', '--config', file]),
  };
  if (values.ansible !== undefined) {
    ways.ansible = () => {
      const { args, env } = writePlaybook(folder, Number(count));
      return measure(folder, join(values.ansible, 'ansible-playbook'), args, env);
    };
    if (values.mitogen !== undefined) {
      ways.mitogen = () => {
        const { args, env } = writePlaybook(folder, Number(count), values.mitogen);
        return measure(folder, join(values.ansible, 'ansible-playbook'), args, env);
      };
    }
  }
  // Once unmeasured: files in the page cache, answers of servers in memory.
  await ways.plan();
  const runs = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [way, once] of Object.entries(ways)) {
      // Ansible takes minutes: once is enough.
      if (run > 0 && way !== 'floor' && way !== 'plan') continue;
      const measured = await once();
      if (way === 'plan') checkPlan(measured);
      else if (measured.status !== 0)
        throw new Error(`${way} ended with ${measured.status}\n${measured.output.slice(-2000)}`);
      runs[way].push(measured);
    }
  }
  const of = (way, what) => median(runs[way].map((run) => run[what]));
  console.log(`${count} hosts (${kind}), median of ${values.runs}`);
  for (const way of Object.keys(ways)) {
    const [wall, cpu, memory] = ['wall', 'cpu', 'memory'].map((what) => of(way, what));
    console.log(
      `${way.padEnd(8)} ${wall.toFixed(2).padStart(7)} s  ${cpu.toFixed(2).padStart(7)} s CPU  ${memory.toFixed(0).padStart(5)} MB` +
        `  ${((wall / Number(count)) * 1000).toFixed(1).padStart(7)} ms a host` +
        `  ${(wall / of('floor', 'wall')).toFixed(2)} × the floor, CPU ${(cpu / of('floor', 'cpu')).toFixed(2)} ×` +
        (way === 'plan' || way === 'floor'
          ? ''
          : `; plan is ${(wall / of('plan', 'wall')).toFixed(0)} × faster`),
    );
  }
} finally {
  stop();
  miner.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A plan that reached nobody would be fast. */
function checkPlan({ output, status }) {
  const { hosts, diagnostics } = JSON.parse(output);
  const reached = hosts?.filter((host) => host.reached).length;
  if (reached !== Number(count)) {
    throw new Error(
      `plan reached ${reached} of ${count} hosts, status ${status}: ${JSON.stringify(diagnostics).slice(0, 2000)}`,
    );
  }
}
