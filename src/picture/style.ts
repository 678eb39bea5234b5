/**
 * Colours that people with a colour vision deficiency can distinguish (Okabe and Ito, https://jfly.uni-koeln.de/color/): blue,
 * green, purple and sky blue for envs, orange for the path of a traced request, a darker vermilion for problems. No meaning
 * depends on colour alone: shapes, dashes, numbers and the warning mark say the same.
 */
const LIGHT = {
  paper: '#ffffff',
  area: '#f3f5f7',
  box: '#ffffff',
  ink: '#1b1f24',
  soft: '#57606a',
  line: '#7b8590',
  wrong: '#b3190f',
  way: '#e69f00',
  env0: '#0072b2',
  env1: '#00805d',
  env2: '#a8447f',
  env3: '#2f86b8',
};
const DARK: typeof LIGHT = {
  paper: '#0d1117',
  area: '#161b22',
  box: '#0d1117',
  ink: '#e6edf3',
  soft: '#9da7b1',
  line: '#7d8792',
  wrong: '#ff8a75',
  way: '#ffb52e',
  env0: '#58aee8',
  env1: '#35c79b',
  env2: '#e79fc8',
  env3: '#9ad4f5',
};

/** Number of different styles of envs. With more envs the styles repeat; the names distinguish the envs. */
export const ENV_LOOKS = 4;
const DASHES = ['none', '9 3', '3 3', '10 3 2 3'];

function variables(colours: typeof LIGHT): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

const ENVS = DASHES.map(
  (dash, index) =>
    `.env${index} .shape{stroke:var(--env${index});stroke-width:2.5}` +
    `.edge.env${index} .line{stroke:var(--env${index});stroke-width:2.2;stroke-dasharray:${dash}}` +
    `.edge.env${index} .head{fill:var(--env${index})}`,
).join('\n');

/** Later rules win: an env's colour over the plain one, a problem over an env's. */
export const STYLE = `
svg.picture{${variables(LIGHT)};background:var(--paper);font:12px ui-monospace,Menlo,"DejaVu Sans Mono",Consolas,monospace}
@media (prefers-color-scheme:dark){svg.picture{${variables(DARK)}}}
.picture text{fill:var(--ink);white-space:pre}
.picture .title{font-weight:600}
.picture .detail{fill:var(--soft)}
.shape{fill:var(--box);stroke:var(--line);stroke-width:1.2}
.namespace .shape{fill:var(--area);stroke:none}
.namespace .title{fill:var(--soft)}
.service .shape{stroke-width:1}
.level .shape{fill:var(--area);stroke-width:1}
.every .shape,.outside .shape,.absent .shape{stroke-dasharray:5 3}
.request .shape{stroke:var(--way);stroke-width:3}
.line{fill:none;stroke:var(--line);stroke-width:1.5}
.head{fill:var(--line)}
.mirror .line{stroke-dasharray:2 4}
.delegate .line{stroke-dasharray:7 4}
.plate{fill:var(--box);opacity:.9}
.edge .detail{fill:var(--ink)}
.glow{fill:none;stroke:var(--way);stroke-width:7;stroke-linejoin:round;stroke-linecap:round;opacity:.75}
.hop{fill:var(--way)}
.picture .number{fill:#1b1f24;font-weight:700;text-anchor:middle}
${ENVS}
.wrong>.shape{stroke:var(--wrong);stroke-width:2.5}
.edge.wrong .line{stroke:var(--wrong);stroke-width:2.2}
.edge.wrong .head{fill:var(--wrong)}
.picture .problem{fill:var(--wrong)}
.mark{fill:none;stroke:var(--wrong);stroke-width:1.6;stroke-linejoin:round}
`.trim();
