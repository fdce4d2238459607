package io.github.logalign.journal;

import io.github.logalign.report.JsonLines;
import io.github.logalign.batch.BatchColumns;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.score.Cells;
import io.github.logalign.score.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a batch is of: rows of batches with different headers do not belong together.
 *
 * @param manifest the fingerprint of the manifest
 * @param jobs how many jobs the manifest has
 * @param labels the names of its labels
 * @param shard which part of the jobs, such as 1/4
 * @param options what rows depend on, by the names of the options
 */
public record JournalHeader(
        String manifest, int jobs, List<String> labels, String shard, Map<String, String> options) {

    static final int VERSION = 1;

    /** The option, true or false, by which rows have spectra. */
    public static final String WITH_SPECTRA = "with-spectra";

    private static final String JOURNAL = "journal";
    private static final String LABELS = "labels";
    private static final String OPTIONS = "options";

    /** Copies the collections. */
    public JournalHeader {
        labels = List.copyOf(labels);
        options = Map.copyOf(options);
    }

    /** The schema of the rows. */
    List<Column<BatchRow, ?>> columns() {
        return BatchColumns.of(labels, Boolean.parseBoolean(options.get(WITH_SPECTRA)));
    }

    byte[] line() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(JOURNAL, VERSION);
        fields.put("manifest", manifest);
        fields.put("jobs", jobs);
        fields.put(LABELS, labels);
        fields.put("shard", shard);
        fields.put(OPTIONS, options);
        return JsonLines.line(fields);
    }

    /**
     * Reads the first line.
     *
     * @throws IllegalArgumentException if it is none
     */
    static JournalHeader read(String line) {
        Cells cells = JsonLines.read(Set.of(LABELS), line);
        Map<String, String> texts = cells.texts();
        if (!String.valueOf(VERSION).equals(texts.get(JOURNAL))) {
            throw new IllegalArgumentException("it is no journal of version " + VERSION);
        }
        return new JournalHeader(
                text(texts, "manifest"), Integer.parseInt(text(texts, "jobs")),
                Objects.requireNonNullElse(cells.lists().get(LABELS), List.of()), text(texts, "shard"),
                cells.group(OPTIONS));
    }

    /** A value that has to be there. */
    static String text(Map<String, String> texts, String name) {
        String text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException("it lacks \"" + name + "\"");
        }
        return text;
    }

    /** What differs, in words; empty if nothing does. */
    List<String> differences(JournalHeader now) {
        List<String> differences = new ArrayList<>();
        if (!manifest.equals(now.manifest) || jobs != now.jobs) {
            differences.add("the manifest was edited");
        }
        if (!shard.equals(now.shard)) {
            differences.add("--shard was " + shard + ", not " + now.shard);
        }
        differences.addAll(optionDifferences(now));
        return differences;
    }

    /** The same, of options only. */
    List<String> optionDifferences(JournalHeader now) {
        List<String> differences = new ArrayList<>();
        Map<String, String> all = new LinkedHashMap<>(options);
        now.options.forEach(all::putIfAbsent);
        all.keySet().stream().sorted().forEach(name -> {
            String before = options.getOrDefault(name, "");
            String after = now.options.getOrDefault(name, "");
            if (!before.equals(after)) {
                differences.add("--" + name + " was " + shown(before) + ", not " + shown(after));
            }
        });
        return differences;
    }

    private static String shown(String value) {
        return value.isEmpty() ? "not given" : value;
    }
}
