export const PAGE_STYLE = `
html,body{margin:0;height:100%;overflow:hidden}
body{font:13px system-ui,sans-serif;color-scheme:light dark;background:Canvas;color:CanvasText}
form{position:fixed;z-index:1;top:10px;right:10px;display:flex;gap:6px;align-items:center;padding:6px;border-radius:8px;background:Canvas;border:1px solid color-mix(in srgb,CanvasText 25%,Canvas)}
form :is(input,button){font:inherit;padding:4px 8px}
input{width:230px}
output{min-width:52px;text-align:center}
svg.picture{position:fixed;inset:0;width:100%;height:100%;cursor:grab;touch-action:none;user-select:none}
svg.picture.searched :is(.node,.edge){opacity:.18}
svg.picture.searched :is(.node.found,.edge.found),svg.picture.searched .namespace{opacity:1}
.found.current>.shape{stroke-width:5}
`.trim();

/**
 * Moves the picture (drag), enlarges it (wheel, buttons, + - 0) and searches in it (Enter: the next one). Plain JavaScript for
 * browsers. It reads the picture's text, and creates no markup.
 */
export const PAGE_SCRIPT = `
(() => {
  const svg = document.querySelector('svg.picture');
  const form = document.querySelector('form');
  const input = document.querySelector('input');
  const output = document.querySelector('output');
  const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
  let view = { x: 0, y: 0, width, height };
  let isWhole = true;
  const show = (next) => {
    isWhole = false;
    view = next;
    svg.setAttribute('viewBox', [view.x, view.y, view.width, view.height].join(' '));
  };
  const scale = () => Math.min(svg.clientWidth / view.width, svg.clientHeight / view.height);
  const all = () => {
    const smallest = Math.max(width / svg.clientWidth, height / svg.clientHeight, 0.8);
    const [w, h] = [svg.clientWidth * smallest, svg.clientHeight * smallest];
    show({ x: (width - w) / 2, y: (height - h) / 2, width: w, height: h });
    isWhole = true;
  };
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const zoom = (factor, { x, y }) => {
    const next = { width: view.width / factor, height: view.height / factor };
    if (next.width < 60 || next.width > width * 20) return;
    show({ x: view.x + (view.width - next.width) * x, y: view.y + (view.height - next.height) * y, ...next });
  };
  svg.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 500), at(event));
  }, { passive: false });
  let held;
  svg.addEventListener('pointerdown', (event) => {
    held = event;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener('pointermove', (event) => {
    if (!held) return;
    const by = scale();
    show({ ...view, x: view.x - (event.clientX - held.clientX) / by, y: view.y - (event.clientY - held.clientY) / by });
    held = event;
  });
  svg.addEventListener('pointerup', () => { held = undefined; });
  svg.addEventListener('pointercancel', () => { held = undefined; });
  const press = (factor) => (factor === 0 ? all() : zoom(factor, { x: 0.5, y: 0.5 }));
  for (const button of form.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => press(Number(button.dataset.zoom)));
  }
  const KEYS = { '+': 1.25, '=': 1.25, '-': 0.8, 0: 0 };
  addEventListener('keydown', (event) => {
    if (event.target !== input && event.key in KEYS) press(KEYS[event.key]);
  });
  addEventListener('resize', () => isWhole && all());
  let found = [];
  let current = -1;
  const search = () => {
    const word = input.value.trim().toLowerCase();
    const parts = [...svg.querySelectorAll('.node,.edge')].filter((part) => part.querySelector(':scope>title'));
    const isFound = (part) => word !== '' && part.querySelector(':scope>title').textContent.toLowerCase().includes(word);
    for (const part of parts) part.classList.toggle('found', isFound(part));
    svg.classList.toggle('searched', word !== '');
    found = parts.filter((part) => part.matches('.node') && isFound(part));
    current = -1;
    output.textContent = word === '' ? '' : String(found.length);
    if (word === '') all();
  };
  const next = () => {
    if (found.length === 0) return;
    for (const part of found) part.classList.remove('current');
    current = (current + 1) % found.length;
    found[current].classList.add('current');
    output.textContent = current + 1 + ' of ' + found.length;
    const box = found[current].getBBox();
    const ratio = svg.clientHeight / svg.clientWidth;
    const wide = Math.max(1100, box.width * 1.5, (box.height * 1.5) / ratio);
    const shift = found[current].parentNode.transform.baseVal.consolidate().matrix;
    const middle = { x: box.x + box.width / 2 + shift.e, y: box.y + box.height / 2 + shift.f };
    show({ x: middle.x - wide / 2, y: middle.y - (wide * ratio) / 2, width: wide, height: wide * ratio });
  };
  input.addEventListener('input', search);
  form.addEventListener('submit', (event) => { event.preventDefault(); next(); });
  all();
})();
`.trim();
