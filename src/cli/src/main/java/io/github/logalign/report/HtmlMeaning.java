package io.github.logalign.report;

/** The explanation of the numbers in the report. */
final class HtmlMeaning {

    static final String HTML = """
            <h2>What the numbers mean</h2>
            <dl>
            <dt>LAR</dt><dd>The log-alignment ratio, 1 + ½ log<sub>n</sub>(overlap), where n is the layer's input
            dimension: how far the layer's inputs lie along its strong directions. At most 1; 1/2 for isotropic inputs;
            below 1/2 the inputs avoid the strong directions.</dd>
            <dt>overlap</dt><dd>Σ p<sub>i</sub> q<sub>i</sub>, from 0 to 1.</dd>
            <dt>k</dt><dd>The effective dimension, 1 / overlap = n<sup>2(1−LAR)</sup>: the number of directions that the
            layer works with.</dd>
            <dt>p, the weight spectrum</dt><dd>The share of the weight's energy in each of its singular directions; sums
            to 1.</dd>
            <dt>q, the activation spectrum</dt><dd>The share of the inputs' energy along the same directions; sums to at
            most 1.</dd>
            <dt>baseline, deviation</dt><dd>The LAR of the reference run, interpolated between its steps, and the
            difference baseline minus LAR, with half the width of its 95 % interval where both have error bars. In
            pre-training, a growing deviation goes with a growing gap between validation and training loss.</dd>
            <dt>slope</dt><dd>The change of LAR per 1000 steps: the slope of a least-squares line through the last
            checkpoints. A decline that becomes steeper announces overfitting.</dd>
            <dt>rank</dt><dd>The number of singular values above rounding error.</dd>
            <dt>effective rank</dt><dd>exp of a spectrum's entropy: the number of directions over which it spreads.</dd>
            <dt>alarm below-baseline</dt><dd>LAR is further below the baseline than its threshold, beyond the noise of
            training.</dd>
            <dt>alarm faster-decline</dt><dd>LAR falls faster than the baseline's, by more than its threshold per 1000
            steps, beyond the noise.</dd>
            <dt>e-value</dt><dd>What a bet against the run being healthy, at fair odds, has multiplied its stake by. In a
            healthy run the probability that it ever reaches 1/a is at most a.</dd>
            <dt>heuristic alarms</dt><dd>Their rate of false alarms is unknown. Deviation: the deviation exceeds its
            threshold at two successive checkpoints. Decline: the slope is below its threshold, and independent noise
            about a flat line would produce so steep a slope in less than one of ten million windows. Acceleration: two
            successive windows both decline, and the later slope is steeper by more than its threshold and by more than
            independent noise explains.</dd>
            </dl>
            """;

    private HtmlMeaning() {}
}
