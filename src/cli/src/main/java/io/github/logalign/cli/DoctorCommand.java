package io.github.logalign.cli;

import io.github.logalign.Alignment;
import io.github.logalign.Environment;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.BlasLibrary;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.Matrix;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code doctor}: shows the native library in use and the environment, and checks that the library computes correctly.
 */
@Command(name = "doctor",
        description = "Show the environment and the BLAS library found, and check a small computation with a known "
                + "result.")
final class DoctorCommand implements Callable<Integer> {

    /** The singular values of {{3, 0}, {4, 5}} are the roots of 45 and 5. */
    private static final double[] W = {3, 0, 4, 5};

    private static final double[] SQUARES = {45, 5};
    private static final double TOLERANCE = 1e-14;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Environment environment = Environment.current();
        line(out, "logalign", environment.version());
        line(out, "java", environment.java());
        line(out, "java home", System.getProperty("java.home"));
        line(out, "os", environment.os());
        line(out, "cpu", environment.cpu());
        line(out, "cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        line(out, "heap", String.format(Locale.ROOT, "%d MB at most", Runtime.getRuntime().maxMemory() >> 20));
        line(out, "memory", environment.memory().inUse() + " native bytes in use, " + environment.memory().kept()
                + " kept for the next call");
        line(out, "simd", environment.simdBits() + " bits: " + environment.simdReason());
        line(out, "products", environment.products());
        BlasLibrary blas = environment.blas();
        if (blas == null) {
            line(out, "blas", "none");
            line(out, "", String.valueOf(environment.blasError()));
            out.flush();
            return 1;
        }
        line(out, "blas", blas.path());
        line(out, "  origin", blas.origin().name().toLowerCase(Locale.ROOT));
        line(out, "  config", String.valueOf(blas.config()));
        line(out, "  core", core(String.valueOf(blas.coreName()), BlasCheck.coreType()));
        line(out, "  threads", String.valueOf(blas.threads()));
        for (BlasLibrary.Attempt attempt : blas.attempts()) {
            line(out, "  tried", attempt.place() + ": " + attempt.outcome());
        }
        boolean right = computesRight();
        line(out, "small SVD",
                right ? "right" : "WRONG: do not trust results; choose another library with -Dlogalign.blas");
        out.flush();
        return right ? 0 : 1;
    }

    /** OpenBLAS substitutes some core types, and ignores unknown names. */
    static String core(String core, String wanted) {
        if (wanted.isEmpty()) {
            return core;
        }
        boolean other = !core.equalsIgnoreCase(wanted);
        return core + " (OPENBLAS_CORETYPE=" + wanted + (other
                ? ", which this OpenBLAS does not have under that "
                        + "name)"
                : ")");
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "%-11s %s%n", name, Names.escaped(value));
    }

    private static boolean computesRight() {
        try (Arena arena = Arena.ofConfined()) {
            Matrix w = Matrix.of(W, 2, 2);
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            Alignment alignment = spectrum.alignment(spectrum.project(Matrix.of(new double[]{1, 0, 0, 1}, 2, 2)));
            double[] sigma = spectrum.singularValues();
            return Math.abs(sigma[0] * sigma[0] - SQUARES[0]) < SQUARES[0] * TOLERANCE
                    && Math.abs(sigma[1] * sigma[1] - SQUARES[1]) < SQUARES[0] * TOLERANCE
                    && Math.abs(alignment.lar() - 0.5) < TOLERANCE;
        }
    }
}
