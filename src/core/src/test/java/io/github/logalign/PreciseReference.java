package io.github.logalign;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The definitions in 40 decimal digits, for measuring errors that float64 could not tell from its own: one-sided Jacobi on
 * the columns of W. For small matrices.
 *
 * @param squares squared singular values, descending, min(m, n) of them
 * @param vectors right singular vectors in that order, one a row, made a basis of all n dimensions
 */
record PreciseReference(BigDecimal[] squares, BigDecimal[][] vectors) {

    static final MathContext DIGITS = new MathContext(40);

    /** Cosines that count as 0. */
    private static final BigDecimal ORTHOGONAL = new BigDecimal("1e-37").pow(2);

    /** Squared singular values, relative to all of them, that count as 0: rounding alone makes such. */
    private static final BigDecimal VANISHED = new BigDecimal("1e-37").pow(2);

    private static final BigDecimal TWO = BigDecimal.TWO;

    static PreciseReference of(double[][] w) {
        int n = w[0].length;
        BigDecimal[][] columns = new BigDecimal[n][w.length];
        BigDecimal[][] vectors = new BigDecimal[n][n];
        for (int i = 0; i < n; i++) {
            for (int row = 0; row < w.length; row++) {
                columns[i][row] = new BigDecimal(w[row][i]);
            }
            Arrays.fill(vectors[i], BigDecimal.ZERO);
            vectors[i][i] = BigDecimal.ONE;
        }
        BigDecimal vanished = energy(columns).multiply(VANISHED, DIGITS);
        boolean rotated = true;
        while (rotated) {
            rotated = false;
            for (int i = 0; i < n; i++) {
                for (int j = i + 1; j < n; j++) {
                    rotated |= makeOrthogonal(columns, vectors, i, j, vanished);
                }
            }
        }
        BigDecimal[] squares = Arrays.stream(columns).map(column -> dot(column, column)).toArray(BigDecimal[]::new);
        int[] order = IntStream.range(0, n).boxed()
                .sorted(Comparator.comparing((Integer i) -> squares[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        return new PreciseReference(
                Arrays.stream(order).limit(Math.min(w.length, n)).mapToObj(i -> squares[i]).toArray(BigDecimal[]::new),
                Arrays.stream(order).mapToObj(i -> vectors[i]).toArray(BigDecimal[][]::new));
    }

    private static boolean makeOrthogonal(
            BigDecimal[][] columns, BigDecimal[][] vectors, int i, int j, BigDecimal vanished) {
        BigDecimal alpha = dot(columns[i], columns[i]);
        BigDecimal beta = dot(columns[j], columns[j]);
        if (alpha.min(beta).compareTo(vanished) <= 0) {
            return false;
        }
        BigDecimal gamma = dot(columns[i], columns[j]);
        if (gamma.pow(2, DIGITS).compareTo(alpha.multiply(beta, DIGITS).multiply(ORTHOGONAL, DIGITS)) <= 0) {
            return false;
        }
        // An angle of 16 digits does: the rotation is one to all digits, and the next sweep turns what is left.
        double zeta = beta.subtract(alpha).divide(gamma.multiply(TWO), DIGITS).doubleValue();
        BigDecimal tangent = new BigDecimal(Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta)));
        BigDecimal cosine = BigDecimal.ONE.divide(BigDecimal.ONE.add(tangent.pow(2, DIGITS)).sqrt(DIGITS), DIGITS);
        BigDecimal sine = cosine.multiply(tangent, DIGITS);
        rotate(columns[i], columns[j], cosine, sine);
        rotate(vectors[i], vectors[j], cosine, sine);
        return true;
    }

    private static void rotate(BigDecimal[] a, BigDecimal[] b, BigDecimal cosine, BigDecimal sine) {
        for (int k = 0; k < a.length; k++) {
            BigDecimal x = a[k];
            a[k] = cosine.multiply(x).subtract(sine.multiply(b[k]), DIGITS);
            b[k] = sine.multiply(x).add(cosine.multiply(b[k]), DIGITS);
        }
    }

    BigDecimal[] p() {
        BigDecimal sum = Arrays.stream(squares).reduce(BigDecimal.ZERO, BigDecimal::add);
        return Arrays.stream(squares).map(square -> square.divide(sum, DIGITS)).toArray(BigDecimal[]::new);
    }

    BigDecimal[] q(double[][] x) {
        BigDecimal[][] tokens = Arrays.stream(x)
                .map(token -> Arrays.stream(token).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new))
                .toArray(BigDecimal[][]::new);
        BigDecimal energy = energy(tokens);
        BigDecimal[] q = new BigDecimal[squares.length];
        for (int i = 0; i < q.length; i++) {
            BigDecimal[] vector = vectors[i];
            q[i] = Arrays.stream(tokens)
                    .map(token -> dot(vector, token).pow(2, DIGITS))
                    .reduce(BigDecimal.ZERO, BigDecimal::add)
                    .divide(energy, DIGITS);
        }
        return q;
    }

    static BigDecimal dot(BigDecimal[] a, BigDecimal[] b) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < a.length; i++) {
            sum = sum.add(a[i].multiply(b[i]), DIGITS);
        }
        return sum;
    }

    private static BigDecimal energy(BigDecimal[][] a) {
        return Arrays.stream(a).map(row -> dot(row, row)).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    static BigDecimal lar(int n, BigDecimal overlap) {
        return BigDecimal.ONE.add(ln(overlap).divide(TWO.multiply(ln(BigDecimal.valueOf(n))), DIGITS));
    }

    /** Halley's step triples the digits of the logarithm in float64. */
    private static BigDecimal ln(BigDecimal x) {
        BigDecimal start = new BigDecimal(Math.log(x.doubleValue()));
        BigDecimal exp = exp(start);
        return start.add(TWO.multiply(x.subtract(exp)).divide(x.add(exp), DIGITS));
    }

    private static BigDecimal exp(BigDecimal x) {
        // The power multiplies the error of its base.
        MathContext more = new MathContext(DIGITS.getPrecision() + 10);
        int halvings = 12;
        BigDecimal small = x.divide(TWO.pow(halvings), more);
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int k = 1; term.abs().compareTo(new BigDecimal("1e-50")) > 0; k++) {
            term = term.multiply(small, more).divide(BigDecimal.valueOf(k), more);
            sum = sum.add(term, more);
        }
        return sum.pow(1 << halvings, more);
    }
}
