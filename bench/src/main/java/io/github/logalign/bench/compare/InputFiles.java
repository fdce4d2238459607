package io.github.logalign.bench.compare;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** The files that all contestants read: normal numbers, the columns with decaying weight, from a seed. */
final class InputFiles {

    private InputFiles() {}

    /** float32 or float64, as npy. */
    static Path npy(Path folder, String name, long rows, int columns, boolean wide) throws IOException {
        Path file = folder.resolve(name + "-" + rows + "x" + columns + (wide ? "-f8" : "-f4") + ".npy");
        if (Files.exists(file)) {
            return file;
        }
        String header = "{'descr': '<f" + (wide ? 8 : 4) + "', 'fortran_order': False, 'shape': (" + rows + ", "
                + columns
                + "), }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteBuffer start = ByteBuffer.allocate(10 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        start.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        return write(file, start.array(), rows, columns, wide ? 8 : 4);
    }

    /** bfloat16, as safetensors with one tensor named head.weight. */
    static Path safetensors(Path folder, long rows, int columns) throws IOException {
        Path file = folder.resolve("head-" + rows + "x" + columns + ".safetensors");
        if (Files.exists(file)) {
            return file;
        }
        String header = "{\"head.weight\":{\"dtype\":\"BF16\",\"shape\":[" + rows + "," + columns
                + "],\"data_offsets\":[0," + rows * columns * 2 + "]}}";
        header += " ".repeat((8 - header.length() % 8) % 8);
        ByteBuffer start = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        return write(file, start.array(), rows, columns, 2);
    }

    private static Path write(Path file, byte[] header, long rows, int columns, int bytes) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
        SplittableRandom random = new SplittableRandom(file.getFileName().toString().hashCode());
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished), 1 << 20)) {
            out.write(header);
            ByteBuffer row = ByteBuffer.allocate(columns * bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (long i = 0; i < rows; i++) {
                row.clear();
                for (int j = 0; j < columns; j++) {
                    double value = random.nextGaussian() / Math.sqrt(1 + 16.0 * j / columns);
                    switch (bytes) {
                        case 8 -> row.putDouble(value);
                        case 4 -> row.putFloat((float) value);
                        default -> row.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
                    }
                }
                out.write(row.array());
            }
        }
        return Files.move(unfinished, file);
    }
}
