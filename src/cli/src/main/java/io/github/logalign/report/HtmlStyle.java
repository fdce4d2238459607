package io.github.logalign.report;

/** The style of the report in light and dark mode: the colours of Okabe and Ito, and viridis for the heat map. */
final class HtmlStyle {

    static final String CSS = """
            :root { color-scheme: light dark; --page: #fbfbfa; --card: #ffffff; --ink: #1c1f23; --soft: #5d6570;
              --rule: #dfe3e8; --grid: #eceff2; --alarm: #b3261e; --alarm-back: #fdecea;
              --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b8578c; --c4: #b57a00; --c5: #3a93c9; }
            @media (prefers-color-scheme: dark) {
              :root { --page: #14171a; --card: #1c2024; --ink: #e8eaed; --soft: #a3acb8; --rule: #343a41;
                --grid: #2a2f35; --alarm: #ff8a80; --alarm-back: #3a1f1d;
                --c0: #5ab4ee; --c1: #ff8f45; --c2: #35cb9e; --c3: #ea9dca; --c4: #f0bd4f; --c5: #9ccff2; } }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system,
              "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
            main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 48px; }
            h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 4px; }
            h2 { font-size: 1.2rem; margin: 40px 0 4px; }
            h3 { font-size: 1rem; margin: 0 0 4px; font-weight: 600; }
            p { margin: 4px 0 12px; max-width: 75ch; }
            .soft, figcaption, footer { color: var(--soft); font-size: .9rem; }
            .charts { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); }
            figure { margin: 0; padding: 14px 14px 8px; background: var(--card); border: 1px solid var(--rule);
              border-radius: 10px; min-width: 0; }
            figure + figure.all { margin-top: 16px; }
            svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Roboto,
              Arial, sans-serif; }
            .charts svg { max-width: 680px; }
            .axis text { fill: var(--soft); }
            .grid { stroke: var(--grid); } .zero { stroke: var(--soft); } .base, .tick { stroke: var(--rule); }
            .band { fill: currentColor; stroke: none; opacity: .15; }
            .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
            .dashed { stroke-dasharray: 5 4; stroke-width: 1.5; opacity: .8; }
            circle { fill: currentColor; } .name text { fill: currentColor; font-weight: 600; }
            .c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
            .c4 { color: var(--c4); } .c5 { color: var(--c5); }
            .mark { stroke: var(--alarm); stroke-dasharray: 2 3; } .flag { fill: var(--alarm); }
            .h0 { fill: #440154; } .h1 { fill: #472d7b; } .h2 { fill: #3b528b; } .h3 { fill: #2c728e; }
            .h4 { fill: #21918c; } .h5 { fill: #28ae80; } .h6 { fill: #5ec962; } .h7 { fill: #addc30; }
            .h8 { fill: #fde725; }
            .scroll { overflow-x: auto; } .scroll svg.wide { min-width: 720px; }
            .ramp { display: flex; align-items: center; gap: 8px; } .ramp svg { width: 180px; height: 12px; }
            .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; padding: 0; margin: 8px 0 16px; }
            .legend li::before { content: ""; display: inline-block; width: 14px; height: 4px; border-radius: 2px;
              background: currentColor; margin-right: 7px; vertical-align: middle; }
            .legend span { color: var(--ink); }
            .alarms { background: var(--alarm-back); border-left: 4px solid var(--alarm); border-radius: 4px;
              padding: 8px 12px; margin: 16px 0; }
            .alarms p { margin: 4px 0; } .alarms ul { padding-left: 20px; margin: 8px 0; }
            .alarms li { margin: 0 0 6px; } .alarms table { width: auto; margin: 8px 0; }
            .alarms summary { cursor: pointer; }
            .alarms b { color: var(--alarm); }
            table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; width: 100%; }
            th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
            th:first-child, td:first-child { text-align: left; }
            td:first-child { max-width: 340px; overflow: hidden; text-overflow: ellipsis; }
            th { color: var(--soft); font-weight: 600; }
            dl { display: grid; grid-template-columns: minmax(0, 11rem) minmax(0, 1fr); gap: 8px 20px; max-width: 90ch; }
            dt { font-weight: 600; } dd { margin: 0; }
            @media (max-width: 560px) { dl { grid-template-columns: 1fr; gap: 2px; } dd { margin-bottom: 10px; } }
            footer { margin-top: 40px; border-top: 1px solid var(--rule); padding-top: 12px; }
            """;

    private HtmlStyle() {}
}
