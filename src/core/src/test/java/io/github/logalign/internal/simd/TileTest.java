package io.github.logalign.internal.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tile, and which kernel in place of BLAS, runs at which vector width. */
class TileTest {

    @ParameterizedTest(name = "{0} bits: {1} x {2} vectors")
    @CsvSource({
        "0,   1, 0, 4,  4,  false",
        "128, 4, 3, 6,  12, false",
        "256, 6, 2, 8,  16, true",
        "512, 8, 3, 24, 48, false"})
    void theShapeFollowsTheWidth(int bits, int rows, int vectors, int widthF64, int widthF32, boolean packsTokens) {
        Tile tile = Tile.of(bits);
        assertEquals(rows, tile.rows());
        assertEquals(vectors, tile.vectors());
        assertEquals(widthF64, tile.panelWidth(Element.F64));
        assertEquals(widthF32, tile.panelWidth(Element.F32));
        assertEquals(packsTokens, tile.packsTokens());
        assertEquals(packsTokens, TokenTiles.scratch(tile, Element.F64, 10, 10) > 0);
    }

    @ParameterizedTest(name = "{0} bits")
    @CsvSource({"128, false", "256, true", "512, true"})
    void theKernelsReplaceBlasWhereTheyHaveTiles(int bits, boolean gram) {
        Set<KernelKind> expected = EnumSet.allOf(KernelKind.class);
        if (!gram) {
            expected.remove(KernelKind.GRAM);
        }
        assertEquals(expected, Stream.of(KernelKind.values())
                .filter(kind -> kind.beatsBlas(Tile.of(bits)))
                .collect(Collectors.toSet()));
    }

    @ParameterizedTest(name = "{0} bits: {1}")
    @CsvSource({
        "0, projections and Gram matrices by BLAS",
        "128, 'projections by kernel, in tiles of 4 x 3 vectors; Gram matrices by BLAS'",
        "256, 'projections and Gram matrices by kernel, in tiles of 6 x 2 vectors'",
        "512, 'projections and Gram matrices by kernel, in tiles of 8 x 3 vectors'"})
    void whatRunsIsSaid(int bits, String products) {
        assertEquals(products, Tile.of(bits).products());
    }
}
