import { unlockScript } from '../../apply/lock.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { hostLayout } from '../../host/layout.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { onFarm } from '../on-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

/** Takes away the lock that a command left which was cut off. */
export function unlock(names: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm(options, terminal, async ({ workspace }) => {
    const unknown = names.filter((name) => workspace.farm.hosts.every((host) => host.name !== name));
    terminal.diagnostics(unknown.map((name) => noHost(workspace.farm.name, name)));
    if (unknown.length > 0) return EXIT.usage;
    const failures = await Promise.all(
      workspace.farm.hosts
        .filter(({ name }) => names.includes(name))
        .map(async ({ name, paths }) => {
          const output = await workspace.connections.remote(name).exec(unlockScript(hostLayout(paths).lock));
          if (output.ok && output.value.status === 0)
            terminal.result(`${name} is not locked now.`, { unlocked: name });
          return output.ok ? [] : [output.diagnostic];
        }),
    );
    terminal.diagnostics(failures.flat());
    return failures.flat().length === 0 ? EXIT.done : EXIT.failed;
  });
}

function noHost(farm: string, name: string): Diagnostic {
  return {
    code: 'SF611',
    severity: 'error',
    message: `${farm} has no host ${name}`,
    help: 'Name a host of the file.',
  };
}
