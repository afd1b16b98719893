import { formatStatus, statusJson } from '../../view/status.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { lookAtFarm } from '../on-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

/** What the farm does now. Hosts that cannot be reached are said so. */
export function status(options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return lookAtFarm(options, terminal, async (workspace) => {
    const { observation } = await terminal.watching(workspace.farm.hosts.length, (emit) =>
      workspace.lookAtHosts(emit),
    );
    const view = { style: terminal.style, width: terminal.width, now: new Date() };
    const { farm } = workspace;
    terminal.result(formatStatus(farm, observation, view), statusJson(farm, observation, view.now));
    const reached = [...observation.hosts.values()].filter((host) => host.reached).length;
    if (reached === observation.hosts.size) return observation.miner.reached ? EXIT.done : EXIT.failed;
    return reached === 0 ? EXIT.failed : EXIT.partial;
  });
}
