import { finding, type YamlPath } from '../config/finding.js';
import { looksLikeApiInfo } from '../config/secrets.js';
import { quote } from '../config/wording.js';
import type { WrittenMiner, WrittenToken } from '../config/written.gen.js';
import type { Miner, SecretReference, SocketAddress } from './farm.js';
import { parseMinerAddress } from './miner-address.js';
import type { Report } from './report.js';

/** Where the miner's API is, and where its token. */
export function readMiner(written: WrittenMiner, report: Report): Miner {
  const { api, token, disallowRemoteFinalize = false } = written;
  const address = readApi(api, ['miner', 'api'], report);
  return { api, address, token: tokenReference(token), disallowRemoteFinalize };
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
