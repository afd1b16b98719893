import { CODE_FAMILIES, type CodeFamily, codesOf, type DiagnosticCode } from '../diagnostic/codes.js';
import { factsOf } from './explain.js';

const HEAD = `<!-- Made by \`npm run docs\` from src/diagnostic/codes: change that, not this. -->

# What sealfarm can say

Every message has a code, and a code keeps its meaning for ever. \`sealfarm explain SF230\` prints what stands here.

An **error** stops the command, or leaves out what it concerns; a **warning** and a **note** are only said. Each code is
given with its usual weight: where a command can go on, it may make a warning of an error.`;

/** docs/checks.md, all codes with their explanations; not yet formatted. */
export function checksDocument(): string {
  return `${[HEAD, contents(), ...CODE_FAMILIES.map(familySection)].join('\n\n')}\n`;
}

function contents(): string {
  return CODE_FAMILIES.map((family) => `- [${heading(family)}](#${anchor(heading(family))})`).join('\n');
}

function familySection(family: CodeFamily): string {
  return [`## ${heading(family)}`, ...codesOf(family).map(codeSection)].join('\n\n');
}

function codeSection(code: DiagnosticCode): string {
  const { title, severity, why, remedy, upstream = [] } = factsOf(code);
  return [
    `### ${code}`,
    `**${title}** · ${severity}`,
    why,
    `_What to do:_ ${remedy}`,
    ...(upstream.length === 0 ? [] : [`See also: ${upstream.map(link).join(', ')}`]),
  ].join('\n\n');
}

function heading({ start, title }: CodeFamily): string {
  return `${start}xx ${title}`;
}

/** As GitHub makes it of a heading. */
function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

/** `https://github.com/filecoin-project/lotus/issues/7484` as `lotus#7484`. */
function link(url: string): string {
  const [number, , repository] = url.split('/').toReversed();
  return `[${repository ?? ''}#${number ?? ''}](${url})`;
}
