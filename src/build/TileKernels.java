import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The innermost loops of the matrix products in F64. A tile is a few rows times a few vectors of columns, and C2 keeps its sums
 * in registers only if each of them is a local variable. The loops over rows and vectors are therefore written out, for each
 * shape from the one description below.
 */
final class TileKernels {

    static final String PATH = "io/github/logalign/internal/simd/F64Tiles.java";

    /** How the coordinates of a tile's rows are stored. */
    private enum Rows {
        /** Row after row, at a constant distance. */
        STRIDED,
        /** Coordinate after coordinate, those of all rows side by side. */
        INTERLEAVED,
        /** Coordinate after coordinate, as neighbouring columns of a panel. */
        IN_PANEL
    }

    /**
     * A tile's shape.
     *
     * @param rows the rows
     * @param vectors the vectors of columns
     * @param panel the vectors of a panel
     */
    private record Shape(int rows, int vectors, int panel) {}

    /** For 512 bits. */
    private static final Shape WIDE = new Shape(8, 3, 3);

    /** For 256 bits: any other layout of the rows makes C2 spill sums, which halves the speed. */
    private static final Shape MEDIUM = new Shape(6, 2, 2);

    /** For 128 bits. */
    private static final Shape SMALL = new Shape(4, 3, 3);

    /** A last panel of which one or two vectors are filled. */
    private static final Shape NARROW = new Shape(8, 1, 3);

    /** A last token. */
    private static final Shape SINGLE = new Shape(1, 3, 3);

    private TileKernels() {}

    static String code() {
        return """
                package io.github.logalign.internal.simd;

                import static io.github.logalign.internal.simd.Species.F64;
                import static io.github.logalign.internal.simd.Species.LE;

                import java.lang.foreign.MemorySegment;
                import jdk.incubator.vector.DoubleVector;

                /** The innermost loops of the matrix products in F64. */
                final class F64Tiles {

                    private static final int LANES = F64.length();
                    private static final long VECTOR = F64.vectorByteSize();

                    private F64Tiles() {}
                """
                + squares(WIDE, Rows.STRIDED)
                + squares(MEDIUM, Rows.INTERLEAVED)
                + squares(SMALL, Rows.STRIDED)
                + squares(NARROW, Rows.STRIDED)
                + squares(SINGLE, Rows.STRIDED)
                + products(WIDE, Rows.IN_PANEL)
                + products(MEDIUM, Rows.INTERLEAVED)
                + "}\n";
    }

    /** The squares of a tile's products, summed over its rows. */
    private static String squares(Shape shape, Rows layout) {
        return method("squares",
                "Adds the squares of the products" + (shape.vectors < shape.panel ? ", from {@code to} on." : "."),
                shape,
                layout == Rows.STRIDED ? "long xStride, " : "",
                shape.vectors < shape.panel ? "squares, int to" : "squares",
                sums(shape, layout)
                        + each(shape.vectors, v -> line(8,
                                "DoubleVector s%d = DoubleVector.fromArray(F64, squares, %s);", v, place(shape, v)))
                        + each(shape.rows, r -> each(shape.vectors, v -> line(8,
                                "s%d = a%d%d.fma(a%d%d, s%d);", v, r, v, r, v, v)))
                        + each(shape.vectors, v -> line(8, "s%d.intoArray(squares, %s);", v, place(shape, v))));
    }

    private static String place(Shape shape, int vector) {
        return shape.vectors < shape.panel ? "to" : vector + " * LANES";
    }

    /** A tile's products, summed over the coordinates. */
    private static String products(Shape shape, Rows layout) {
        return method("products", "Writes the products, row by row.", shape, "", "products",
                sums(shape, layout)
                        + each(shape.rows, r -> each(shape.vectors, v -> line(8,
                                "a%d%d.intoArray(products, %d * LANES);", r, v, r * shape.vectors + v))));
    }

    private static String method(
            String name, String purpose, Shape shape, String stride, String result, String body) {
        return """

                    /** %d x %d vectors. %s */
                    static void %s%dx%d(
                            MemorySegment x, long x0, %sint n, MemorySegment panels, long from, double[] %s) {
                        if (n == 0) {
                            return;
                        }
                %s    }
                """.formatted(shape.rows, shape.vectors, purpose, name, shape.rows, shape.vectors, stride, result,
                body);
    }

    /** The loop over the coordinates. */
    private static String sums(Shape shape, Rows layout) {
        boolean strided = layout == Rows.STRIDED;
        StringBuilder code = new StringBuilder();
        if (strided) {
            code.append(each(shape.rows - 1, r -> line(8, "long x%d = x%d + xStride;", r + 1, r)));
        }
        code.append(each(shape.rows, r -> each(shape.vectors, v -> line(8,
                "DoubleVector a%d%d = DoubleVector.zero(F64);", r, v))));
        code.append(line(8, "for (int k = 0; k < n; k++) {"));
        code.append(line(12, "long column = from + k * (%d * VECTOR);", shape.panel));
        String distance = switch (layout) {
            case STRIDED -> "Double.BYTES";
            case INTERLEAVED -> "(%d * Double.BYTES)".formatted(shape.rows);
            case IN_PANEL -> "(%d * VECTOR)".formatted(shape.panel);
        };
        code.append(line(12, "long row = %s(long) k * %s;", strided ? "" : "x0 + ", distance));
        code.append(each(shape.vectors, v -> line(12,
                "DoubleVector v%d = DoubleVector.fromMemorySegment(F64, panels, column + %d * VECTOR, LE);", v, v)));
        code.append(each(shape.rows, r -> line(12,
                "DoubleVector b%d = DoubleVector.broadcast(F64, x.get(Scalars.F64, %s));", r,
                strided ? "x" + r + " + row" : "row + " + r + " * Double.BYTES")
                + each(shape.vectors, v -> line(12, "a%d%d = v%d.fma(b%d, a%d%d);", r, v, v, r, r, v))));
        code.append(line(8, "}"));
        return code.toString();
    }

    private static String each(int count, IntFunction<String> code) {
        return IntStream.range(0, count).mapToObj(code).collect(Collectors.joining());
    }

    private static String line(int indent, String format, Object... arguments) {
        return " ".repeat(indent) + format.formatted(arguments) + "\n";
    }
}
