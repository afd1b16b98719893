/** What systemd says of a worker's unit. systemd: org.freedesktop.systemd1(5), systemd.service(5) */
export interface ObservedUnit {
  /** ActiveState: `active`, `activating`, `deactivating`, `inactive`, `failed`, … */
  readonly active: string;
  /** SubState: `running`, `auto-restart`, `dead`, … */
  readonly sub: string;
  /** How its last process ended: `success`, `exit-code`, `signal`, `oom-kill`, `resources`, … */
  readonly result: string;
  /** Exit status of its last process, or the number of the signal that ended it. */
  readonly status: number;
  /** How often systemd has started it again by itself since it was last started on purpose. */
  readonly restarts: number;
  /** 0 while it has none, as between two tries. */
  readonly pid: number;
}

export const UNIT_PROPERTIES = [
  'Id',
  'ActiveState',
  'SubState',
  'Result',
  'ExecMainStatus',
  'NRestarts',
  'MainPID',
] as const;

/** Reads an answer of `systemctl show` on several units, by unit. Properties come in any order; an empty line ends a unit. */
export function parseUnits(text: string): ReadonlyMap<string, ObservedUnit> {
  return new Map(
    text.split(/\n{2,}/).flatMap((block): [string, ObservedUnit][] => {
      const said = new Map(block.split('\n').map((line) => [line.split('=', 1)[0], afterEquals(line)]));
      const of = (property: (typeof UNIT_PROPERTIES)[number]): string => said.get(property) ?? '';
      const number = (property: (typeof UNIT_PROPERTIES)[number]): number => Number(of(property)) || 0;
      if (of('Id') === '') return [];
      return [
        [
          of('Id'),
          {
            active: of('ActiveState'),
            sub: of('SubState'),
            result: of('Result'),
            status: number('ExecMainStatus'),
            restarts: number('NRestarts'),
            pid: number('MainPID'),
          },
        ],
      ];
    }),
  );
}

function afterEquals(line: string): string {
  return line.slice(line.indexOf('=') + 1);
}

/** Whether systemd is about to start it again, or to end it: it has no process at the moment, but is not at rest. */
export function isBetweenProcesses({ active, pid }: ObservedUnit): boolean {
  return pid === 0 && !['inactive', 'failed', ''].includes(active);
}

/** `with the result exit-code (status 203)`; Lotus ends with status 0 on most errors. */
export function endWords({ result, status }: ObservedUnit): string {
  if (result === 'success') return 'with status 0, as Lotus does on errors too';
  return `with the result ${result}${result === 'resources' ? '' : ` (status ${status})`}`;
}
