package io.github.logalign.internal.simd;

import io.github.logalign.internal.events.Log;
import java.util.Locale;
import java.util.function.IntSupplier;
import jdk.incubator.vector.VectorShape;
import org.jspecify.annotations.Nullable;

/**
 * The vector width that this process computes with, decided once.
 *
 * @param bits the width; 0 is scalar
 * @param reason why it was chosen
 * @param forced whether it was asked for
 */
record VectorWidth(int bits, String reason, boolean forced) {

    /**
     * The property by which tests run widths that this CPU lacks: the Vector API computes them in Java, a thousand times
     * slower. Not for users.
     */
    static final String ANY = "logalign.test.anyWidth";

    private static final String WIDEST = "widest";

    private static final String NO_VECTORS = "this CPU has no vectors of 128 bits with fused multiply-add";

    /** The module that the vector kernels need. */
    private static final String MODULE = "jdk.incubator.vector";

    /** The choice for this process, or the error that every caller gets. */
    private record Choice(@Nullable VectorWidth width, @Nullable String error) {

        static final Choice MADE = make();

        private static Choice make() {
            String property = System.getProperty(Simd.PROPERTY);
            // As usual in a shell, a variable without a value counts as not set.
            String variable = "".equals(System.getenv(Simd.VARIABLE)) ? null : System.getenv(Simd.VARIABLE);
            String forced = property != null ? property : variable;
            String source = property != null ? Simd.PROPERTY : Simd.VARIABLE;
            boolean modulePresent = ModuleLayer.boot().findModule(MODULE).isPresent();
            boolean any = Boolean.getBoolean(ANY) && forced != null && !forced.equalsIgnoreCase(WIDEST);
            try {
                VectorWidth width = decide(forced, source, modulePresent, any ? () -> 512 : VectorWidth::widest);
                if (!width.forced() && !modulePresent) {
                    Log.debug(() -> "all loops run " + width.reason());
                }
                return new Choice(width, null);
            } catch (IllegalArgumentException impossible) {
                return new Choice(null, impossible.getMessage());
            }
        }
    }

    /**
     * The choice for this process.
     *
     * @throws IllegalArgumentException if a width is forced that cannot run here; every call says so again
     */
    static VectorWidth selected() {
        VectorWidth width = Choice.MADE.width();
        if (width == null) {
            throw new IllegalArgumentException(Choice.MADE.error());
        }
        return width;
    }

    /**
     * Decides on a width.
     *
     * @param forced what was asked for, or null
     * @param source the name of the property or variable that asked
     * @param modulePresent whether the module of the vectors is there
     * @param widest the widest vectors of this CPU in bits, looked up only when the module is there
     */
    static VectorWidth decide(@Nullable String forced, String source, boolean modulePresent, IntSupplier widest) {
        String missing = "the module " + MODULE + " is not there (start java with --add-modules " + MODULE + ")";
        if (forced == null) {
            if (!modulePresent) {
                return new VectorWidth(0, "scalar: " + missing, false);
            }
            int bits = Math.min(512, widest.getAsInt());
            return bits < 128
                    ? new VectorWidth(0, "scalar: " + NO_VECTORS, false)
                    : new VectorWidth(bits, "the widest vectors of this CPU", false);
        }
        String asked = source + "=" + forced;
        String wanted = forced.toLowerCase(Locale.ROOT);
        return switch (wanted) {
            case "0" -> new VectorWidth(0, "forced by " + asked, true);
            case "128", "256", "512", WIDEST -> {
                if (!modulePresent) {
                    throw new IllegalArgumentException(asked + " cannot run: " + missing + "; or set it to 0");
                }
                int widestBits = Math.min(512, widest.getAsInt());
                if (widestBits < 128) {
                    throw new IllegalArgumentException(asked + " cannot run: " + NO_VECTORS + "; unset it");
                }
                int bits = wanted.equals(WIDEST) ? widestBits : Integer.parseInt(wanted);
                if (bits > widestBits) {
                    throw new IllegalArgumentException(asked + " cannot run: the widest vectors of this CPU have "
                            + widestBits + " bits; unset it or choose a smaller width");
                }
                yield new VectorWidth(bits, "forced by " + asked, true);
            }
            default ->
                throw new IllegalArgumentException(
                        source + " must be 0, 128, 256, 512 or widest, not \"" + forced
                                + "\"; unset it to let the CPU decide");
        };
    }

    /**
     * The widest vectors of this CPU that the kernels can use, in bits; 0 without fused multiply-add. The module of the vectors
     * must be present.
     */
    static int widest() {
        return FusedMultiplyAdd.isAnInstruction() ? VectorShape.preferredShape().vectorBitSize() : 0;
    }
}
