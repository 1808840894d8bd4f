/** The page's only style sheet. Its reader may be on a phone, at night. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --text: #1b1f24; --quiet: #56606b; --line: #d3d8de;
  --good: #0b6b34; --good-back: #e3f4e9; --bad: #a8141a; --bad-back: #fdeaea;
  --wait: #704500; --wait-back: #fdf2dc; --focus: #0b57d0; --lane: #6b7785;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1317; --card: #181d23; --text: #e4e8ec; --quiet: #a3aeb9; --line: #323b45;
    --good: #6fd49a; --good-back: #12291c; --bad: #ff9c94; --bad-back: #331719;
    --wait: #f2c063; --wait-back: #2e2410; --focus: #8ab4f8; --lane: #8693a0;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1rem; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
h1 { font-size: 1.125rem; margin: 0; }
h2 { font-size: 1.125rem; margin: 0 0 .5rem; line-height: 1.3; }
h3 { font-size: 1rem; margin: 0; line-height: 1.5; font-weight: 600; }
h4 { font-size: .875rem; margin: .5rem 0 0; }
p { margin: 0 0 .5rem; }
p:last-child { margin-bottom: 0; }
ul, ol { margin: 0; padding: 0; list-style: none; }
code { font: .9375em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
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
main { display: grid; gap: 1rem; padding-top: .75rem; padding-bottom: 1rem; }
main > *, .columns > * { min-width: 0; }
.columns, .column { display: grid; gap: 1rem; align-content: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }
#verdict { border-width: 2px; }
#verdict h2 { display: flex; align-items: center; gap: .75rem; font-size: 1.5rem; line-height: 1.2; }
#verdict.open { border-color: var(--good); background: var(--good-back); }
#verdict.shut { border-color: var(--bad); background: var(--bad-back); }
#verdict.starting { border-color: var(--wait); background: var(--wait-back); }
#verdict.open h2 { color: var(--good); }
#verdict.shut h2 { color: var(--bad); }
#verdict.starting h2 { color: var(--wait); }
#verdict .quiet, #verdict time, #verdict .ago { color: var(--text); }
.shape { flex: none; fill: none; stroke: currentColor; stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.badge {
  display: inline-block; border: 1px solid var(--quiet); color: var(--quiet); border-radius: .375rem;
  padding: 0 .375rem; font-size: .8125rem; line-height: 1.375rem; font-weight: 500; vertical-align: .0625rem;
}
.badge.good { border-color: var(--good); color: var(--good); }
.badge.bad { border-color: var(--bad); color: var(--bad); border-width: 2px; line-height: 1.25rem; font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem; }
nav a {
  display: inline-flex; align-items: center; gap: .375rem; min-height: 2.75rem; padding: 0 .75rem;
  border: 1px solid var(--line); border-radius: .5rem; background: var(--card); text-decoration: none;
}
nav a:hover { border-color: var(--quiet); }
dl { margin: 0; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; }
.facts { display: grid; gap: .5rem 2rem; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
.facts + p { margin-top: .75rem; }
.cards { display: grid; gap: .75rem; }
.cards > li { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; }
.cards > li > h3 + * { margin-top: .375rem; }
.pairs > div { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .5rem; padding: .125rem 0; }
.pairs dt { line-height: 1.5rem; }
.field { display: inline-block; margin-right: .75rem; color: var(--quiet); }
.field code { color: var(--text); }
.fix { display: grid; gap: .375rem; }
.fix code { display: block; padding: .375rem .5rem; border-radius: .375rem; background: var(--page); }
.rows > li { padding: .5rem 0; border-top: 1px solid var(--line); display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; }
.rows > li:first-child { border-top: 0; padding-top: 0; }
.rows > li:last-child { padding-bottom: 0; }
.what { font-weight: 600; }
.changes .what { font-weight: 400; }
.took { margin-left: auto; text-align: right; }
.said { flex-basis: 100%; min-width: 0; }
.said .quiet { display: block; font-size: .875rem; }
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
summary { min-height: 2.75rem; display: flex; align-items: center; cursor: pointer; font-weight: 600; }
summary::before { content: "+"; width: 1.5rem; font-size: 1.25rem; }
details[open] > summary::before { content: "\\2212"; }
form { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem 1rem; }
label { display: grid; font-size: .875rem; color: var(--quiet); }
input, select, button {
  font: inherit; color: var(--text); background: var(--page); min-height: 2.75rem; max-width: 100%;
  border: 1px solid var(--quiet); border-radius: .375rem; padding: 0 .75rem;
}
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--quiet); font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-size: .875rem; font-weight: 400; }
tbody th { font-weight: 600; width: 30%; }
td p { margin: .25rem 0 0; }
footer { padding-bottom: 2rem; font-size: .875rem; color: var(--quiet); }
footer a { display: inline-block; padding: .25rem 0; }
@media (min-width: 48rem) {
  .rows > li { display: grid; grid-template-columns: 7.5rem 7.5rem 5rem minmax(0, 1fr); }
  .rows.changes > li { grid-template-columns: 13.5rem 6rem minmax(0, 1fr); }
  .rows .badge { justify-self: start; }
}
@media (min-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
`
