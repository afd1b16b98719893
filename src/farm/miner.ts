import { finding, type YamlPath } from '../config/finding.js';
import { looksLikeApiInfo } from '../config/secrets.js';
import { quote } from '../config/wording.js';
import type { WrittenMiner, WrittenToken } from '../config/written.gen.js';
import type { Host, Miner, SecretReference, SocketAddress } from './farm.js';
import type { HostDefaults } from './host.js';
import { parseMinerAddress } from './miner-address.js';
import { readMinerConfig, warnOfRestart } from './miner-config.js';
import { readMinerHost } from './miner-host.js';
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
  const { api, token, disallowRemoteFinalize = false, marketsApi, repo, user } = written;
  const address = readApi(api, ['miner', 'api'], report);
  if (marketsApi !== undefined) readApi(marketsApi, ['miner', 'marketsApi'], report);
  warnOfRestart(written, report);
  return {
    api,
    address,
    token: tokenReference(token),
    disallowRemoteFinalize,
    ...present({
      marketsApi,
      host: readMinerHost(written.host, hosts, defaults, report),
      repo: repo === undefined ? undefined : hostPath(repo, ['miner', 'repo'], report),
      user,
      config: readMinerConfig(written, report),
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

/** The schema has seen to it that there is exactly one. */
function tokenReference({ env, file, command }: WrittenToken): SecretReference {
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  return { command: command ?? [] };
}
