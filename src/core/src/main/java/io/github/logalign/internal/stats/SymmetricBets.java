package io.github.logalign.internal.stats;

/**
 * An e-process against the hypothesis that every number in a sequence is, given those before it, symmetric about zero or
 * about something below. It starts at 1, and under the hypothesis the probability that it ever reaches 1/a is at most a,
 * however often it is looked at and whenever one stops.
 *
 * <p>At each number x a bet of stake s multiplies the wealth by 1 + tanh(s x). For a symmetric x its expectation is 1,
 * whatever the distribution: no variance need exist or be known, and it may change from number to number. The price is
 * that no number multiplies the wealth by more than 2.
 *
 * <p>Three stakes share the wealth, and shares of it start at different times, so that a change far into the sequence is
 * found soon after it. Weighted means of martingales are martingales, so both mixtures keep the bound. The shares are
 * given by the caller, who must not choose them by the numbers.
 *
 * <p>Source: Ville's inequality, and the method of mixtures as in Shekhar and Ramdas, Reducing sequential change
 * detection to sequential estimation, arXiv 2309.09111, and in Shin, Ramdas and Rinaldo, E-detectors, arXiv 2203.03532;
 * there the weights do not sum to 1, as the rate is per unit of time and not for a whole run.
 *
 * <p>Thread safety: none.
 */
public final class SymmetricBets {

    /** For shifts of about four, one and a quarter of the unit. */
    private static final double[] STAKES = {0.25, 1, 4};

    /** Beyond this no answer changes, and nothing may overflow. */
    private static final double MOST = 1e300;

    private final double[] wealth = new double[STAKES.length];
    private double reserve = 1;

    /**
     * Takes a share of the wealth from the reserve: it plays from the next bet on.
     *
     * @param share from 0 to 1; no more than what is left is taken
     */
    public void start(double share) {
        double taken = Math.clamp(share, 0, reserve);
        reserve -= taken;
        for (int i = 0; i < wealth.length; i++) {
            wealth[i] += taken;
        }
    }

    /**
     * Bets that a number is above zero.
     *
     * @param x in units of about the spread of such numbers; the unit affects the speed and not the bound
     */
    public void bet(double x) {
        for (int i = 0; i < wealth.length; i++) {
            wealth[i] = Math.min(MOST, wealth[i] * (1 + Math.tanh(STAKES[i] * x)));
        }
    }

    /**
     * The e-value: the wealth, where one would have bet 1.
     *
     * @return not negative, finite
     */
    public double value() {
        double sum = 0;
        for (double each : wealth) {
            sum += each;
        }
        return reserve + sum / wealth.length;
    }
}
