import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { ConnectContext } from './context.js';
import type { Endpoint } from './endpoint.js';
import { readHostKeyCheck } from './host-key.js';
import { findIdentities } from './identities.js';
import { MOST_CONNECTIONS, throughJump } from './jump-pool.js';
import { jumpCommand, jumpCommandByProgram } from './openssh-arguments.js';
import { explainOpenssh, whyNotForwarded } from './openssh-error.js';
import { logInWithOpenssh, type LoggedIn, type NotLoggedIn } from './openssh-login.js';
import { OpensshMaster } from './openssh-master.js';
import type { OperatorFiles } from './operator-files.js';

/** Connects and logs in by the system's `ssh`, jump hosts and all. Fails with SF401–SF404, SF408, SF409 or SF415. */
export async function openMaster(
  endpoint: Endpoint,
  context: ConnectContext,
): Promise<Result<OpensshMaster>> {
  const { via } = endpoint;
  if (via?.kind === 'jump') return openBehind(via.endpoint, endpoint, context);
  const logged = await logInWithOpenssh(endpoint, context);
  return masterOf(logged, endpoint, context);
}

/** A jump host whose sshd forwards nothing connects by a program of its own. */
async function openBehind(
  jump: Endpoint,
  endpoint: Endpoint,
  context: ConnectContext,
  nth = 0,
): Promise<Result<OpensshMaster>> {
  const reached = await context.jumps.master(jump, context, nth);
  if (!reached.ok) return reached;
  const { value: master } = reached;
  const before = (await master.log()).length;
  const logged = await logInWithOpenssh(endpoint, context, jumpCommand(master.socket, endpoint));
  if ('held' in logged || !/Stdio forwarding request failed/.test(logged.wayWords))
    return masterOf(logged, endpoint, context);
  const { why, forbidden } = whyNotForwarded((await master.log()).slice(before));
  if (!forbidden) return failure(throughJump(jump, endpoint, why));
  const again = await logInWithOpenssh(endpoint, context, jumpCommandByProgram(master.socket, endpoint));
  const isFull = !('held' in again) && again.wayWords.includes('Session open refused');
  return isFull && nth + 1 < MOST_CONNECTIONS
    ? openBehind(jump, endpoint, context, nth + 1)
    : masterOf(again, endpoint, context);
}

async function masterOf(
  logged: LoggedIn | NotLoggedIn,
  endpoint: Endpoint,
  context: ConnectContext,
): Promise<Result<OpensshMaster>> {
  if ('held' in logged) return success(new OpensshMaster(endpoint, logged, context));
  const diagnostic = explainOpenssh(logged, endpoint);
  return failure((await lookCloser(diagnostic, endpoint, context.files)) ?? diagnostic);
}

/** `ssh` says nothing of files that are not there and of keys it could not open without asking. */
async function lookCloser(
  { code }: Diagnostic,
  endpoint: Endpoint,
  files: OperatorFiles,
): Promise<Diagnostic | undefined> {
  if (code === 'SF401') {
    const check = await readHostKeyCheck(endpoint, files);
    return check.ok ? undefined : check.diagnostic;
  }
  if (code !== 'SF403' && code !== 'SF409') return undefined;
  const identities = await findIdentities(endpoint, files);
  return identities.ok || endpoint.beyondSsh2.length > 0 ? undefined : identities.diagnostic;
}
