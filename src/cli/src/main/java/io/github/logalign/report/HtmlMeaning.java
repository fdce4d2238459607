package io.github.logalign.report;

/** What each number of the report means. */
final class HtmlMeaning {

    static final String HTML = """
            <h2>What the numbers mean</h2>
            <dl>
            <dt>LAR</dt><dd>The log-alignment ratio, 1 + ½ log<sub>n</sub>(overlap), where n is the layer's input dimension:
            how far the layer's inputs lie along its strong directions. At most 1; 1/2 for inputs without direction; below
            1/2 they avoid the strong directions.</dd>
            <dt>overlap</dt><dd>Σ p<sub>i</sub> q<sub>i</sub>, from 0 to 1.</dd>
            <dt>k</dt><dd>The effective dimension, 1 / overlap = n<sup>2(1−LAR)</sup>: the number of directions that the
            layer works with.</dd>
            <dt>p, the weight spectrum</dt><dd>The share of the weight's energy in each of its singular directions; sums to
            1.</dd>
            <dt>q, the activation spectrum</dt><dd>The share of the inputs' energy along the same directions; sums to at most
            1.</dd>
            <dt>baseline, deviation</dt><dd>The LAR of the run compared with, interpolated between its steps; baseline minus
            LAR. In pre-training, a growing deviation goes with a growing gap between validation and training loss.</dd>
            <dt>slope</dt><dd>The change of LAR per 1000 steps, a least-squares line through the last checkpoints. A decline
            that grows steeper announces overfitting.</dd>
            <dt>rank</dt><dd>How many singular values are above rounding error.</dd>
            <dt>effective rank</dt><dd>exp of a spectrum's entropy: over how many directions it spreads evenly.</dd>
            <dt>alarm below-baseline</dt><dd>The deviation exceeds its threshold at two checkpoints one after the
            other.</dd>
            <dt>alarm decline</dt><dd>The slope is below its threshold, and steeper than noise about a flat line would make it
            once in ten million windows.</dd>
            <dt>alarm acceleration</dt><dd>The slope of a window is below that of the window before by more than its
            threshold and more than noise explains, and both decline.</dd>
            </dl>
            """;

    private HtmlMeaning() {}
}
