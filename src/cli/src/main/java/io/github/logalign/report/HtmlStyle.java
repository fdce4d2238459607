package io.github.logalign.report;

/** The style of the report in light and dark mode: the colours of Okabe and Ito, and viridis for the heat map. */
final class HtmlStyle {

    static final String CSS = """
            :root { color-scheme: light dark; --page: #fbfbfa; --card: #ffffff; --ink: #1c1f23; --soft: #5d6570;
              --rule: #dfe3e8; --grid: #eceff2; --alarm: #b3261e; --alarm-back: #fdecea;
              --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b8578c; --c4: #a06c00; --c5: #6a4fc4;
              --d0: #2b3fa6; --d1: #5034ad; --d2: #7430aa; --d3: #94319c; --d4: #b13784; --d5: #c4436a; --d6: #cf5549;
              --d7: #cd6a26; --d8: #b98200; }
            @media (prefers-color-scheme: dark) {
              :root { --page: #14171a; --card: #1c2024; --ink: #e8eaed; --soft: #a3acb8; --rule: #343a41;
                --grid: #2a2f35; --alarm: #ff8a80; --alarm-back: #3a1f1d;
                --c0: #5ab4ee; --c1: #ff8f45; --c2: #35cb9e; --c3: #ea9dca; --c4: #f0bd4f; --c5: #b7a5ff;
                --d0: #8093ff; --d1: #9a8bff; --d2: #b485fb; --d3: #cd82ea; --d4: #e282cd; --d5: #f089a8; --d6: #f89680;
                --d7: #fba95c; --d8: #f4c64a; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system,
              "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
            main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 48px; }
            @media (max-width: 560px) { main { padding: 16px 8px 32px; } figure { padding: 10px 8px 8px; } }
            h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 4px; }
            h2 { font-size: 1.2rem; margin: 40px 0 4px; }
            h3 { font-size: 1rem; margin: 0 0 4px; font-weight: 600; }
            p { margin: 4px 0 12px; max-width: 75ch; }
            .soft, figcaption, footer { color: var(--soft); font-size: .9rem; }
            .charts { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 350px), 1fr)); }
            figure { margin: 0; padding: 14px 14px 8px; background: var(--card); border: 1px solid var(--rule);
              border-radius: 10px; min-width: 0; }
            svg { display: block; width: 100%; height: auto; font: 13px system-ui, -apple-system, "Segoe UI", Roboto,
              Arial, sans-serif; }
            .first { margin-bottom: 16px; } .column { max-width: 560px; }
            .kinds { display: grid; gap: 12px; margin-bottom: 16px;
              grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr)); }
            .kinds svg { max-width: 360px; } .kinds h3 { font-size: .9rem; }
            .slim { display: none; max-width: 560px; }
            @media (max-width: 720px) { .broad { display: none; } .slim { display: block; } }
            .axis text { fill: var(--soft); } .axis .kind text { fill: var(--ink); font-weight: 600; }
            .hover rect { fill: var(--ink); opacity: 0; } .hover rect:hover { opacity: .08; }
            .grid { stroke: var(--grid); } .zero { stroke: var(--soft); } .base, .tick { stroke: var(--rule); }
            .band { fill: currentColor; stroke: none; opacity: .15; }
            .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
            .dashed { stroke-dasharray: 5 4; stroke-width: 1.5; opacity: .8; }
            circle { fill: currentColor; } .name text { fill: currentColor; font-weight: 600; }
            .c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
            .c4 { color: var(--c4); } .c5 { color: var(--c5); }
            .m0 { color: var(--ink); } .m1 { color: var(--soft); } .m2 { color: var(--c4); } .m3 { color: var(--c2); }
            .d0 { color: var(--d0); fill: var(--d0); } .d1 { color: var(--d1); fill: var(--d1); } .d2 { color: var(--d2); fill: var(--d2); } .d3 { color: var(--d3); fill: var(--d3); }
            .d4 { color: var(--d4); fill: var(--d4); } .d5 { color: var(--d5); fill: var(--d5); } .d6 { color: var(--d6); fill: var(--d6); } .d7 { color: var(--d7); fill: var(--d7); }
            .d8 { color: var(--d8); fill: var(--d8); }
            .beyond { fill: currentColor; } .line.fine { stroke-width: 1.2; }
            .small .line { stroke-width: 1.5; } .small circle { display: none; }
            .small g:hover > .line { stroke-width: 4; }
            .least { color: var(--ink); } .least .mark { stroke: var(--ink); stroke-dasharray: 6 4; }
            .least text { fill: var(--ink); } .alarm text { fill: var(--alarm); }
            .mark { stroke: var(--alarm); stroke-dasharray: 2 3; } .flag { fill: var(--alarm); }
            .h0 { fill: #440154; } .h1 { fill: #472d7b; } .h2 { fill: #3b528b; } .h3 { fill: #2c728e; }
            .h4 { fill: #21918c; } .h5 { fill: #28ae80; } .h6 { fill: #5ec962; } .h7 { fill: #addc30; }
            .h8 { fill: #fde725; }
            .scroll { overflow-x: auto; }
            .ramp { display: inline-flex; align-items: center; gap: 8px; } .ramp svg { width: 180px; height: 12px; }
            .summary { font-size: 1.1rem; margin: 12px 0 16px; }
            details { margin: 8px 0 16px; } summary { cursor: pointer; } details > .charts { margin-top: 12px; }
            .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; margin: 8px 0 16px; }
            .legend li::before { content: ""; display: inline-block; width: 14px; height: 4px; border-radius: 2px;
              background: currentColor; margin-right: 7px; vertical-align: middle; }
            .legend span { color: var(--ink); }
            .alarms { background: var(--alarm-back); border-left: 4px solid var(--alarm); border-radius: 4px;
              padding: 8px 12px; margin: 16px 0; }
            .alarms p { margin: 4px 0; } .alarms ul { padding-left: 20px; margin: 8px 0; }
            .alarms li { margin: 0 0 6px; } .alarms table { width: auto; margin: 8px 0; }
            .alarms b { color: var(--alarm); }
            table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; width: 100%; }
            th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
            th:first-child, td:first-child { text-align: left; }
            td:first-child { max-width: 340px; overflow: hidden; text-overflow: ellipsis; }
            th { color: var(--soft); font-weight: 600; }
            th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid var(--c0); }
            th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
            dl { display: grid; grid-template-columns: minmax(0, 11rem) minmax(0, 1fr); gap: 8px 20px; max-width: 90ch; }
            dt { font-weight: 600; } dd { margin: 0; }
            @media (max-width: 560px) { dl { grid-template-columns: 1fr; gap: 2px; } dd { margin-bottom: 10px; } }
            footer { margin-top: 40px; border-top: 1px solid var(--rule); padding-top: 12px; }
            """;

    private HtmlStyle() {}
}
