package io.github.logalign.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of 8-bit floats, all of which float32 holds exactly. E4M3 and E5M2 are those of the Open Compute Project
 * (OCP 8-bit Floating Point Specification), FNUZ their forms without infinities and minus zero, E8M0 the scales of its
 * microscaling formats: 2 to the code minus 127.
 */
enum Float8 {

    /** Infinity gives way to more numbers; NaN has all bits but the sign's set. */
    E4M3(DataType.F8_E4M3, 3, 7),
    /** IEEE 754's way: the largest exponent is that of infinity and NaN. */
    E5M2(DataType.F8_E5M2, 2, 15),
    /** The code of minus zero is the only NaN. */
    E4M3_FNUZ(DataType.F8_E4M3FNUZ, 3, 8),
    /** The code of minus zero is the only NaN. */
    E5M2_FNUZ(DataType.F8_E5M2FNUZ, 2, 16),
    /** Powers of two, without zero; the largest code is NaN. */
    E8M0(DataType.F8_E8M0, 0, 127);

    private static final int CODES = 256;

    private final DataType type;
    private final int mantissaBits;
    private final int bias;

    Float8(DataType type, int mantissaBits, int bias) {
        this.type = type;
        this.mantissaBits = mantissaBits;
        this.bias = bias;
    }

    /** The 8-bit float of a type; null for any other type. */
    static @Nullable Float8 of(DataType type) {
        return Arrays.stream(values()).filter(known -> known.type == type).findFirst().orElse(null);
    }

    /** The values by their codes. */
    float[] byCode() {
        float[] values = new float[CODES];
        for (int code = 0; code < CODES; code++) {
            values[code] = value(code);
        }
        return values;
    }

    private float value(int code) {
        if (type == DataType.F8_E8M0) {
            return code == CODES - 1 ? Float.NaN : (float) Math.scalb(1.0, code - bias);
        }
        int magnitude = code & 0x7F;
        boolean negative = code != magnitude;
        boolean special = switch (type) {
            case F8_E4M3 -> magnitude == 0x7F;
            case F8_E5M2 -> magnitude > 0x7C;
            default -> code == 0x80;
        };
        if (special) {
            return Float.NaN;
        }
        if (type == DataType.F8_E5M2 && magnitude == 0x7C) {
            return negative ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
        }
        int exponent = magnitude >> mantissaBits;
        int mantissa = magnitude & ((1 << mantissaBits) - 1);
        float value = exponent == 0
                ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                : Math.scalb((float) (mantissa + (1 << mantissaBits)), exponent - bias - mantissaBits);
        return negative ? -value : value;
    }
}
