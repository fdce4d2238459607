package io.github.logalign.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All codes of all 8-bit floats, against arithmetic of other kinds. */
class Float8Test {

    private static float[] byCode(DataType type) {
        return Objects.requireNonNull(Float8.of(type)).byCode();
    }

    @Test
    void e5m2IsTheUpperByteOfBinary16() {
        float[] values = byCode(DataType.F8_E5M2);
        for (int code = 0; code < 256; code++) {
            assertEquals(Float.float16ToFloat((short) (code << 8)), values[code], "code " + code);
        }
    }

    /** Sign, exponent and mantissa as the specification's formulas have them, in float64. */
    @ParameterizedTest
    @CsvSource({"F8_E4M3, 3, 7, 0x7F, 448", "F8_E4M3FNUZ, 3, 8, 0x80, 240", "F8_E5M2FNUZ, 2, 16, 0x80, 57344"})
    void everyCodeHasTheValueOfItsBits(DataType type, int mantissaBits, int bias, String nan, float largest) {
        float[] values = byCode(type);
        int nanCode = Integer.decode(nan);
        float found = 0;
        for (int code = 0; code < 256; code++) {
            boolean isNan = code == nanCode || (type == DataType.F8_E4M3 && (code & 0x7F) == nanCode);
            assertEquals(isNan, Float.isNaN(values[code]), "code " + code);
            if (isNan) {
                continue;
            }
            double sign = code < 128 ? 1 : -1;
            int exponent = code % 128 / (1 << mantissaBits);
            double fraction = code % (1 << mantissaBits) / (double) (1 << mantissaBits);
            double expected = exponent == 0
                    ? sign * Math.pow(2, 1 - bias) * fraction
                    : sign * Math.pow(2, exponent - bias) * (1 + fraction);
            assertEquals((float) expected, values[code], "code " + code);
            found = Math.max(found, values[code]);
        }
        assertEquals(largest, found);
    }

    @Test
    void scalesArePowersOfTwo() {
        float[] values = byCode(DataType.F8_E8M0);
        assertEquals(1f, values[127]);
        assertEquals(0x1p-127f, values[0]);
        assertEquals(0x1p127f, values[254]);
        assertTrue(Float.isNaN(values[255]));
        for (int code = 1; code < 255; code++) {
            assertEquals(2 * values[code - 1], values[code], "code " + code);
        }
    }

    @Test
    void otherTypesAreNone() {
        assertNull(Float8.of(DataType.F16));
        assertNull(Float8.of(DataType.I8));
    }
}
