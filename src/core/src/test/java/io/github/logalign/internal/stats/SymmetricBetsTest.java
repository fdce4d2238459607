package io.github.logalign.internal.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The e-process: its mean, its bound, and what no number can do to it. */
class SymmetricBetsTest {

    @Test
    void itsMeanOverAllSignsIsOne() {
        double[] sizes = {0.1, 3, 0.7, 1e9, 0.02, 1.5, 4, 0.3};
        double sum = 0;
        for (int signs = 0; signs < 1 << sizes.length; signs++) {
            SymmetricBets bets = new SymmetricBets();
            for (int i = 0; i < sizes.length; i++) {
                bets.start(0.1);
                bets.bet((signs >> i & 1) == 0 ? sizes[i] : -sizes[i]);
            }
            sum += bets.value();
        }
        assertEquals(1, sum / (1 << sizes.length), 1e-12);
    }

    @Test
    void aNumberDoublesTheWealthAtMost() {
        SymmetricBets bets = new SymmetricBets();
        bets.start(1);
        bets.bet(Double.MAX_VALUE);
        assertEquals(2, bets.value(), 1e-12);
        bets.bet(-Double.MAX_VALUE);
        assertEquals(0, bets.value(), 1e-12);
    }

    @Test
    void noMoreThanAllIsPlayed() {
        SymmetricBets bets = new SymmetricBets();
        bets.start(0.75);
        bets.start(0.75);
        bets.bet(1e9);
        assertEquals(2, bets.value(), 1e-12);
    }

    @Test
    void itStaysFinite() {
        SymmetricBets bets = new SymmetricBets();
        bets.start(1);
        for (int i = 0; i < 5000; i++) {
            bets.bet(10);
        }
        assertTrue(Double.isFinite(bets.value()));
        assertTrue(bets.value() >= 1e299);
    }

    /** Cauchy noise has no mean, and its spread grows by the row here. */
    @Test
    void itKeepsTheBoundWithoutMeanOrVariance() {
        int reached = 0;
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            SymmetricBets bets = new SymmetricBets();
            boolean crossed = false;
            for (int i = 0; i < 200; i++) {
                bets.start(1 / 200.0);
                bets.bet((1 + i) * random.nextGaussian() / Math.abs(random.nextGaussian()));
                crossed |= bets.value() >= 20;
            }
            reached += crossed ? 1 : 0;
        }
        assertTrue(reached <= 2000 / 20, reached + " of 2000 reached 20");
    }
}
