package io.github.logalign.batch;

import io.github.logalign.internal.io.CsvReader;
import io.github.logalign.internal.io.JsonReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a line of a manifest says.
 *
 * @param number the line of the file, for messages
 * @param weights names of files, which may have wildcards
 * @param activations the same
 */
record ManifestLine(
        int number,
        JobFiles weights,
        @Nullable String tensor,
        JobFiles activations,
        @Nullable String activation,
        @Nullable String mask,
        Map<String, String> labels) {

    private static final String WEIGHTS = "weights";
    private static final String TENSOR = "tensor";
    private static final String ACTIVATIONS = "activations";
    private static final String ACTIVATION = "activation";
    private static final String MASK = "mask";
    private static final String LABELS = "labels";
    private static final String WEIGHTS_AXIS = "weights_axis";
    private static final String ACTIVATIONS_AXIS = "activations_axis";

    private static final Set<String> OPTIONAL = Set.of(TENSOR, ACTIVATION, MASK, WEIGHTS_AXIS, ACTIVATIONS_AXIS);

    /** Tensors of files have no more dimensions than that. */
    private static final Pattern AXIS = Pattern.compile("([0-7])(?:\\.0+)?");

    private static final String BYTE_ORDER_MARK = "\ufeff";

    /** What stands between several files in a cell of CSV. */
    private static final String SEPARATOR = "\\s*;\\s*";

    /** An object a line. */
    static List<ManifestLine> jsonLines(Path path, String text) {
        List<ManifestLine> lines = new ArrayList<>();
        int number = 0;
        for (String line : (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                JsonReader json = new JsonReader(line.getBytes(StandardCharsets.UTF_8), Origin.of(path),
                        "text of line " + number, "correct the line");
                lines.add(jsonLine(path, number, json));
            }
        }
        return lines;
    }

    private static ManifestLine jsonLine(Path path, int number, JsonReader json) {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> labels = new LinkedHashMap<>();
        List<String> weights = new ArrayList<>();
        List<String> activations = new ArrayList<>();
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String name = json.name();
            if (OPTIONAL.contains(name) && json.peek() == 'n') {
                // As tables have it that leave a value out.
                json.skipValue();
                continue;
            }
            boolean isNew = switch (name) {
                case WEIGHTS -> readTexts(json, weights);
                case ACTIVATIONS -> readTexts(json, activations);
                case LABELS -> {
                    boolean none = labels.isEmpty();
                    readLabels(json, labels);
                    yield none;
                }
                case TENSOR, ACTIVATION, MASK -> texts.put(name, json.string()) == null;
                case WEIGHTS_AXIS, ACTIVATIONS_AXIS -> readText(json, name, texts);
                default -> throw json.problem("the key '" + Names.printable(name) + "' is not known: the keys are"
                        + " weights, weights_axis, tensor, activations, activations_axis, activation, mask and labels");
            };
            if (!isNew) {
                throw json.problem("the key '" + name + "' occurs twice");
            }
        }
        json.end();
        return of(path, number, texts, weights, activations, labels);
    }

    /** A number or a text; false if it was there already. */
    private static boolean readText(JsonReader json, String name, Map<String, String> texts) {
        char begins = json.peek();
        if (begins == '{' || begins == '[') {
            throw json.problem("the value of '" + name + "' is no number");
        }
        return texts.put(name, json.text()) == null;
    }

    /** One text or several; false if there were some already. */
    private static boolean readTexts(JsonReader json, List<String> texts) {
        boolean isNew = texts.isEmpty();
        if (json.peek() != '[') {
            texts.add(json.string());
            return isNew;
        }
        json.beginArray();
        for (boolean first = true; json.hasElement(first); first = false) {
            json.peek();
            texts.add(json.string());
        }
        return isNew;
    }

    private static void readLabels(JsonReader json, Map<String, String> labels) {
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String name = json.name();
            char begins = json.peek();
            if (begins == '{' || begins == '[' || begins == 'n') {
                throw json.problem("the label '" + Names.printable(name) + "' is neither text nor a number");
            }
            if (labels.put(name, json.text()) != null) {
                throw json.problem("the label '" + Names.printable(name) + "' occurs twice");
            }
        }
    }

    /** A table whose other columns are labels. */
    static List<ManifestLine> csv(Path path, String text) {
        List<List<String>> table = CsvReader.read(path, text);
        List<String> header = table.getFirst();
        if (header.stream().distinct().count() < header.size()) {
            throw new LogalignException(Names.printable(path) + ": two columns have the same name; rename one");
        }
        List<ManifestLine> lines = new ArrayList<>();
        for (List<String> row : table.subList(1, table.size())) {
            Map<String, String> texts = new LinkedHashMap<>();
            Map<String, String> labels = new LinkedHashMap<>();
            List<String> weights = new ArrayList<>();
            List<String> activations = new ArrayList<>();
            for (int column = 0; column < header.size(); column++) {
                String cell = row.get(column);
                if (cell.isEmpty()) {
                    continue;
                }
                switch (header.get(column)) {
                    case WEIGHTS -> weights.addAll(List.of(cell.strip().split(SEPARATOR)));
                    case ACTIVATIONS -> activations.addAll(List.of(cell.strip().split(SEPARATOR)));
                    case TENSOR, ACTIVATION, MASK, WEIGHTS_AXIS, ACTIVATIONS_AXIS ->
                        texts.put(header.get(column), cell);
                    default -> labels.put(header.get(column), cell);
                }
            }
            lines.add(of(path, lines.size() + 2, texts, weights, activations, labels));
        }
        return lines;
    }

    private static ManifestLine of(
            Path path, int number, Map<String, String> texts, List<String> weights, List<String> activations,
            Map<String, String> labels) {
        texts.forEach((name, value) -> {
            if (value.isEmpty()) {
                throw new LogalignException(Names.printable(path) + ": line " + number + ": " + name
                        + " is empty; leave it out, or give a value");
            }
        });
        return new ManifestLine(number, files(path, number, WEIGHTS, weights, texts.get(WEIGHTS_AXIS)),
                texts.get(TENSOR),
                files(path, number, ACTIVATIONS, activations, texts.get(ACTIVATIONS_AXIS)), texts.get(ACTIVATION),
                texts.get(MASK), labels);
    }

    private static JobFiles files(Path path, int number, String what, List<String> names, @Nullable String axis) {
        if (names.isEmpty() || names.stream().anyMatch(String::isEmpty)) {
            throw missing(path, number, what);
        }
        Matcher matcher = AXIS.matcher(axis == null ? "" : axis.strip());
        if (axis != null && !matcher.matches()) {
            throw new LogalignException(Names.printable(path) + ": line " + number + ": " + what + "_axis is \""
                    + Names.printable(axis) + "\"; give the number of a dimension, from 0 to 7");
        }
        return new JobFiles(names, axis == null ? null : Integer.valueOf(matcher.group(1)));
    }

    private static LogalignException missing(Path path, int number, String what) {
        return new LogalignException(Names.printable(path) + ": line " + number + " names no " + what
                + "; give a file, relative to the manifest's folder");
    }
}
