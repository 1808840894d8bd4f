/** The page's only style sheet. Its reader may be on a phone, at night; nothing in it moves. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --text: #1a1f26; --quiet: #56606b; --line: #dce1e7; --code: #eef1f4;
  --good: #0b6b34; --good-back: #e9f7ee; --bad: #a8141a; --bad-back: #fdeeee;
  --warn: #704500; --warn-back: #fdf4e0; --focus: #0b57d0; --lane: #6b7785;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1217; --card: #161b22; --text: #e4e8ec; --quiet: #a3aeb9; --line: #2b343e; --code: #202731;
    --good: #6fd49a; --good-back: #10241a; --bad: #ff9c94; --bad-back: #2c1518;
    --warn: #f2c063; --warn-back: #2a2110; --focus: #8ab4f8; --lane: #8693a0;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1rem; display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
h1 { font-size: 1rem; margin: 0; letter-spacing: .01em; }
h2 { font-size: 1rem; margin: 0; line-height: 1.5; }
h3 { font-size: 1rem; margin: 0; line-height: 1.5; font-weight: 600; }
h4 { font-size: .875rem; margin: .5rem 0 0; }
p { margin: 0 0 .5rem; }
p:last-child { margin-bottom: 0; }
ul, ol { margin: 0; padding: 0; list-style: none; }
code {
  font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  background: var(--code); border-radius: .25rem; padding: .0625rem .25rem;
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
bdi { unicode-bidi: isolate; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
section:focus { outline: none; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem; background: var(--card); z-index: 3; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.quiet, time, .ago { color: var(--quiet); }
.number, time { font-variant-numeric: tabular-nums; }
time, .ago, .number { white-space: nowrap; }
h3 .quiet { font-weight: 400; }
#live { margin: 0; font-size: .875rem; color: var(--quiet); }
.lost #live {
  flex-basis: 100%; padding: .5rem .75rem; border-radius: .5rem;
  border: 2px dashed var(--bad); background: var(--bad-back); color: var(--bad); font-weight: 600;
}
.lost header { position: sticky; top: 0; z-index: 2; background: var(--page); padding-top: .5rem; padding-bottom: .5rem; }
.lost #identity { display: none; }
dl { margin: 0; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; }
#identity, .facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; }
#identity > div, .facts > div { min-width: 0; }
#identity { flex-basis: 100%; padding-top: .5rem; }
.cards + .facts, .rows + .facts, .facts + p { margin-top: .75rem; }
main { display: grid; gap: .75rem; padding-top: 1rem; padding-bottom: 1rem; }
main > * { min-width: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
#verdict { padding: 1.25rem; border-width: 2px; border-color: var(--tone); background: var(--back); }
#verdict { --tone: var(--lane); --back: var(--card); --ink: var(--text); }
#verdict.good { --tone: var(--good); --back: var(--good-back); --ink: var(--good); }
#verdict.bad { --tone: var(--bad); --back: var(--bad-back); --ink: var(--bad); }
#verdict.warn, #verdict.wait { --tone: var(--warn); --back: var(--warn-back); --ink: var(--warn); }
#verdict h2 { display: flex; align-items: center; gap: .875rem; margin-bottom: .75rem; font-size: 1.625rem; line-height: 1.2; color: var(--ink); }
#verdict .quiet, #verdict time, #verdict .ago { color: var(--text); }
#verdict .when { font-size: .875rem; }
#verdict code { background: var(--card); }
.shape { flex: none; fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; color: var(--quiet); }
.shape.good { color: var(--good); }
.shape.bad { color: var(--bad); }
.shape.warn, .shape.wait { color: var(--warn); }
.badge {
  display: inline-block; border: 1px solid var(--quiet); color: var(--quiet); border-radius: .375rem;
  padding: 0 .375rem; font-size: .8125rem; line-height: 1.375rem; font-weight: 500; vertical-align: .0625rem;
}
.badge.good { border-color: var(--good); color: var(--good); }
.badge.bad { border-color: var(--bad); color: var(--bad); border-width: 2px; line-height: 1.25rem; font-weight: 600; }
.badge.warn, .badge.wait { border-color: var(--warn); color: var(--warn); font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem; }
nav a {
  display: inline-flex; align-items: center; gap: .5rem; min-height: 2.75rem; padding: 0 .875rem;
  border: 1px solid var(--line); border-radius: .5rem; background: var(--card); text-decoration: none;
}
nav a:hover, nav a[aria-current] { border-color: var(--quiet); }
nav a[aria-current] { font-weight: 600; }
.head { display: flex; align-items: flex-start; gap: .625rem; padding: .75rem 1rem; }
.head .shape { margin-top: .125rem; }
.line { flex: 1; min-width: 0; color: var(--quiet); }
.line h2 { display: inline; margin-right: .375rem; color: var(--text); }
.body { padding: .25rem 1rem 1rem; }
summary { display: flex; align-items: center; gap: .5rem; min-height: 2.75rem; cursor: pointer; font-weight: 600; }
summary.head { align-items: flex-start; gap: .625rem; min-height: 3rem; font-weight: 400; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "+"; order: 1; width: 1.25rem; text-align: center; font-size: 1.25rem; line-height: 1.5rem; color: var(--quiet); }
details[open] > summary::before { content: "\\2212"; }
.cards { display: grid; gap: .75rem; }
.cards > li { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; }
.cards > li > h3 + * { margin-top: .375rem; }
.pairs > div { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .5rem; padding: .125rem 0; }
.pairs dt { line-height: 1.5rem; }
.pairs .facts { padding: .25rem 0 .5rem; }
.pairs .facts > div { display: block; }
.field { display: inline-block; margin-right: .75rem; color: var(--quiet); }
.field code { color: var(--text); }
.fix { display: grid; gap: .375rem; }
.copy {
  font: inherit; font-size: .75rem; line-height: 1.375rem; min-height: 1.5rem; margin: 0 .25rem; padding: 0 .5rem;
  vertical-align: .0625rem; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: .375rem; cursor: pointer;
}
.copy:hover { border-color: var(--quiet); }
.rows > li { padding: .5rem 0; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; }
.rows > li:first-child { border-top: 0; padding-top: 0; }
.rows > li:last-child { padding-bottom: 0; }
.what { font-weight: 600; }
.changes .what { font-weight: 400; }
.took { margin-left: auto; text-align: right; }
.said { flex-basis: 100%; min-width: 0; }
.said .quiet { display: block; font-size: .875rem; }
.why { display: block; margin: .25rem 0; padding: .25rem .625rem; border-left: 3px solid var(--bad); }
.rows.targets > li { display: block; }
.targets .group { padding-top: 1rem; }
.targets h4 { margin: 0; font-size: 1rem; }
.targets p { margin: .25rem 0 0; }
.names { columns: 12rem; column-gap: 1.5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin-bottom: .5rem; font-size: .875rem; color: var(--quiet); }
.legend li { display: flex; align-items: center; gap: .25rem; }
.graph > li { display: flex; gap: .625rem; }
.graph > li > div { flex: 1; min-width: 0; padding: .3125rem 0 .75rem; }
.graph p { margin: 0; }
.graph .quiet, .state { font-size: .875rem; color: var(--quiet); }
.lanes { flex: none; height: auto; contain: size; overflow: visible; }
.lanes, .key { fill: none; stroke: var(--lane); stroke-width: 2; }
.node { fill: var(--card); stroke: var(--text); stroke-width: 2.5; }
.node.full { fill: var(--text); }
.dotted { stroke-dasharray: 2 4; }
form { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem 1rem; }
label { display: grid; font-size: .875rem; color: var(--quiet); }
input, select, form button {
  font: inherit; color: var(--text); background: var(--card); min-height: 2.75rem; max-width: 100%;
  border: 1px solid var(--quiet); border-radius: .375rem; padding: 0 .75rem;
}
footer { padding-bottom: 2rem; font-size: .875rem; color: var(--quiet); }
footer a { display: inline-block; padding: .25rem 0; }
@media (min-width: 48rem) {
  #verdict { padding: 1.5rem; }
  .rows > li { display: grid; grid-template-columns: 6.5rem 6.5rem 4.5rem minmax(0, 1fr); }
  .rows.changes > li { grid-template-columns: 13.5rem 6rem minmax(0, 1fr); }
  .rows .badge { justify-self: start; }
}
@media print {
  :root { --page: #fff; --card: #fff; --text: #000; --quiet: #444; }
  nav, form, .copy, .skip, #live, summary::before { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  section, .rows > li, .cards > li { break-inside: avoid; }
}
`
