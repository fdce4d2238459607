package io.github.logalign.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleBlocksTest {

    private static long[] shape(String text) {
        return "scalar".equals(text)
                ? new long[0]
                : Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "300 200, scalar, 300, 200", "300 200, 1, 300, 200", "300 200, 1 1, 300, 200", "300 200, 300, 1, 200",
        "300 200, 300 1, 1, 200", "300 200, 1 200, 300, 1", "300 200, 3 2, 128, 128", "256 384, 2 3, 128, 128",
        "64 96, 64 3, 1, 32", "64 96, 2 2, 32, 64", "5 300 200, 5, 300, 200", "5 300 200, 5 3 2, 128, 128",
        "5 300 200, 5 1 1, 300, 200", "5 300 200, 5 300 1, 1, 200", "1 128, 1 1, 1, 128",
    })
    void theShapesTellTheBlocks(String tensor, String scales, long rows, long columns) {
        ScaleBlocks blocks = ScaleBlocks.of(shape(tensor), shape(scales), List.of()).orElseThrow();
        assertEquals(rows, blocks.rows());
        assertEquals(columns, blocks.columns());
    }

    @ParameterizedTest
    @CsvSource({
        "300 200, 200", "300 200, 2 2 2", "300 200, 4 2", "300 200, 301 1", "300 200, 3 3", "300 200, 0 2",
        "5 300 200, 300", "5 300 200, 4 3 2", "5 300 200, 3 2", "300 200, 150 1 1", "192 128, 2 3",
    })
    void otherShapesFitNone(String tensor, String scales) {
        assertTrue(ScaleBlocks.of(shape(tensor), shape(scales), List.of()).isEmpty());
    }

    /** Four of 160 x 160, which could be of 256 x 256 as well. */
    @Test
    void statedBlocksAreTaken() {
        ScaleBlocks blocks = ScaleBlocks.of(shape("320 320"), shape("2 2"), List.of(160L, 160L)).orElseThrow();
        assertEquals(160, blocks.rows());
        assertEquals(160, blocks.columns());
        assertTrue(ScaleBlocks.of(shape("320 320"), shape("3 3"), List.of(160L, 160L)).isEmpty());
        assertTrue(ScaleBlocks.of(shape("320 320"), shape("3 3"), List.of(0L, 160L)).isEmpty());
    }
}
