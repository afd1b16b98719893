import type { ApplyContext, ApplyRules } from '../../src/apply/context.js';
import { restartMiner } from '../../src/apply/restart-miner.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import { NO_SESSION, type WorkerJob } from '../../src/lotus/api.js';
import { task, type TaskCode } from '../../src/lotus/task.js';
import { hostLayout } from '../../src/host/layout.js';
import type { RestartMiner } from '../../src/plan/miner-action.js';
import { restartStep } from '../../src/plan/miner-restart.js';
import type { Plan, Step } from '../../src/plan/plan.js';
import type { ExecOutput, Remote } from '../../src/remote/remote.js';
import { notAsked } from './not-asked.js';
import { Scene, START } from './scene.js';

export const ACTION: RestartMiner = {
  kind: 'restart-miner',
  miner: { repo: '/srv/lotus' },
  pid: 7,
  by: { unit: 'lotus-miner.service' },
  margin: 600_000,
  ownWorkers: ['miner-1'],
};

/** A lotus-miner beside the farm of a scene: what its commands say, and what becomes of it. */
export class MinerScene {
  readonly scene: Scene;
  readonly context: ApplyContext;
  /** Of deadline 0, which is open. */
  proven = 1;
  /** Sectors of deadline 1, which comes next. */
  next = 0;
  /** Seconds of an epoch: 30, or 10. */
  delay = 30;
  pids: readonly number[] = [7];
  /** Milliseconds after the restart from which on it answers. */
  answersAfter = 0;
  /** Seconds by which the clock of its machine is wrong. */
  clockAhead = 0;
  /** Minutes by which the chain that its node knows is behind. */
  behind = 0;
  /** Which file its next start comes from. */
  program = '1:2';
  version = '1.36.2+mainnet';
  restarts = 0;
  restartStatus = 0;
  proving: Result<ExecOutput> | undefined;
  onRestart: () => void = () => undefined;
  #restartedAt = -Infinity;

  constructor(rules: Partial<ApplyRules> = {}) {
    this.scene = new Scene(undefined, rules);
    const { context } = this.scene;
    const { stream, dial, notes, close, isOpen } = notAsked(['stream', 'dial', 'notes', 'close', 'isOpen']);
    const remote: Remote = {
      host: 'miner-1', stream, dial, notes, close, isOpen, exec: (script) => this.#exec(script),
    }; // prettier-ignore
    const version = (): ReturnType<ApplyContext['miner']['version']> =>
      Promise.resolve(
        this.scene.passed >= this.#restartedAt + this.answersAfter
          ? success({ Version: this.version, APIVersion: 131840, BlockDelay: this.delay })
          : failure({ code: 'SF407', severity: 'error', message: 'refused' }),
      );
    const remotes = (host: string): Remote => (host === 'miner-1' ? remote : context.remote(host));
    this.context = { ...context, remote: remotes, miner: { ...context.miner, version } };
  }

  run(action = ACTION): Promise<Result<undefined>> {
    return restartMiner(this.context, { host: 'miner-1', lock: '/state/lock' }, action, (hindrance) => {
      this.waits.push(hindrance);
    });
  }

  readonly waits: unknown[] = [];

  restart(action: RestartMiner): Step {
    return restartStep('miner-1', action, []);
  }

  /** Both workers are restarted in a wave each. @param own steps of the machine of lotus-miner */
  plan(own: readonly Step[]): Plan {
    const hosts = this.scene.farm.hosts.map(({ name, paths }, at) => ({
      host: name,
      layout: hostLayout(paths),
      reached: true,
      steps: [this.#restartWorker(at + 1)],
    }));
    const [first] = hosts;
    if (first === undefined) throw new Error('no host');
    return {
      formatVersion: 1,
      farm: 'example',
      hosts: [...hosts, { ...first, host: 'miner-1', steps: own }],
      waves: hosts.flatMap(({ host, steps }) =>
        steps.map(({ worker = '', id }) => ({
          canary: false,
          turns: [{ host, worker, steps: [id], putOff: [], alone: [] }],
        })),
      ),
      heldBack: [],
      diagnostics: [],
      drained: [],
    };
  }

  #restartWorker(n: number): Step {
    const worker = `worker-${n}`;
    const service = this.scene.layout(worker);
    const action = { kind: 'restart', service, expect: this.scene.expectation(worker) } as const;
    const about = { disruption: 'restart', reason: 'config-changed', changes: [] } as const;
    return { id: `${worker}/restart`, host: `host-${n}`, worker, action, ...about };
  }

  job(worker: string, code: TaskCode, RunWait = 0): void {
    const { miner } = this.scene.observation;
    const known = [...miner.workers].find(([, { Info }]) => Info.Hostname === worker)?.[0];
    const job: WorkerJob = {
      ID: { Sector: { Miner: 1000, Number: 3 }, ID: 'call' },
      Sector: { Miner: 1000, Number: 3 },
      Task: task(code).rpc,
      RunWait,
      Start: '2026-01-02T03:00:00Z',
      Hostname: worker,
    };
    this.scene.changeMiner({ jobs: new Map([[RunWait < 0 ? NO_SESSION : (known ?? 'own'), [job]]]) });
  }

  noJobs(): void {
    this.scene.changeMiner({ jobs: new Map() });
  }

  /** So many WinningPoSt on the first worker. */
  proves(count: number): void {
    const [[session, first] = [], ...others] = this.scene.observation.miner.workers;
    if (session === undefined || first === undefined) throw new Error('no worker');
    const TaskCounts = { '8:post/v0/winningproof': count };
    this.scene.changeMiner({ workers: new Map([[session, { ...first, TaskCounts }], ...others]) });
  }

  /** A worker within the miner. */
  own(): void {
    const { workers } = this.scene.observation.miner;
    const [[, first] = []] = workers;
    if (first === undefined) throw new Error('no worker');
    const own = { ...first, Info: { ...first.Info, Hostname: 'miner-1' } };
    this.scene.changeMiner({ workers: new Map([...workers, ['own', own]]) });
  }

  /** The first worker makes these, and nothing else. */
  makes(...tasks: readonly TaskCode[]): void {
    const [[session, first] = [], ...others] = this.scene.observation.miner.workers;
    if (session === undefined || first === undefined) throw new Error('no worker');
    const Tasks = tasks.map((code) => task(code).rpc);
    this.scene.changeMiner({ workers: new Map([[session, { ...first, Tasks }], ...others]) });
  }

  unregister(...names: readonly string[]): void {
    const { workers } = this.scene.observation.miner;
    const left = [...workers].filter(([, { Info }]) => !names.includes(Info.Hostname));
    this.scene.changeMiner({ workers: new Map(left) });
  }

  async #exec(script: string): Promise<Result<ExecOutput>> {
    if (script.includes('sealfarm-proving')) return this.proving ?? output(this.#deadlines());
    if (script.includes('sealfarm-miner-processes'))
      return output(
        `sealfarm-miner-processes 1\n${this.pids.join('\n')}\nsealfarm-miner-processes end\n`.replace(
          '\n\n',
          '\n',
        ),
      );
    if (!script.includes('systemctl restart')) return this.scene.context.remote('miner-1').exec(script);
    const [, meant = this.program] = /^meant='(.*)'$/m.exec(script) ?? [];
    if (meant !== this.program)
      return success({ stdout: '', stderr: 'its program on disk is another one', status: 3 });
    this.restarts++;
    this.scene.calls.push('miner-1 restart');
    this.#restartedAt = this.scene.passed;
    if (this.restartStatus === 0 && this.pids[0] === 7) this.pids = [8];
    this.onRestart();
    return success({ stdout: '', stderr: 'Result=exit-code', status: this.restartStatus });
  }

  /** Seconds. */
  #clock(): number {
    return Math.floor((Date.parse(START) + this.scene.passed) / 1000) + this.clockAhead;
  }

  #deadlines(): string {
    const word = (text: string): string => Buffer.from(text).toString('base64');
    const info = `Current Epoch: 1010\nProving Period Start: 1000 (02 Jan 26 ${this.delay === 30 ? `02:${59 - this.behind}` : '03:02'} UTC, x)\nDeadline Index: 0\nDeadline Open: 1000 (x)\nDeadline Close: 1060 (x)\nDeadline Challenge: 980 (x)`;
    const others = Array.from({ length: 47 }, (_, at) => `${at + 1}  0  ${at === 0 ? this.next : 0} (0)  0`);
    const rows = ['Miner', `0  1  5 (0)  ${this.proven}  (current)`, ...others];
    return `sealfarm-proving 1\ninfo 0 ${word(info)}\ndeadlines 0 ${word(rows.join('\n'))}\nclock ${this.#clock()}\nsealfarm-proving end\n`;
  }
}

export function output(stdout: string): Result<ExecOutput> {
  return success({ stdout, stderr: '', status: 0 });
}
