import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Farm, MinerConfig } from '../../src/farm/farm.js';
import type { MinerMachine, Observation } from '../../src/observed/observed.js';
import { minerMachineFindings } from '../../src/plan/miner-machine.js';
import type { Part } from '../../src/plan/part.js';
import { planFarm } from '../../src/plan/plan-farm.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import {
  ABSENT,
  changeMiner,
  changeWorker,
  file,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';

const FARM = aFarm();

interface Look {
  readonly farm?: Farm;
  readonly config?: MinerConfig;
  readonly miner?: Observation['miner'];
  /** Version of lotus-miner on disk. */
  readonly program?: string;
}

function machine(text: string, variables: Readonly<Record<string, string>> = {}): MinerMachine {
  const process = {
    pid: 7,
    repo: '/srv/lotus',
    startedAt: 1000,
    variables: new Map(Object.entries(variables)),
  };
  return {
    reached: true,
    repo: '/srv/lotus',
    hostname: 'miner-1',
    config: file(text),
    processes: [process],
    written: new Map(),
  };
}

function findings(
  minerMachine: MinerMachine | ReturnType<typeof unreached>,
  look: Look = {},
): readonly Diagnostic[] {
  const { farm = FARM, config = {} } = look;
  const declared = { ...farm, miner: { ...farm.miner, host: farm.hosts[0] ?? aHost(), config } };
  const seen: Observation = { ...inPlace(farm), minerMachine };
  const desired = desire(declared, TOKEN, new Map());
  const observation = look.miner === undefined ? seen : { ...seen, miner: look.miner };
  return minerMachineFindings(desired, observation, look.program);
}

/** Each finding as `SF123 message`. */
function found(...given: Parameters<typeof findings>): readonly string[] {
  return findings(...given).map(({ code, message }) => `${code} ${message}`);
}

const NO_WINDOW = '[Proving]\n  DisableBuiltinWindowPoSt = true\n';

describe("the miner's machine", () => {
  it('has nothing wrong with the file that Lotus makes, or where nobody could look', () => {
    expect(found(machine('[API]\n#ListenAddress = "/ip4/8.8.8.8/tcp/1/http"\n'))).toEqual([]);
    expect(found(unreached())).toEqual([]);
    expect(minerMachineFindings(desire(FARM, TOKEN, new Map()), inPlace(FARM))).toEqual([]);
  });

  it.each<[string, MinerMachine, RegExp]>([
    ['a broken config.toml', machine('[API]\n[API]\n'), /^SF580 .*line 2/],
    ['none', { ...machine(''), config: ABSENT }, /^SF581/],
    [
      'two lotus-miner',
      { ...machine(''), processes: [...machine('').processes, ...machine('').processes] },
      /^SF582/,
    ],
    ['a repo that is guessed', { ...machine(''), guessed: true }, /^SF582/],
    ['no lotus-miner of that repo', { ...machine(''), processes: [] }, /^SF589 .*\/srv\/lotus/],
  ])('is told of with %s, also where the file sets no key', (_, seen, words) => {
    expect(found(seen)).toEqual([expect.stringMatching(words)]);
  });

  it('has no other miner where none answers', () => {
    expect(found({ ...machine(''), processes: [] }, { miner: unreached() })).toEqual([]);
  });

  it('tells of a program that the next start brings up instead', () => {
    const { miner } = changeMiner(inPlace(FARM), { version: '1.36.2+mainnet+git.8a722b5' });
    const codes = (program: string): readonly string[] => found(machine(''), { miner, program });
    expect(codes('1.36.2+mainnet+git.8a722b5')).toEqual([]);
    expect(codes('1.37.0+mainnet')).toEqual([expect.stringMatching(/^SF658 .*1\.37\.0.*1\.36\.2 runs/)]);
    expect(found(machine(''), { miner: unreached(), program: '1.37.0' })).toEqual([]);
  });

  it('tells of a program that was replaced under it, whatever PATH leads to, and how to go on', () => {
    const { miner } = changeMiner(inPlace(FARM), { version: '1.36.2+mainnet+git.8a722b5' });
    const told = (onDisk: string | undefined, look: Look): readonly string[] => {
      const processes = machine('').processes.map((process) => ({
        ...process,
        replaced: onDisk === undefined ? {} : { onDisk },
      }));
      return findings({ ...machine(''), processes }, look).map(
        ({ code, message, help = '' }) => `${code} ${message} ${help}`,
      );
    };
    expect(told('1.37.0+mainnet', { miner, program: '1.36.2' })).toEqual([
      expect.stringMatching(/^SF658 .* on disk is 1\.37\.0, and 1\.36\.2 runs.*--restart-miner.* after/),
    ]);
    expect(told(undefined, { miner })).toEqual([
      expect.stringMatching(/^SF658 .* another program that tells no version, and 1\.36\.2 runs/),
    ]);
    expect(told('1.37.0', { miner: unreached() })).toEqual([
      expect.stringMatching(/^SF658 .* 1\.37\.0, and another one runs/),
    ]);
  });

  describe('lets the internet in', () => {
    const listen = (address: string): string => `[API]\n  ListenAddress = "/ip4/${address}/tcp/2345/http"\n`;

    it.each<[string, MinerMachine, readonly RegExp[]]>([
      ['by an address of it', machine(listen('8.8.8.8')), [/^SF656 .*: 8\.8\.8\.8$/]],
      ['not by one of the farm', machine(listen('10.0.0.10')), []],
      [
        'by all addresses, one of which it carries',
        { ...machine(listen('0.0.0.0')), publicAddresses: ['9.9.9.9'] },
        [/^SF656 .*: 9\.9\.9\.9$/],
      ],
      ['not by all addresses of a farm', machine(listen('0.0.0.0')), []],
      [
        'not by all addresses of the other family',
        { ...machine(listen('0.0.0.0')), publicAddresses: ['2a00::1'] },
        [],
      ],
      ['not by what is no address', machine('[API]\n  ListenAddress = "8.8.8.8:2345"\n'), []],
      [
        'by what it sends others to',
        machine('[API]\n  RemoteListenAddress = "8.8.4.4:2345"\n'),
        [/^SF656 .*: 8\.8\.4\.4$/],
      ],
      ['by a variable', machine('', { LOTUS_API_LISTENADDRESS: '/ip4/8.8.8.8/tcp/2345/http' }), [/^SF656/]],
      [
        'after its next start',
        { ...machine(listen('8.8.8.8')), startedWith: new Secret(listen('10.0.0.10')) },
        [/^SF656/],
      ],
      [
        'until its next start',
        { ...machine(listen('10.0.0.10')), startedWith: new Secret(listen('8.8.8.8')) },
        [/^SF656/],
      ],
    ])('%s', (_, seen, words) => {
      expect(found(seen)).toEqual(words.map((one) => expect.stringMatching(one) as string));
    });
  });

  describe('where the miner makes no WindowPoSt', () => {
    const proving = aFarm({ hosts: [aHost({ workers: [aWorker({ tasks: ['WDP'] })] })] });
    const [[, first] = []] = inPlace(FARM).miner.workers;
    if (first === undefined) throw new Error('no worker');
    const registered = (Hostname: string, Enabled = true): Observation['miner'] => {
      const worker = { ...first, Enabled, Tasks: ['post/v0/windowproof'], Info: { ...first.Info, Hostname } };
      return changeMiner(inPlace(FARM), { workers: new Map([['post', worker]]) }).miner;
    };

    it('says so, by its file or a variable', () => {
      expect(found(machine(NO_WINDOW))).toEqual([expect.stringMatching(/^SF657 .*WindowPoSt/)]);
      expect(found(machine('', { LOTUS_PROVING_DISABLEBUILTINWINNINGPOST: 'true' }))).toEqual([
        expect.stringMatching(/^SF657 .*WinningPoSt/),
      ]);
    });

    const declared = { disableBuiltinWindowPoSt: true } as const;

    it.each<[string, Observation['miner'], Look]>([
      ['one of the file', registered('worker-1'), { farm: proving }],
      ['one of the file, which asks for it', registered('worker-1'), { farm: proving, config: declared }],
      ['one that the file does not know', registered('elsewhere'), {}],
      ['one of the file, as the miner is not there to tell', unreached(), { farm: proving }],
    ])('says nothing where a worker does: %s', (_, miner, look) => {
      expect(found(machine(NO_WINDOW), { miner, ...look })).toEqual([]);
    });

    it.each<[string, Observation['miner'], Look]>([
      ['is registered and is given nothing', registered('worker-1', false), { farm: proving }],
      ['is declared, and another one is registered', inPlace(FARM).miner, { farm: proving }],
      [
        'is declared with the key, and is not there',
        inPlace(FARM).miner,
        { farm: proving, config: declared },
      ],
      ['is not in the file, as the miner is not there to tell', unreached(), {}],
    ])('says so where the worker for it %s', (_, miner, look) => {
      expect(found(machine(NO_WINDOW), { miner, ...look })).toEqual([
        expect.stringMatching(/^SF657 .*WindowPoSt/),
      ]);
    });

    it('says nothing before its next start: the restart that is pending is told of', () => {
      expect(found({ ...machine(NO_WINDOW), startedWith: new Secret('') })).toEqual([]);
      expect(found({ ...machine(''), startedWith: new Secret(NO_WINDOW) })).toHaveLength(1);
    });

    it('leaves to the checks of the file what the file says', () => {
      expect(found(machine(NO_WINDOW), { config: declared })).toEqual([]);
    });

    it('is a warning in a plan that has steps for it, and else an error', () => {
      const severities = (observed: Observation, config: MinerConfig, part?: Part): readonly string[] => {
        const host = proving.hosts[0] ?? aHost();
        const wanted = desire({ ...proving, miner: { ...proving.miner, host, config } }, TOKEN, new Map());
        return planFarm(wanted, observed, part)
          .diagnostics.filter(({ code }) => code === 'SF657')
          .map(({ severity }) => severity);
      };
      const minerMachine = machine(NO_WINDOW);
      const idle = { ...inPlace(proving), miner: inPlace(FARM).miner, minerMachine };
      const lost = { ...inPlace(proving), minerMachine };
      const none = changeMiner(lost, { workers: new Map() });
      expect(severities(lost, declared)).toEqual([]);
      expect(severities(none, declared)).toEqual(['error']);
      expect(severities(none, { disableBuiltinWindowPoSt: false })).toEqual(['warning']);
      expect(severities(changeWorker(idle, 'worker-1', stopped), declared)).toEqual(['warning']);
      const part = { hosts: new Set(['host-1']), workers: new Set(['worker-1']), whole: new Set<string>() };
      expect(severities(none, declared, part)).toEqual([]);
      expect(severities(none, declared, { ...part, whole: new Set(['host-1']) })).toEqual(['error']);
    });
  });
});
