import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { parseEndpoint } from '../farm/address.js';
import { minerMultiaddr, parseMinerAddress } from '../farm/miner-address.js';
import type { FoundHost } from '../observed/found.js';
import { Secret } from '../secret/secret.js';
import { listed } from './report.js';

/** What running workers hold of the miner. */
export interface FoundMiner {
  /** Multiaddr; the one that most workers have. */
  readonly api?: string;
  readonly marketsApi?: string;
  /** All that were found, the most frequent first. */
  readonly tokens: readonly Secret[];
  /** Each address with a token that a worker holds for it, the most frequent first. */
  readonly ways: readonly WayToMiner[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface WayToMiner {
  /** Multiaddr */
  readonly api: string;
  readonly token: Secret;
}

interface Held {
  readonly host: string;
  readonly token: Secret;
  readonly api: string;
}

/** @param hosts by the name they are asked by */
export function foundMiner(hosts: ReadonlyMap<string, FoundHost>): FoundMiner {
  const miners = heldIn('MINER_API_INFO', hosts);
  const markets = heldIn('MARKETS_API_INFO', hosts);
  const apis = byCount(miners.map(({ api }) => api));
  const tokens = byCount(miners.map(({ token }) => token.reveal()));
  const ways = apis.flatMap((api) => wayTo(api, miners));
  const token = ways[0]?.token;
  const [market] = markets;
  const sameToken =
    market !== undefined && token !== undefined && markets.every((held) => held.token.equals(token));
  const others = miners.filter(({ api }) => api !== apis[0]);
  return {
    ...(apis[0] === undefined ? {} : { api: apis[0] }),
    ...(sameToken ? { marketsApi: market.api } : {}),
    tokens: byCount([...miners, ...markets].map((held) => held.token.reveal())).map(
      (text) => new Secret(text),
    ),
    ways,
    diagnostics: [
      ...byHttps(hosts),
      ...(others.length === 0
        ? []
        : [
            unclear(
              `workers reach the miner at ${listed(apis)}, and the file has ${apis[0] ?? ''} for all`,
              others,
            ),
          ]),
      ...(tokens.length < 2
        ? []
        : [unclear(`workers hold ${tokens.length} different tokens of the miner`, miners)]),
      ...(markets.length === 0 || sameToken
        ? []
        : [
            unclear(
              "MARKETS_API_INFO left out: its token is not the miner's, and `marketsApi` would give that",
              markets,
            ),
          ]),
    ],
  };
}

/**
 * The miner that may be asked: a token goes nowhere but to the address that a worker holds it for, and where workers have
 * more than one address to that which a person names.
 * @param named multiaddr
 */
export function wayToAsk({ ways }: Pick<FoundMiner, 'ways'>, named?: string): WayToMiner | undefined {
  if (named !== undefined) return ways.find(({ api }) => isSameAddress(api, named));
  return ways.length === 1 ? ways[0] : undefined;
}

function wayTo(api: string, held: readonly Held[]): readonly WayToMiner[] {
  const [token] = byCount(held.filter((one) => one.api === api).map((one) => one.token.reveal()));
  return token === undefined ? [] : [{ api, token: new Secret(token) }];
}

function isSameAddress(one: string, other: string): boolean {
  const [a, b] = [one, other].map(parseMinerAddress);
  return (
    a?.ok === true && b?.ok === true && a.address.host === b.address.host && a.address.port === b.address.port
  );
}

function heldIn(variable: string, hosts: ReadonlyMap<string, FoundHost>): readonly Held[] {
  return [...hosts].flatMap(([host, { workers }]) =>
    workers.flatMap(({ told }) => {
      // One in a container is not taken into the file.
      if (told?.starter.kind === 'container') return [];
      const text = told?.environ.get(variable)?.reveal() ?? '';
      const at = text.indexOf(':');
      const api = multiaddrOf(text.slice(at + 1));
      return at < 1 || api === undefined ? [] : [{ host, token: new Secret(text.slice(0, at)), api }];
    }),
  );
}

/** A proxy stands before the API. Its address is told without what may stand before or behind the host. */
function byHttps(hosts: ReadonlyMap<string, FoundHost>): readonly Diagnostic[] {
  const urls = new Map(
    [...hosts].flatMap(([host, { workers }]) =>
      workers.flatMap(({ told }) => {
        const text = told?.environ.get('MINER_API_INFO')?.reveal() ?? '';
        const [, authority] = /^[^:]+:https:\/\/(?:[^/@]*@)?([^/@?#]+)/.exec(text) ?? [];
        return authority === undefined ? [] : [[host, `https://${authority}`] as const];
      }),
    ),
  );
  if (urls.size === 0) return [];
  const all = [...new Set(urls.values())];
  return [
    {
      code: 'SF665',
      severity: 'warning',
      message: `workers reach the miner by https, which sealfarm does not speak: ${listed(all)}: on ${listed([...urls.keys()])}`,
      help: 'Say --miner with the address of the API itself, /ip4/10.0.0.10/tcp/2345/http, where all workers reach that.',
    },
  ];
}

/** The one miner that a file is for. */
export interface TheMiner {
  /** Multiaddr */
  readonly api: string;
  /** That workers hold for this address. A miner gives out the same one for the same permissions each time. */
  readonly tokens: readonly Secret[];
}

export function theMiner({ ways }: Pick<FoundMiner, 'ways'>, api: string): TheMiner {
  return { api, tokens: ways.filter((way) => isSameAddress(way.api, api)).map(({ token }) => token) };
}

/**
 * The address, as multiaddr, of the miner that a worker goes by, where that is not the file's as far as can be seen: by another
 * address it may be the same one, which its token shows.
 */
export function otherMiner(environ: FoundEnvironment, { api, tokens }: TheMiner): string | undefined {
  const text = environ.get('MINER_API_INFO')?.reveal() ?? '';
  const at = text.indexOf(':');
  const own = multiaddrOf(text.slice(at + 1));
  if (own === undefined || isSameAddress(own, api)) return undefined;
  return tokens.some((token) => token.equals(new Secret(text.slice(0, Math.max(at, 0))))) ? undefined : own;
}

type FoundEnvironment = ReadonlyMap<string, Secret>;

/** Lotus takes a URL too. */
function multiaddrOf(text: string): string | undefined {
  if (parseMinerAddress(text).ok) return text;
  const endpoint = parseEndpoint(/^http:\/\/([^/@]+)(?:\/.*)?$/.exec(text)?.[1] ?? '');
  return endpoint === undefined ? undefined : minerMultiaddr(endpoint);
}

function unclear(message: string, who: readonly Held[]): Diagnostic {
  return {
    code: 'SF665',
    severity: 'warning',
    message: `${message}: on ${listed([...new Set(who.map(({ host }) => host))])}`,
    help: 'Look which one is right. The others change over at their next restart.',
  };
}

function byCount(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([text]) => text);
}
