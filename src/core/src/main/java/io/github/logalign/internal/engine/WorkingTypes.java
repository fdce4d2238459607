package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;

/** What the kernels and BLAS call the types of the vocabulary. */
public final class WorkingTypes {

    private WorkingTypes() {}

    /** The type of a matrix's elements, as the kernels name it. */
    public static Element element(ElementType type) {
        return switch (type) {
            case F64 -> Element.F64;
            case F32 -> Element.F32;
            case F16 -> Element.F16;
            case BF16 -> Element.BF16;
        };
    }

    /** The type that a precision computes in, as the kernels name it. */
    public static Element element(Precision precision) {
        return switch (precision) {
            case DOUBLE -> Element.F64;
            case SINGLE -> Element.F32;
        };
    }

    /** The type that a precision computes in, as matrices name it. */
    public static ElementType elementType(Precision precision) {
        return switch (precision) {
            case DOUBLE -> ElementType.F64;
            case SINGLE -> ElementType.F32;
        };
    }

    /** The type that a precision computes in, as BLAS names it. */
    public static Real real(Precision precision) {
        return switch (precision) {
            case DOUBLE -> Real.DOUBLE;
            case SINGLE -> Real.SINGLE;
        };
    }
}
