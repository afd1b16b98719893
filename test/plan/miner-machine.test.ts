import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, MinerConfig } from '../../src/farm/farm.js';
import type { MinerMachine, Observation } from '../../src/observed/observed.js';
import { minerMachineFindings } from '../../src/plan/miner-machine.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import { ABSENT, changeMiner, file, inPlace, unreached } from '../support/observation.js';

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

/** Each finding as `SF123 where: message`. */
function found(
  minerMachine: MinerMachine | ReturnType<typeof unreached>,
  look: Look = {},
): readonly string[] {
  const { farm = FARM, config = {} } = look;
  const declared = { ...farm, miner: { ...farm.miner, host: farm.hosts[0] ?? aHost(), config } };
  const seen: Observation = { ...inPlace(farm), minerMachine };
  const desired = desire(declared, TOKEN, new Map());
  const observation = look.miner === undefined ? seen : { ...seen, miner: look.miner };
  return minerMachineFindings(desired, observation, look.program).map(
    ({ code, message }) => `${code} ${message}`,
  );
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
    const elsewhere = { ...first, Tasks: ['post/v0/windowproof'] };

    it('says so, by its file or a variable', () => {
      expect(found(machine(NO_WINDOW))).toEqual([expect.stringMatching(/^SF657 .*WindowPoSt/)]);
      expect(found(machine('', { LOTUS_PROVING_DISABLEBUILTINWINNINGPOST: 'true' }))).toEqual([
        expect.stringMatching(/^SF657 .*WinningPoSt/),
      ]);
    });

    it('says nothing where a worker does, of the file or not', () => {
      expect(found(machine(NO_WINDOW), { farm: proving })).toEqual([]);
      const { miner } = changeMiner(inPlace(FARM), { workers: new Map([['post', elsewhere]]) });
      expect(found(machine(NO_WINDOW), { miner })).toEqual([]);
      const away = changeMiner(inPlace(FARM), {
        workers: new Map([['post', { ...elsewhere, Enabled: false }]]),
      });
      expect(found(machine(NO_WINDOW), { miner: away.miner })).toHaveLength(1);
    });

    it('leaves to the checks of the file what the file says', () => {
      expect(found(machine(NO_WINDOW), { config: { disableBuiltinWindowPoSt: true } })).toEqual([]);
    });
  });
});
