package io.github.logalign.bench;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.BlasInfo;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Simd;
import org.jspecify.annotations.Nullable;

/**
 * Who computes, by the name that the benchmarks' parameter has: {@code scalar}, {@code c}, or the vector kernels under any
 * other name.
 *
 * @param kernels this library's loops
 * @param yardstick C, or null if it is not C that computes
 */
record Implementation(Kernels kernels, @Nullable Yardstick yardstick) {

    /** Looks, and prints what was found. */
    static Implementation of(String name) {
        Kernels kernels = name.equals("scalar") ? Simd.scalar() : Simd.vector();
        BlasInfo blas = Blas.get().info();
        System.out.println("# implementation: " + name + "; vectors of " + kernels.bits() + " bits; " + blas.config()
                + ", core " + blas.coreName());
        return new Implementation(kernels, name.equals("c") ? Yardstick.open() : null);
    }

    /** The same where the library chooses the kernels itself: scalar ones are then forced for the whole process. */
    static Implementation ofLibrary(String name) {
        if (name.equals("scalar")) {
            System.setProperty(Simd.PROPERTY, "0");
            if (Simd.bits() != 0) {
                throw new IllegalStateException("vectors were chosen before: scalar kernels need a fork of their own");
            }
        }
        return of(name);
    }
}
