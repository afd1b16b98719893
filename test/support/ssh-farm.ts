import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, SshSettings } from '../../src/farm/farm.js';
import type { ConnectContext } from '../../src/remote/context.js';
import type { Endpoint } from '../../src/remote/endpoint.js';
import { JumpPool } from '../../src/remote/jump-pool.js';
import { OperatorFiles } from '../../src/remote/operator-files.js';
import { SshAnswers } from '../../src/remote/ssh-answers.js';
import { resolveEndpoint } from '../../src/remote/resolve-endpoint.js';
import { makeKey, type TestKey } from './ssh-keys.js';
import { SshServer, type SshServerOptions } from './ssh-server.js';

/** A folder with an operator's home, a host key and a user key, which many tests share. */
export interface SshFolder {
  readonly folder: string;
  readonly homeDir: string;
  readonly hostKey: TestKey;
  readonly userKey: TestKey;
  remove(): Promise<void>;
}

/** The surroundings of an operator with this home, who has no ssh_config unless it is named. */
export function aContext(
  homeDir: string,
  environment: ConnectContext['environment'] = {},
  sshConfigFile = 'none',
): ConnectContext {
  return {
    environment,
    homeDir,
    sshConfigFile,
    jumps: new JumpPool(),
    answers: new SshAnswers(),
    files: new OperatorFiles(),
  };
}

export async function makeSshFolder(): Promise<SshFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'sealfarm-ssh-'));
  const homeDir = join(folder, 'home');
  await mkdir(join(homeDir, '.ssh'), { recursive: true });
  return {
    folder,
    homeDir,
    hostKey: await makeKey(folder, 'host_key'),
    userKey: await makeKey(folder, 'user_key'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** How that operator reaches the host. */
export async function endpointFor(host: Host, context: ConnectContext): Promise<Endpoint> {
  const endpoint = await resolveEndpoint(host, context);
  if (!endpoint.ok) throw new Error(endpoint.diagnostic.message);
  return endpoint.value;
}

/** A host of a farm with nothing on it. */
export function testHost(ssh: Partial<SshSettings>, address = '127.0.0.1'): Host {
  return {
    name: 'host-1',
    address,
    ssh: { transport: 'ssh2', user: 'operator', port: 22, connectTimeoutMs: 10_000, ...ssh },
    tags: [],
    paths: { config: '/etc/sealfarm', state: '/var/lib/sealfarm' },
    serviceManager: 'process',
    workers: [],
    yaml: ['hosts', 'host-1'],
  };
}

/** A server that knows the folder's user key, and the host by which to reach it with the right known_hosts. */
export async function startKnownServer(
  keys: SshFolder,
  options: Partial<SshServerOptions> = {},
): Promise<{ readonly server: SshServer; readonly host: Host }> {
  const server = await SshServer.start({
    hostKeys: [keys.hostKey.privateText],
    authorizedKeys: [keys.userKey.publicBlob],
    ...options,
  });
  const knownHostsFile = join(keys.folder, `known_hosts_${server.port}`);
  await writeFile(knownHostsFile, `[${server.address}]:${server.port} ${keys.hostKey.publicText}\n`);
  const host = testHost(
    { port: server.port, knownHostsFile, identityFile: keys.userKey.privateFile },
    server.address,
  );
  return { server, host };
}
