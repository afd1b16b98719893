import { success, type Result } from '../diagnostic/result.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Host } from '../farm/farm.js';
import { chosenFor, findBeyondSsh2 } from './beyond-ssh2.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';
import type { Remote } from './remote.js';
import { resolveEndpoint } from './resolve-endpoint.js';
import { connectSsh2 } from './ssh2-connect.js';

/**
 * Reaches a host by the transport the farm names, else by the one that can. Fails with SF401–SF404, SF408, SF409 or
 * SF415. Connect to at most 32 hosts at a time: more make handshakes time out rather than end earlier.
 */
export async function connect(host: Host, context: ConnectContext): Promise<Result<Remote>> {
  const { transport } = host.ssh;
  if (transport === 'local') return connectLocal(host, context);
  const resolved = await resolveEndpoint(host, context);
  if (!resolved.ok) return resolved;
  const { value: endpoint } = resolved;
  switch (transport) {
    case 'ssh2':
      return connectSsh2(endpoint, context);
    case 'openssh':
      return connectOpenssh(endpoint, context, []);
    case undefined: {
      const needs = await findBeyondSsh2(endpoint, context.files);
      return needs.length === 0 ? connectSsh2(endpoint, context) : connectOpenssh(endpoint, context, needs);
    }
    default:
      return unreachable(transport);
  }
}

// What few farms need is loaded for these: it takes as long as a dozen hosts.

async function connectLocal(host: Host, context: ConnectContext): Promise<Result<Remote>> {
  const { LocalRemote } = await import('./local-remote.js');
  return success(new LocalRemote(host, context));
}

async function connectOpenssh(
  endpoint: Endpoint,
  context: ConnectContext,
  needs: readonly string[],
): Promise<Result<Remote>> {
  const [{ openMaster }, { OpensshRemote }] = await Promise.all([
    import('./openssh-connect.js'),
    import('./openssh-remote.js'),
  ]);
  const master = await openMaster(endpoint, context);
  if (!master.ok) return master;
  const chosen = needs.length === 0 ? [] : [chosenFor(endpoint.host, needs)];
  return success(new OpensshRemote(endpoint, master.value, chosen));
}
