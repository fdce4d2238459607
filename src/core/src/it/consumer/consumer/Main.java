package consumer;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Alignment;
import io.github.logalign.Environment;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.Arena;

/** Aligns inputs with a weight whose overlap is 4/5, and says by which means. */
final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.out.println("module " + WeightSpectrum.class.getModule().getName());
        Matrix weight = Matrix.of(new double[]{2, 0, 0, 1, 0, 0}, 3, 2);
        Matrix inputs = Matrix.of(new double[]{3, 0, -1, 0}, 2, 2);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum p = WeightSpectrum.of(weight, arena);
            ActivationSpectrum q = p.project(inputs);
            Alignment alignment = p.alignment(q);
            System.out.printf("overlap %.12f, LAR %.12f%n", alignment.overlap(), alignment.lar());
            System.out.println("method " + p.method());
        } catch (LogalignException failure) {
            System.out.println("refused: " + failure.getMessage());
        }
        Environment environment = Environment.current();
        System.out.println("vectors of " + environment.simdBits() + " bits: " + environment.simdReason());
        System.out.println(environment.blas() == null ? environment.blasError() : environment.blas());
    }
}
