import { finding, type YamlPath } from '../config/finding.js';
import { looksLikeApiInfo } from '../config/secrets.js';
import { quote } from '../config/wording.js';
import type { WrittenMiner, WrittenToken } from '../config/written.gen.js';
import { parseEndpoint } from './address.js';
import type { Host, Miner, SocketAddress } from './farm.js';
import type { HostDefaults } from './host.js';
import { minerMultiaddr, parseMinerAddress } from './miner-address.js';
import { readMinerConfig } from './miner-config.js';
import { readMinerHost } from './miner-host.js';
import { readMinerRestart } from './miner-restart.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { hostPath } from './texts.js';

/** Where the miner's API is, and where its token; its machine and what its config.toml shall say. */
export function readMiner(
  written: WrittenMiner,
  hosts: readonly Host[],
  defaults: Pick<HostDefaults, 'ssh' | 'paths' | 'serviceManager'>,
  report: Report,
): Miner {
  const { token, disallowRemoteFinalize = false, marketsApi, repo, user } = written;
  const host = readMinerHost(written.host, hosts, defaults, report);
  reportUnknown(written, report);
  const api = written.api ?? likelyApi(written.remoteListen, host);
  const address = readApi(api, ['miner', 'api'], report);
  if (marketsApi !== undefined) readApi(marketsApi, ['miner', 'marketsApi'], report);
  return {
    api,
    address,
    token: tokenReference(token),
    disallowRemoteFinalize,
    ...present({
      marketsApi,
      apiIsGuess:
        written.api === undefined && written.remoteListen === undefined ? (true as const) : undefined,
      host,
      repo: repo === undefined ? undefined : hostPath(repo, ['miner', 'repo'], report),
      user,
      config: readMinerConfig(written, report),
      restart: readMinerRestart(written, report),
    }),
  };
}

function readApi(api: string, at: YamlPath, report: Report): SocketAddress {
  const parsed = parseMinerAddress(api);
  if (parsed.ok) return parsed.address;
  if (looksLikeApiInfo(api)) {
    const help = 'Write only what follows the first colon, and where the token is under miner.token.';
    report(finding('SF305', at, 'this is a whole MINER_API_INFO, which begins with the token', { help }));
  } else {
    const help = 'Write a multiaddr: /ip4/10.0.0.10/tcp/2345/http.';
    report(finding('SF205', at, `${quote(api)} ${parsed.problem}`, { help }));
  }
  return { host: '', port: 0 };
}

/** What nobody could be asked for. */
function reportUnknown({ api, host, token }: WrittenMiner, report: Report): void {
  if (token.fromMiner === true) {
    if (host !== undefined) return;
    const help = 'Write the machine that lotus-miner runs on: `host: miner-1`.';
    const message = 'the miner cannot be asked for its token: the file does not name its machine';
    report(finding('SF227', ['miner', 'token', 'fromMiner'], message, { help, on: 'key' }));
  } else if (api === undefined) {
    const help = "Add 'api', or let the miner be asked: token: { fromMiner: true }.";
    report(finding('SF113', ['miner'], "'miner' has no key 'api'", { help, on: 'key' }));
  }
}

/** The address that it names to others; without one, where a miner of the usual port would be. */
function likelyApi(remoteListen: string | undefined, host: Host | undefined): string {
  const named = remoteListen === undefined ? undefined : parseEndpoint(remoteListen);
  return minerMultiaddr(named ?? { host: host?.address ?? '127.0.0.1', port: 2345 });
}

/** The schema has seen to it that there is exactly one. */
function tokenReference({ env, file, command, fromMiner }: WrittenToken): Miner['token'] {
  if (fromMiner !== undefined) return { fromMiner: true };
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  return { command: command ?? [] };
}
