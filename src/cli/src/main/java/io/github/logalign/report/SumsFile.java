package io.github.logalign.report;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A file of sums that training writes in place of activations: JSON Lines, see docs/activations.md. Lines of the same step and
 * layer are pooled.
 */
public final class SumsFile {

    /** How the name of such a file ends. */
    private static final String ENDING = ".jsonl";

    /** A line of a million groups is half as long. */
    private static final int MAX_LINE = 1 << 27;

    /** Far beyond what the order of a summation in float32 does, and below what a step of training usually does. */
    private static final double SAME_WEIGHTS = 1e-5;

    /** What training sums up is of float32 products. */
    private static final AlignmentOptions OPTIONS = AlignmentOptions.DEFAULT.withPrecision(Precision.SINGLE);

    private final Path path;
    private final NavigableMap<Long, Map<String, Pool>> steps = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private int number;

    private SumsFile(Path path) {
        this.path = path;
    }

    /** The lines of a layer at a step. */
    private static final class Pool {
        private final SumsLine first;
        private final int number;
        private final Set<List<Double>> known = new HashSet<>();
        private @Nullable AlignmentSums sums;
        private @Nullable String failure;
        private int lines;
        private int grouped;

        Pool(SumsLine first, int number) {
            this.first = first;
            this.number = number;
        }

        /** Whether sums of the very same tokens and weights have been added: two batches never agree to the last digit. */
        boolean isKnown(SumsLine line) {
            return !known.add(List.of(line.weights(), (double) line.tokens(), line.inputs(), line.outputs()));
        }

        void fail(String reason) {
            lines++;
            failure = failure == null ? reason : failure;
        }

        void add(SumsLine line) {
            lines++;
            if (sums == null) {
                sums = AlignmentSums.of(line.rows(), line.cols(), line.weights(), OPTIONS);
            }
            AlignmentSums sums = this.sums;
            if (line.groups().isEmpty()) {
                sums.addSums(line.tokens(), line.inputs(), line.outputs());
            } else {
                grouped++;
            }
            line.groups().forEach(group -> sums.addGroup(group.tokens(), group.inputs(), group.outputs()));
        }
    }

    /**
     * Whether a name is that of such a file.
     *
     * @param path any path
     * @return true if it ends in .jsonl
     */
    public static boolean isSumsName(Path path) {
        return String.valueOf(path.getFileName()).endsWith(ENDING);
    }

    /**
     * Reads a file. An incomplete last line, which may still be written, is left out with a note.
     *
     * @param path the file
     * @return what it holds
     * @throws LogalignException if it cannot be read, or a line is damaged; the message has its number
     */
    public static SumsFile read(Path path) {
        SumsFile file = new SumsFile(path);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    file.add(line.toByteArray(), true);
                    line.reset();
                } else if (line.size() == MAX_LINE) {
                    file.number++;
                    throw file.problem("it is longer than " + MAX_LINE + " bytes");
                } else {
                    line.write(next);
                }
            }
            file.add(line.toByteArray(), false);
        } catch (IOException unreadable) {
            throw new LogalignException(
                    Names.printable(path) + ": it cannot be read (" + Reasons.of(unreadable) + "); check the path",
                    unreadable);
        }
        return file;
    }

    private void add(byte[] bytes, boolean ended) {
        number++;
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (!text.isBlank()) {
                add(SumsLine.read(text));
            }
        } catch (IllegalArgumentException wrong) {
            throw problem(String.valueOf(wrong.getMessage()));
        } catch (CharacterCodingException noText) {
            incomplete(ended, "it is no text in UTF-8");
        } catch (IOException damaged) {
            incomplete(ended, "it is damaged JSON");
        }
    }

    private void incomplete(boolean ended, String problem) {
        if (ended) {
            throw problem(problem + "; delete the line");
        }
        notes.add(Names.printable(path) + ": its last line is incomplete, and is left for the next call");
    }

    private void add(SumsLine line) {
        Pool pool = steps.computeIfAbsent(line.step(), step -> new LinkedHashMap<>())
                .computeIfAbsent(line.layer(), layer -> new Pool(line, number));
        SumsLine first = pool.first;
        String where = "layer " + Names.printable(line.layer()) + " at step " + line.step();
        if (first.rows() != line.rows() || first.cols() != line.cols()) {
            throw problem(
                    "its weight of " + where + " is " + line.rows() + " x " + line.cols() + ", in line " + pool.number
                            + " it is " + first.rows() + " x " + first.cols());
        }
        Optional<String> notFinite = line.notFinite();
        if (notFinite.isPresent()) {
            pool.fail(Names.printable(path) + ", line " + number + ": " + notFinite.get()
                    + "; the run has diverged, or these sums overflowed: sum in float32 or wider");
            return;
        }
        if (Math.abs(first.weights() - line.weights()) > SAME_WEIGHTS * Math.max(first.weights(), line.weights())) {
            throw problem("\"weights\" of " + where + " is " + line.weights() + ", in line " + pool.number + " it is "
                    + first.weights()
                    + ": sums are pooled only over tokens that saw the same weights; delete the earlier lines"
                    + " of a step that was trained again");
        }
        if (pool.isKnown(line)) {
            notes.add(Names.printable(path) + ", line " + number + ": the sums of " + where
                    + " are there already, and count once");
        } else {
            pool.add(line);
        }
    }

    private LogalignException problem(String what) {
        return new LogalignException(Names.printable(path) + ", line " + number + ": " + what);
    }

    /**
     * What should be known of the file.
     *
     * @return one line each
     */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * How many lines each step has.
     *
     * @return the numbers by step, in the order of the steps
     */
    public NavigableMap<Long, Integer> lines() {
        NavigableMap<Long, Integer> lines = new TreeMap<>();
        steps.forEach((step, layers) -> lines.put(step, layers.values().stream().mapToInt(pool -> pool.lines).sum()));
        return lines;
    }

    /**
     * The layers.
     *
     * @return their names, in the order in which they first appear
     */
    public Set<String> layers() {
        Set<String> layers = new LinkedHashSet<>();
        steps.values().forEach(step -> layers.addAll(step.keySet()));
        return layers;
    }

    /**
     * The rows of a step.
     *
     * @param step the step
     * @param wanted says which layers, by their names
     * @return a result for each layer
     */
    public List<Scorer.Result> results(long step, Predicate<String> wanted) {
        List<Scorer.Result> results = new ArrayList<>();
        steps.getOrDefault(step, Map.of()).forEach((layer, pool) -> {
            if (wanted.test(layer)) {
                results.add(result(layer, pool));
            }
        });
        return results;
    }

    private Scorer.Result result(String layer, Pool pool) {
        LayerInfo info = new LayerInfo(layer, new LayerInfo.Source(path.toString(), null), null,
                new LayerInfo.Shape(pool.first.rows(), pool.first.cols(), null), null, List.of());
        if (pool.failure != null || pool.sums == null) {
            return new Scorer.Result(new LayerScore(info, new Outcome.Failed(String.valueOf(pool.failure)), 0), null,
                    null,
                    null);
        }
        Scorer.Result result = Scorer.ofSums(info, pool.sums);
        return pool.grouped == 0 || pool.grouped == pool.lines
                ? result
                : result.withWarning("some of its lines have groups and some have none, so that LAR has no interval");
    }
}
