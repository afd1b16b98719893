import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.js';
import { planMarkdown } from '../../src/view/plan-markdown.js';
import { allowToSteps, hostPlan, job, limitSteps, NOW, planOf, step, unreached } from './samples.js';

const MADE = {
  at: NOW.toISOString(),
  commit: { id: '0123456789abcdef0123456789abcdef01234567', dirty: true },
};

function markdown(plan: Plan): string {
  return planMarkdown(plan, MADE);
}

describe('a plan in Markdown', () => {
  it('has a fold for hosts that are alike', () => {
    const plan = planOf(
      [
        ...['host-1', 'host-2', 'host-3'].map((host, index) =>
          hostPlan(
            host,
            limitSteps(
              host,
              `worker-${index + 1}`,
              index > 0 ? [] : [job('PC1', 3, '2026-03-01T09:20:00Z')],
              3,
            ),
          ),
        ),
        hostPlan('host-4', [], false),
        hostPlan('host-5', allowToSteps('host-5', 'worker-5')),
      ],
      {
        diagnostics: [unreached('host-4')],
        drained: [
          {
            host: 'host-6',
            worker: 'worker-6',
            running: false,
            declared: 'running',
            intent: { who: 'bob@x', when: '2026-02-28T09:00:00Z', why: 'new *disk*' },
          },
        ],
      },
    );
    expect(markdown(plan)).toMatchInlineSnapshot(`
      "### sealfarm plan of example

      **Plan: 0 to start, 4 files to write, 1 live change, 3 restarts. host-4 not reached: the plan is partial.**

      - **error SF404** host-4: cannot connect to host-4: connection refused *Is the machine up, and does SSH listen on port 22?*

      - worker-6 on host-6 is drained by bob@&#8203;x: new \\*disk\\*; the file says running

      <details><summary><b>host-1</b> and 2 hosts like it: host-2, host-3 (6 steps, 3 of them when a worker is quiet or empty)</summary>

      \`\`\`diff
          worker-1
      !     write worker.env             differs from the file
                PC1_32G_MAX_CONCURRENT: 4 → 6
      !     restart worker-1  [restart]  was started with other settings
                now running: 1 PC1, the oldest since 09:20 UTC (2h40m); 9 sectors on their paths; each waits
                  until its worker is quiet
      \`\`\`

      </details>

      <details><summary><b>host-5</b> (2 steps)</summary>

      \`\`\`diff
          worker-5
      !     write /mnt/nvme0/seal/sectorstore.json          differs from the file
                AllowTo: example-seal-group-1 → example-seal-group-2
      !     redeclare /mnt/nvme0/seal               [live]  differs from the file
      \`\`\`

      </details>

      <sub>Marks: ! changes; \\[live\\] while the worker works, \\[restart\\] once the worker is quiet. Made 2026-03-01 12:00 UTC from commit 01234567 and changes that are not committed. Jobs and their ages are of that moment.</sub>"
    `);
  });

  it('says when there is nothing to do', () => {
    expect(planMarkdown(planOf([hostPlan('host-1', [])]), { at: MADE.at })).toMatchInlineSnapshot(`
      "### sealfarm plan of example

      **No changes. The farm matches the file.**

      <sub>Made 2026-03-01 12:00 UTC. Jobs and their ages are of that moment.</sub>"
    `);
  });

  it('says of which part it is', () => {
    const [heading] = planMarkdown(planOf([]), {
      at: MADE.at,
      target: ['pc1-*', '@fast'],
      exclude: ['pc1-07'],
    }).split('\n');
    expect(heading).toBe('### sealfarm plan of example, pc1-\\*, @&#8203;fast alone, without pc1-07');
  });

  it('fits a comment, and counts what does not', () => {
    const hosts = Array.from({ length: 400 }, (_, index) =>
      hostPlan(`host-${index}`, [
        step(`host-${index}`, undefined, { kind: 'create-path', path: `/mnt/${'x'.repeat(200)}/${index}` }),
      ]),
    );
    const text = markdown(planOf(hosts));
    expect(text.length).toBeLessThan(65_000);
    const left = /The steps of (\d+) more hosts do not fit here/.exec(text)?.[1];
    expect(text.split('<details>').length - 1 + Number(left)).toBe(400);
  });

  it('names workers that run as somebody else started them', () => {
    const foreign = [
      {
        host: 'host-1',
        worker: 'worker-1',
        pid: 7,
        starter: 'tmux of @root',
        since: '2026-03-01T09:20:00Z',
        pending: [{ field: 'PC1_32G_MAX_CONCURRENT', before: '4', after: '6' }],
      },
    ];
    expect(markdown(planOf([], { foreign }))).toContain(
      [
        '- worker-1 on host-1 still runs as it was started, by tmux of @&#8203;root since 09:20 UTC (2h40m); its next restart takes it over, which also changes:',
        '  - PC1\\_32G\\_MAX\\_CONCURRENT: 4 → 6',
      ].join('\n'),
    );
  });

  it('says once what many hosts have, and counts all that does not fit', () => {
    const alike = Array.from({ length: 300 }, (_, at) => unreached(`host-${at + 1}`));
    const others = Array.from({ length: 60 }, (_, at) => ({
      ...unreached('store'),
      message: `of its own: ${at}`,
    }));
    const text = markdown(planOf([], { diagnostics: [...alike, ...others] }));
    expect(text).toContain(
      '- **error SF404** host-1: cannot connect to host-1: connection refused (likewise host-\\[2-300\\])',
    );
    expect(text.match(/^- \*\*error SF404/gm)).toHaveLength(50);
    expect(text).toContain('- and 11 more\n');
  });

  it('gives hostile words no way out', () => {
    const hostile = '```\n</details><script>@everyone [x](y) **z**';
    const plan = planOf(
      [hostPlan('host-1', [step('host-1', undefined, { kind: 'create-path', path: `/mnt/${hostile}` })])],
      {
        diagnostics: [
          {
            code: 'SF502',
            severity: 'error',
            message: hostile,
            place: { kind: 'host', host: 'host-1', path: hostile },
          },
        ],
      },
    );
    const text = markdown(plan);
    const open = text.slice(0, text.indexOf('<details>'));
    expect(open).not.toMatch(/<script|<\/details|@everyone|(?<!\\)\[x|\n```/);
    const [fence = ''] = /^`{4,}(?=diff$)/m.exec(text) ?? [];
    expect(text.split('\n').filter((line) => line.startsWith(fence)).length).toBe(2);
  });
});
