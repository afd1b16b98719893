import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { shellWord } from './context.js';
import type { Endpoint } from './endpoint.js';
import { knownHostName } from './known-hosts.js';
import { fileWord, sshTarget } from './ssh-config.js';

/** `host-1 (10.0.0.1, port 22)` */
export function whoShows({ name, address, port }: Endpoint): string {
  return `${name} (${address}, port ${port})`;
}

/**
 * @param shown such as `the host key SHA256:… (ssh-ed25519)`
 * @param file where the key would have to be
 */
export function unknownKey(endpoint: Endpoint, file: string, shown: string): Diagnostic {
  return {
    code: 'SF401',
    severity: 'error',
    message: `${whoShows(endpoint)} has ${shown}, which is not in ${file}`,
    place: { kind: 'host', host: endpoint.host },
    help: `${compareWith(endpoint, shown)}, then: ${makeKnown(endpoint, file)}`,
  };
}

/** @param message all that is wrong with the key */
export function changedKey(endpoint: Endpoint, file: string, message: string): Diagnostic {
  return {
    code: 'SF402',
    severity: 'error',
    message,
    place: { kind: 'host', host: endpoint.host },
    help:
      `Find out why first, on the host's own console. If the host was set up anew: ` +
      `ssh-keygen -R '${namedInFiles(endpoint)}' -f ${shellWord(file)}, then ${makeKnown(endpoint, file)}`,
  };
}

/** @param shown such as `the host key SHA256:…, which is revoked (known_hosts:3)` */
export function revokedKey(endpoint: Endpoint, shown: string): Diagnostic {
  return {
    code: 'SF402',
    severity: 'error',
    message: `${whoShows(endpoint)} shows ${shown}; this may be an attack`,
    place: { kind: 'host', host: endpoint.host },
    help: 'Do not log in there. Give the host a new host key and make that one known.',
  };
}

/** @param written the file as ssh_config has it */
export function unreadRevocations({ name, host }: Endpoint, written: string, why: string): Diagnostic {
  return {
    code: 'SF408',
    severity: 'error',
    message: `The list of revoked host keys ${written} cannot be read, so ${name} is not trusted: ${why}`,
    place: { kind: 'host', host },
    help: 'Make it readable to the system `ssh` and leave out `ssh.transport`, or remove RevokedHostKeys from ssh_config.',
  };
}

/** How known_hosts files name the machine. */
export function namedInFiles({ hostKeys, address, port }: Endpoint): string {
  return hostKeys.alias ?? knownHostName(address, port);
}

/** `ssh` refuses an unknown key without a word of its fingerprint. */
function compareWith(endpoint: Endpoint, shown: string): string {
  const print =
    shown.includes('SHA256:') || endpoint.via?.kind === 'command'
      ? 'the fingerprint'
      : `the fingerprint that \`${scan(endpoint)} | ssh-keygen -lf -\` shows`;
  const own = 'for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done';
  return `Compare ${print} with what \`${own}\` prints on the host's own console`;
}

/** The command that writes the machine's key into a file. Only `ssh` goes the way of a ProxyCommand. */
export function makeKnown(endpoint: Endpoint, file: string): string {
  const { via, asked, hostKeys } = endpoint;
  if (via?.kind === 'command') {
    const known =
      asked.wishes.knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${fileWord(file)}`];
    const words = ['ssh', '-o', 'StrictHostKeyChecking=ask', ...known, ...sshTarget(asked), 'true'];
    return `${words.map(shellWord).join(' ')}, and say yes where it shows that fingerprint`;
  }
  const renamed = hostKeys.alias === undefined ? '' : ` | sed ${shellWord(renaming(hostKeys.alias))}`;
  return `${scan(endpoint)}${renamed} >> ${shellWord(file)}`;
}

/** What is known by HostKeyAlias is found under no other name. */
function renaming(alias: string): string {
  return `s/^[^# ][^ ]*/${alias.replaceAll(/[\\/&]/g, '\\$&')}/`;
}

/** A machine behind another is scanned from there: ssh-keyscan knows no jump hosts. */
function scan({ address, port, via }: Endpoint): string {
  const command = `ssh-keyscan -p ${port} ${shellWord(address)}`;
  return via?.kind === 'jump' ? `ssh ${jumpWord(via.endpoint)} ${command}` : command;
}

function jumpWord({ user, address, port }: Endpoint): string {
  return `${port === 22 ? '' : `-p ${port} `}${shellWord(`${user}@${address}`)}`;
}
