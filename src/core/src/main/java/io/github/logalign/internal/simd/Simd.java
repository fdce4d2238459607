package io.github.logalign.internal.simd;

/**
 * Which kernels run, and why. Chosen once: the widest vectors of this CPU, each kernel from when it is compiled, unless the
 * property {@value #PROPERTY} or the environment variable {@value #VARIABLE} forces a width from the first call on. A forced
 * width that cannot run is an error, never a fall-back.
 */
public final class Simd {

    /** The system property that forces a width: 0 (scalar), 128, 256 or 512 bits, or {@code widest}. */
    public static final String PROPERTY = "logalign.simd";

    /** The environment variable that forces a width, where the property is not set. */
    public static final String VARIABLE = "LOGALIGN_SIMD";

    private Simd() {}

    /**
     * The kernels that run.
     *
     * @throws IllegalArgumentException if a width is forced that cannot run here
     */
    public static Kernels kernels() {
        VectorWidth width = VectorWidth.selected();
        if (width.bits() == 0) {
            return Scalar.KERNELS;
        }
        return width.forced() ? Vector.KERNELS : Tiered.KERNELS;
    }

    /**
     * The vector kernels, whether or not C2 has compiled them: for tests and benchmarks.
     *
     * @throws IllegalArgumentException if a width is forced that cannot run here
     */
    public static Kernels vector() {
        return VectorWidth.selected().bits() == 0 ? Scalar.KERNELS : Vector.KERNELS;
    }

    /** The scalar kernels, independent of the selection. */
    public static Kernels scalar() {
        return Scalar.KERNELS;
    }

    /**
     * The width in bits that runs; 0 is scalar.
     *
     * @throws IllegalArgumentException if a width is forced that cannot run here
     */
    public static int bits() {
        return VectorWidth.selected().bits();
    }

    /**
     * Why this width runs.
     *
     * @throws IllegalArgumentException if a width is forced that cannot run here
     */
    public static String reason() {
        return VectorWidth.selected().reason();
    }

    /**
     * Which products run on the kernels once they are compiled, and which are left to BLAS.
     *
     * @throws IllegalArgumentException if a width is forced that cannot run here
     */
    public static String products() {
        return Tile.selected().products();
    }

    private static final class Scalar {
        static final Kernels KERNELS = new ScalarKernels(Tile.SCALAR);
    }

    /** Loaded only where the module of the vectors is there. */
    private static final class Vector {
        static final Kernels KERNELS = new VectorKernels();
    }

    private static final class Tiered {
        static final Kernels KERNELS = tiered(Tile.selected());

        private static Kernels tiered(Tile tile) {
            return new TieredKernels(tile, new ScalarKernels(tile), Vector.KERNELS, new WarmUp(Vector.KERNELS));
        }
    }
}
