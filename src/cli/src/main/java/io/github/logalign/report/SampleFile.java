package io.github.logalign.report;

import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Cells;
import io.github.logalign.track.LayerSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file beside a series that holds what comparisons need: JSON Lines, a layer at a step each, with the influences of at most
 * 128 groups or pools of groups of tokens.
 */
public final class SampleFile {

    /** How the first line of such a file begins. */
    public static final String START = "{\"format\":\"logalign samples\"";

    private static final String ENDING = ".samples.jsonl";
    private static final String INFLUENCES = "influences";

    private SampleFile() {}

    /**
     * Where it is.
     *
     * @param series the file of the series
     * @return its name with another ending after it, so that no two series share one
     */
    public static Path beside(Path series) {
        return series.resolveSibling(series.getFileName() + ENDING);
    }

    /**
     * Writes samples, all or none.
     *
     * @param path the file
     * @param samples the layers at their steps
     * @throws LogalignException if the file cannot be written
     */
    public static void write(Path path, List<LayerSample> samples) {
        AtomicFile.write(path, out -> {
            out.write(JsonLines.line(Map.of("format", "logalign samples")));
            for (LayerSample sample : samples) {
                out.write(JsonLines.line(fields(sample.pooled())));
            }
        });
    }

    private static Map<String, @Nullable Object> fields(LayerSample sample) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("step", sample.step());
        fields.put("layer", sample.layer());
        fields.put("lar", sample.lar());
        fields.put("standardError", sample.standardError());
        fields.put("tokens", sample.tokens());
        fields.put("groups", sample.groups());
        fields.put("fingerprint", sample.fingerprint());
        fields.put(INFLUENCES, sample.influences());
        return fields;
    }

    /**
     * Reads samples.
     *
     * @param path the file
     * @return the layers at their steps; none if there is no such file
     * @throws LogalignException if the file cannot be read or is damaged
     */
    public static List<LayerSample> read(Path path) {
        List<LayerSample> samples = new ArrayList<>();
        int[] number = {0};
        try (Stream<String> lines = Files.lines(path, StandardCharsets.UTF_8)) {
            lines.forEach(line -> {
                if (number[0]++ > 0) {
                    samples.add(sample(JsonLines.read(Set.of(INFLUENCES), line)));
                } else if (!line.startsWith(START)) {
                    throw new IllegalArgumentException("it is no file of samples that track wrote");
                }
            });
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (UncheckedIOException unreadable) {
            IOException cause = Objects.requireNonNull(unreadable.getCause());
            throw cause instanceof CharacterCodingException
                    ? damaged(path, number[0] + 1, "it is no text", cause)
                    : unreadable(path, cause);
        } catch (IOException unreadable) {
            throw unreadable(path, unreadable);
        } catch (IllegalArgumentException damaged) {
            throw damaged(path, number[0], String.valueOf(damaged.getMessage()), damaged);
        }
        return samples;
    }

    private static LogalignException damaged(Path path, int line, String what, Exception cause) {
        return new LogalignException(Names.printable(path) + ", line " + line + ": " + what
                + "; delete it and the series, and run track with --out again", cause);
    }

    private static LogalignException unreadable(Path path, IOException why) {
        return new LogalignException(Names.printable(path) + ": it cannot be read (" + Reasons.of(why) + ")", why);
    }

    private static LayerSample sample(Cells cells) {
        List<String> influences = cells.lists().getOrDefault(INFLUENCES, List.of());
        return new LayerSample(Long.parseLong(text(cells, "step")), text(cells, "layer"), number(cells, "lar"),
                number(cells, "standardError"), Long.parseLong(text(cells, "tokens")),
                Long.parseLong(text(cells, "groups")), cells.texts().get("fingerprint"),
                influences.stream().map(SampleFile::number).toList());
    }

    private static String text(Cells cells, String name) {
        String text = cells.texts().get(name);
        if (text == null) {
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }
        return text;
    }

    private static double number(Cells cells, String name) {
        return number(text(cells, name));
    }

    private static double number(String text) {
        double number = Double.parseDouble(text);
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("\"" + text + "\" is no finite number");
        }
        return number;
    }
}
