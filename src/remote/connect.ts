import { success, type Result } from '../diagnostic/result.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Host } from '../farm/farm.js';
import type { ConnectContext } from './context.js';
import { LocalRemote } from './local-remote.js';
import type { Remote } from './remote.js';
import { resolveEndpoint } from './resolve-endpoint.js';
import { connectSsh2 } from './ssh2-connect.js';

/**
 * Reaches a host by the transport the farm names. Fails with SF401–SF404, SF408, SF409 or SF415. Connect to at most 32
 * hosts at a time: more make handshakes time out rather than end earlier.
 */
export async function connect(host: Host, context: ConnectContext): Promise<Result<Remote>> {
  switch (host.ssh.transport) {
    case 'ssh2': {
      const endpoint = await resolveEndpoint(host, context);
      return endpoint.ok ? connectSsh2(endpoint.value, context) : endpoint;
    }
    case 'local':
      return success(new LocalRemote(host, context));
    default:
      return unreachable(host.ssh.transport);
  }
}
