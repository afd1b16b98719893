import { describe, expect, it } from 'vitest';
import { aboutFarm } from '../../src/cli/about-farm.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { SocketAddress } from '../../src/farm/farm.js';
import type { Connections } from '../../src/probe/connections.js';
import type { MinerApi } from '../../src/rpc/miner-api.js';
import type { Secret } from '../../src/secret/secret.js';
import { CANARY } from '../support/farm.js';
import { settingsFrom } from '../../src/lotus/sectorstore.js';
import { idOf, storageInfo } from '../support/observation.js';
import { aFoundHost, asked, type StartedWorker } from '../support/found-host.js';

const HERE = '/ip4/10.0.0.10/tcp/2345/http';
const THERE = '/ip4/10.0.0.66/tcp/2345/http';
const SIZE = 64 * 2 ** 30;
const UNKNOWN = failure({
  code: 'SF410',
  severity: 'error',
  message: 'the miner answered Filecoin.StorageInfo with error 1: sector store not found',
} as const);
const GONE = failure({ code: 'SF511', severity: 'error', message: 'the miner did not answer' } as const);

const NOT_KNOWN = 'SF698 it is not known whether Lotus goes by sectorstore.json of';

/** A miner that writes down with what it is met, and where. */
function aMiner(
  size: Result<number> = success(SIZE),
  index: MinerApi['storageInfo'] = () => Promise.resolve(GONE),
) {
  const met: string[] = [];
  const miner: Partial<MinerApi> = {
    actorAddress: () => Promise.resolve(success('f01000')),
    actorSectorSize: () => Promise.resolve(size),
    storageInfo: index,
  };
  const connections = {
    meetMiner: ({ host, port }: SocketAddress, token: Result<Secret>): void => {
      met.push(`${host}:${port} ${token.ok ? token.value.reveal() : 'none'}`);
    },
    miner,
  } as unknown as Pick<Connections, 'meetMiner' | 'miner'>;
  return { connections, met };
}

/** Of workers with these MINER_API_INFO, each on a host of its own. */
async function about(
  infos: readonly string[],
  options: { miner?: string; sectorSize?: '32GiB' },
  miner = aMiner(),
  storage: StartedWorker['storage'] = {},
) {
  const hosts = infos.map((info, at) =>
    asked(
      `h-${at}`,
      aFoundHost([{ env: { MINER_API_INFO: info }, storage }], { hostname: `h-${at}`, bootId: `${at}` }),
    ),
  );
  const { about: farm, diagnostics } = await aboutFarm(hosts, { name: 'x', ...options }, miner.connections);
  return { farm, met: miner.met, said: diagnostics.map(({ code, message }) => `${code} ${message}`) };
}

describe('what import asks the miner', () => {
  it('is asked where its workers reach it, with their token', async () => {
    const { farm, met, said } = await about([`${CANARY}:${HERE}`], {});
    expect(met).toEqual([`10.0.0.10:2345 ${CANARY}`]);
    expect([farm.sectorSize, farm.miner.api, said]).toEqual(['64GiB', HERE, []]);
  });

  it('is asked nowhere where workers do not agree, unless a person names one of their addresses', async () => {
    const infos = [`${CANARY}:${HERE}`, `other:${THERE}`];
    const silent = await about(infos, {});
    expect(silent.met).toEqual([]);
    expect(silent.farm.sectorSize).toBeUndefined();
    expect(silent.said.join('\n')).toMatch(
      /SF665 the miner did not tell .* more than one address of it, and --miner names none/,
    );
    const named = await about(infos, { miner: THERE });
    expect(named.met).toEqual(['10.0.0.66:2345 other']);
    expect([named.farm.sectorSize, named.farm.miner.api]).toEqual(['64GiB', THERE]);
    // No token goes where none of them goes.
    const strange = await about(infos, { miner: '/ip4/10.0.0.99/tcp/2345/http' });
    expect(strange.met).toEqual([]);
    expect(strange.said.join('\n')).toContain('no worker that was found has a token for /ip4/10.0.0.99');
  });

  it('is told of where it gives no answer', async () => {
    const { farm, said } = await about([`${CANARY}:${HERE}`], {}, aMiner(GONE));
    expect(said).toEqual(['SF665 the miner did not tell the size of its sectors: the miner did not answer']);
    expect(farm.sectorSize).toBeUndefined();
    const odd = await about([`${CANARY}:${HERE}`], {}, aMiner(success(7)));
    expect(odd.said).toEqual([
      'SF665 the miner did not tell the size of its sectors: 7 bytes is no size of sectors',
    ]);
  });

  it.each([
    ['and says where it does not tell', GONE, [`${NOT_KNOWN} /mnt/b on h-0: the miner did not answer`]],
    ['and goes by the files where it knows none', UNKNOWN, []],
  ])('is what Lotus goes by of storage paths, %s', async (_, other, expected) => {
    const storage = { '/mnt/a': { CanSeal: true }, '/mnt/b': { CanSeal: true } };
    const asked: string[] = [];
    const miner = aMiner(success(SIZE), (id) => {
      asked.push(id);
      return Promise.resolve(
        id === idOf('h-0', '/mnt/a') ? success(storageInfo(id, settingsFrom({ Groups: ['g'] }), [])) : other,
      );
    });
    const { farm, said } = await about([`${CANARY}:${HERE}`], { sectorSize: '32GiB' }, miner, storage);
    expect(asked).toEqual([idOf('h-0', '/mnt/a'), idOf('h-0', '/mnt/b')]);
    expect([...(farm.index ?? [])]).toMatchObject([[asked[0], { Groups: ['g'], AllowTo: [] }]]);
    expect(said).toEqual(expected);
  });

  it('is not known of storage paths where it does not answer, or may not be asked', async () => {
    const storage = { '/mnt/a': { CanSeal: true }, '/mnt/b': { CanSeal: true } };
    const away = await about([`${CANARY}:${HERE}`], { sectorSize: '32GiB' }, aMiner(), storage);
    expect([away.farm.index, away.said]).toEqual([
      undefined,
      [`${NOT_KNOWN} storage paths: the miner did not answer`],
    ]);
    const unclear = await about(
      [`${CANARY}:${HERE}`, `other:${THERE}`],
      { sectorSize: '32GiB' },
      aMiner(),
      storage,
    );
    expect(unclear.said.join('\n')).toMatch(/SF698 .* --miner names none/);
  });

  it('is told of where nobody knows it', async () => {
    const { met, said } = await about(['nonsense'], {});
    expect(met).toEqual([]);
    expect(said).toEqual([
      'SF665 no worker that was found has an address of the miner in MINER_API_INFO that can be used',
      'SF665 the miner did not tell the size of its sectors: no worker that was found knows it',
    ]);
  });
});
