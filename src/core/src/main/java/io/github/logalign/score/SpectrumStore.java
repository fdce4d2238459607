package io.github.logalign.score;

import io.github.logalign.SpectrumOptions;
import io.github.logalign.SpectrumParts;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.io.Folders;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.Decoder;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Routine;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Weight spectra in a folder, so that weights that were factorised once need not be again. A spectrum is a safetensors file with
 * the tensors {@code sigma}, {@code p}, {@code squares} and {@code V}, whose name is a hash of the numbers of W and of the
 * options: it is found for the same numbers in whatever file they are. Those of differences are neither kept nor found.
 *
 * <p>Cost of a look: all of W is read. Disk: r n elements of float64, or of float32 in single precision.
 *
 * <p>Thread safety: any number of threads and processes.
 *
 * @param folder where the spectra are
 * @param adds whether spectra that are not there are to be added once they are computed
 */
public record SpectrumStore(Path folder, boolean adds) {

    private static final String FORMAT = "logalign spectrum 1";
    private static final int CHUNK = 1 << 20;
    private static final int KEY_BYTES = 16;

    private static final String FORMAT_KEY = "format";
    private static final String EXPONENT_KEY = "exponent";
    private static final String RANK_KEY = "numerical_rank";
    private static final String KIND_KEY = "kind";
    private static final String PRODUCTS_KEY = "products";
    private static final String FACTORISATION_KEY = "factorisation";
    private static final String WEIGHTS_KEY = "weights";
    private static final String CHECKSUM_KEY = "crc32c";

    private static final String SIGMA = "sigma";
    private static final String P = "p";
    private static final String SQUARES = "squares";
    private static final String V = "V";

    /** Checks the folder. */
    public SpectrumStore {
        Arguments.required(folder, "folder");
    }

    /**
     * Looks for the spectrum of W.
     *
     * @param w the weights
     * @param options what it would be computed with
     * @param arena where its vectors are to live
     * @return empty if it was not kept
     * @throws LogalignException if it is damaged
     */
    public Optional<WeightSpectrum> find(Matrix w, SpectrumOptions options, Arena arena) {
        return w.difference().isPresent() ? Optional.empty() : find(key(w, options), w, options, arena);
    }

    private Optional<WeightSpectrum> find(String key, Matrix w, SpectrumOptions options, Arena arena) {
        Path file = file(key);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (TensorFile kept = TensorFile.open(file)) {
            return Optional.of(WeightSpectrum.restored(w, parts(kept, key, options), options, arena));
        } catch (IllegalArgumentException | LogalignException damaged) {
            throw new LogalignException(
                    Names.printable(file) + ": the kept spectrum is damaged (" + damaged.getMessage()
                            + "); delete it, so that it is computed again",
                    damaged);
        }
    }

    /**
     * Adds the spectrum of W. The file is there as a whole or not at all.
     *
     * @param w the weights
     * @param options what it was computed with
     * @param spectrum of these weights, with vectors
     * @throws LogalignException if it cannot be written
     */
    public void keep(Matrix w, SpectrumOptions options, WeightSpectrum spectrum) {
        if (w.difference().isEmpty()) {
            keep(key(w, options), spectrum);
        }
    }

    private void keep(String key, WeightSpectrum spectrum) {
        Folders.make(folder);
        try (Arena arena = Arena.ofConfined()) {
            SpectrumParts parts = spectrum.parts(arena);
            Matrix vectors = parts.rightSingularVectors();
            Computation.Step step = parts.computation().steps().getFirst();
            long[] values = {parts.squares().length};
            Map<String, String> metadata = new TreeMap<>();
            metadata.put(FORMAT_KEY, FORMAT);
            metadata.put(WEIGHTS_KEY, key);
            metadata.put(EXPONENT_KEY, String.valueOf(parts.exponent()));
            metadata.put(RANK_KEY, String.valueOf(parts.numericalRank()));
            metadata.put(KIND_KEY, step.kind().name());
            metadata.put(PRODUCTS_KEY, words(step.products().stream().sorted()));
            metadata.put(FACTORISATION_KEY, words(step.factorisation().stream()));
            double[] sigma = spectrum.singularValues();
            double[] p = spectrum.p();
            SafetensorsWriter file = new SafetensorsWriter();
            file.metadata(CHECKSUM_KEY, checksum(metadata, sigma, p, parts.squares(), vectors.segment()));
            metadata.forEach(file::metadata);
            file.add(SIGMA, values, sigma)
                    .add(P, values, p)
                    .add(SQUARES, values, parts.squares())
                    .add(V, DataType.valueOf(vectors.elementType().name()),
                            new long[]{vectors.rows(), vectors.columns()}, vectors.segment())
                    .write(file(key));
        }
    }

    /** The spectrum that was kept, or a new one. W may be gigabytes of a mapped file, and is hashed once for both. */
    WeightSpectrum findOrCompute(Matrix w, SpectrumOptions options, Arena arena) {
        if (w.difference().isPresent()) {
            return WeightSpectrum.of(w, options, arena);
        }
        String key = key(w, options);
        Optional<WeightSpectrum> kept = adds ? usable(key, w, options, arena) : find(key, w, options, arena);
        return kept.orElseGet(() -> {
            WeightSpectrum computed = WeightSpectrum.of(w, options, arena);
            if (adds) {
                keep(key, computed);
            }
            return computed;
        });
    }

    /** A damaged one is replaced. */
    private Optional<WeightSpectrum> usable(String key, Matrix w, SpectrumOptions options, Arena arena) {
        try {
            return find(key, w, options, arena);
        } catch (LogalignException damaged) {
            return Optional.empty();
        }
    }

    private static SpectrumParts parts(TensorFile kept, String key, SpectrumOptions options) {
        Map<String, String> metadata = new TreeMap<>(kept.metadata());
        String checksum = metadata.remove(CHECKSUM_KEY);
        double[] squares = values(kept, SQUARES);
        Matrix vectors = kept.matrix(V);
        if (!checksum(metadata, values(kept, SIGMA), values(kept, P), squares, vectors.segment()).equals(checksum)) {
            throw new IllegalArgumentException("its checksum differs");
        }
        if (!key.equals(metadata.get(WEIGHTS_KEY))) {
            throw new IllegalArgumentException("it is of other weights or options");
        }
        Computation.Step step = new Computation.Step(Computation.Kind.valueOf(text(metadata, KIND_KEY)),
                routines(metadata, PRODUCTS_KEY).collect(Collectors.toSet()),
                routines(metadata, FACTORISATION_KEY).toList());
        return new SpectrumParts(squares, Integer.parseInt(text(metadata, EXPONENT_KEY)),
                Integer.parseInt(text(metadata, RANK_KEY)), new Computation(options.precision(), List.of(step)),
                vectors);
    }

    private static double[] values(TensorFile kept, String name) {
        return kept.find(name)
                .filter(tensor -> tensor.dataType() == DataType.F64)
                .orElseThrow(() -> new IllegalArgumentException("it has no " + name + " of float64"))
                .read(bytes -> bytes.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED));
    }

    private static String words(Stream<Routine> routines) {
        return routines.map(Routine::name).collect(Collectors.joining(" "));
    }

    private static Stream<Routine> routines(Map<String, String> metadata, String key) {
        return Arrays.stream(text(metadata, key).split(" ")).filter(word -> !word.isEmpty()).map(Routine::valueOf);
    }

    private static String text(Map<String, String> metadata, String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw new IllegalArgumentException("its metadata lack \"" + key + "\"");
        }
        return text;
    }

    private Path file(String key) {
        return folder.resolve(key + ".spectrum.safetensors");
    }

    /** A hash of these numbers, and of how they are factorised. */
    private static String key(Matrix w, SpectrumOptions options) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            String what = String.join(" ", FORMAT, w.rows() + "x" + w.columns(), String.valueOf(w.stride()),
                    w.elementType().name(),
                    w.orientation().name(), w.byteOrder().toString(), options.method().name(),
                    options.precision().name(),
                    options.route().name(), options.products().name(),
                    w.decoder().map(Decoder::format).orElse(""));
            hash.update(what.getBytes(StandardCharsets.UTF_8));
            w.segments().forEach(segment -> inChunks(segment, hash::update));
            return HexFormat.of().formatHex(hash.digest(), 0, KEY_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Of all that the file holds. */
    private static String checksum(
            Map<String, String> metadata, double[] sigma, double[] p, double[] squares, MemorySegment vectors) {
        CRC32C checksum = new CRC32C();
        checksum.update(metadata.toString().getBytes(StandardCharsets.UTF_8));
        for (double[] values : List.of(sigma, p, squares)) {
            ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * values.length);
            bytes.asDoubleBuffer().put(values);
            checksum.update(bytes);
        }
        inChunks(vectors, checksum::update);
        return Long.toHexString(checksum.getValue());
    }

    /** Takes some bytes. */
    @FunctionalInterface
    private interface ByteSink {
        void take(byte[] bytes, int from, int count);
    }

    /** The memory may be an array of any type, or a mapped file. */
    private static void inChunks(MemorySegment memory, ByteSink sink) {
        byte[] chunk = new byte[(int) Math.min(CHUNK, memory.byteSize())];
        for (long at = 0; at < memory.byteSize(); at += CHUNK) {
            int count = (int) Math.min(CHUNK, memory.byteSize() - at);
            MemorySegment.copy(memory, at, MemorySegment.ofArray(chunk), 0, count);
            sink.take(chunk, 0, count);
        }
    }
}
