import type { Drawing } from './layout.ts';
import { element, escaped } from './markup.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './page.ts';
import { svgOf } from './svg.ts';

/** The page loads nothing; this policy makes the browser enforce it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** The drawing as a page on which it can be moved, enlarged and searched. */
export function htmlOf(drawing: Drawing, description: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
${element('title', {}, escaped(description))}
<style>${PAGE_STYLE}</style>
</head>
<body>
<form role="search">
<input type="search" placeholder="Search: name, match, problem" aria-label="Search" autofocus>
<output></output>
<button type="button" data-zoom="1.25" title="Enlarge (+)">+</button>
<button type="button" data-zoom="0.8" title="Reduce (-)">−</button>
<button type="button" data-zoom="0" title="Show all (0)">all</button>
</form>
${svgOf(drawing, description)}
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
