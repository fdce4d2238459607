package io.github.logalign.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/** Creates files of several gigabytes: sparse ones that take no disk space, and one with real numbers. */
final class HugeFiles {

    private HugeFiles() {}

    /** A npy array of zeros; its last element is 1. */
    static void npy(Path path, String descr, long rows, long columns, int elementBytes) throws IOException {
        String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + rows + ", " + columns
                + "), }";
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write("\u0093NUMPY\u0001\0v\0".getBytes(StandardCharsets.ISO_8859_1));
            file.write(padded.getBytes(StandardCharsets.ISO_8859_1));
            long size = 128 + rows * columns * elementBytes;
            file.setLength(size);
            file.seek(size - elementBytes);
            ByteBuffer one = ByteBuffer.allocate(elementBytes).order(ByteOrder.LITTLE_ENDIAN);
            if (elementBytes == 4) {
                one.putFloat(1);
            } else {
                one.putDouble(1);
            }
            file.write(one.array());
        }
    }

    /** A safetensors file whose only data is at the very end, in the last tensor; the header has an odd length. */
    static void sparse(Path path, long padRows, int rows, int columns, float[] tail) throws IOException {
        long padBytes = padRows * columns * 4;
        long bytes = (long) rows * columns * 4;
        String header = "{\"pad\":{\"dtype\":\"F32\",\"shape\":[" + padRows + "," + columns + "],\"data_offsets\":[0,"
                + padBytes + "]},\"w.weight\":{\"dtype\":\"F32\",\"shape\":[" + rows + "," + columns
                + "],\"data_offsets\":[" + padBytes + "," + (padBytes + bytes) + "]}}";
        if (header.length() % 2 == 0) {
            header += " ";
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII)).flip();
            channel.write(start);
            ByteBuffer values = ByteBuffer.allocate(4 * tail.length).order(ByteOrder.LITTLE_ENDIAN);
            values.asFloatBuffer().put(tail);
            channel.write(values, 8 + header.length() + padBytes + bytes - 4L * tail.length);
        }
    }

    /** A sparse safetensors file with many F32 matrices, each with a first row of ones and zeros otherwise. */
    static void layers(Path path, List<String> names, int rows, int columns) throws IOException {
        long bytes = 4L * rows * columns;
        StringBuilder header = new StringBuilder();
        for (int index = 0; index < names.size(); index++) {
            header.append(index == 0 ? "{" : ",").append('"').append(names.get(index))
                    .append("\":{\"dtype\":\"F32\",\"shape\":[" + rows + "," + columns + "],\"data_offsets\":[")
                    .append(index * bytes).append(',').append((index + 1) * bytes).append("]}");
        }
        header.append('}').append(" ".repeat(Math.floorMod(-header.length(), 8)));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long start = 8L + header.length();
            file.setLength(start + names.size() * bytes);
            file.writeLong(Long.reverseBytes(header.length()));
            file.write(header.toString().getBytes(StandardCharsets.US_ASCII));
            ByteBuffer row = ByteBuffer.allocate(4 * columns).order(ByteOrder.LITTLE_ENDIAN);
            while (row.hasRemaining()) {
                row.putFloat(1);
            }
            for (int index = 0; index < names.size(); index++) {
                file.seek(start + index * bytes);
                file.write(row.array());
            }
        }
    }

    /** A safetensors file with one BF16 matrix of seeded noise whose columns differ in norm. */
    static void bf16(Path path, String name, int rows, int columns, long seed) throws IOException {
        long bytes = 2L * rows * columns;
        String header = "{\"" + name + "\":{\"dtype\":\"BF16\",\"shape\":[" + rows + "," + columns
                + "],\"data_offsets\":[0," + bytes + "]}}";
        Random random = new Random(seed);
        // The noise is drawn once and reused with a shift, so that generating it takes less time than scoring it.
        short[] pool = new short[1 << 20];
        for (int i = 0; i < pool.length; i++) {
            pool[i] = (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >>> 16);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII)).flip();
            channel.write(start);
            ByteBuffer row = ByteBuffer.allocate(2 * columns).order(ByteOrder.LITTLE_ENDIAN);
            for (int r = 0; r < rows; r++) {
                int from = random.nextInt(pool.length - columns);
                row.clear();
                row.asShortBuffer().put(pool, from, columns);
                channel.write(row);
            }
        }
    }
}
