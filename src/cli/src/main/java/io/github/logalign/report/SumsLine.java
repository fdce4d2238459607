package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.github.logalign.internal.io.Names;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A line of a file of sums: what training summed up of a layer at a step. Fields that are not known are skipped, so that later
 * versions can add some.
 *
 * @param step the training step
 * @param layer the name of the layer
 * @param rows m, the outputs of the layer
 * @param cols n, its inputs
 * @param weights ||W||_F^2
 * @param tokens how many tokens
 * @param inputs ||X||_F^2 over them
 * @param outputs ||X W^T||_F^2 over them
 * @param groups the same for groups of tokens that belong together, which are all of the tokens; empty if they are not known
 */
record SumsLine(long step, String layer, long rows, long cols, double weights, long tokens, double inputs,
        double outputs,
        List<Group> groups) {

    /** The version of the format. */
    private static final long VERSION = 1;

    /** Far beyond what the order of a summation in float32 does. */
    private static final double ROUNDING = 1e-4;

    private static final String WEIGHTS = "weights";
    private static final String TOKENS = "tokens";
    private static final String INPUTS = "inputs";
    private static final String OUTPUTS = "outputs";
    private static final String GROUPS = "groups";

    // Python writes NaN and Infinity as bare words.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /**
     * The sums of tokens that belong together.
     *
     * @param tokens how many
     * @param inputs ||X||_F^2 over them
     * @param outputs ||X W^T||_F^2 over them
     */
    record Group(long tokens, double inputs, double outputs) {}

    /**
     * Reads a line.
     *
     * @throws IOException if it is not whole, or no JSON
     * @throws IllegalArgumentException if it is JSON of something else
     */
    static SumsLine read(String line) throws IOException {
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            SumsLine read = new Reader(json).line();
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("something follows its object");
            }
            read.check();
            return read;
        }
    }

    /** Which of the sums is NaN or infinite, as a run writes them that has diverged; empty if none is. */
    Optional<String> notFinite() {
        for (Map.Entry<String, Double> sum : List.of(
                Map.entry(WEIGHTS, weights), Map.entry(INPUTS, inputs), Map.entry(OUTPUTS, outputs))) {
            if (!Double.isFinite(sum.getValue())) {
                return Optional.of("\"" + sum.getKey() + "\" is " + sum.getValue());
            }
        }
        return groups.stream().allMatch(group -> Double.isFinite(group.inputs()) && Double.isFinite(group.outputs()))
                ? Optional.empty()
                : Optional.of("a sum of \"groups\" is not finite");
    }

    private void check() {
        if (notFinite().isPresent()) {
            return;
        }
        if (outputs > 0 && (inputs == 0 || outputs / inputs > weights * (1 + ROUNDING))) {
            throw new IllegalArgumentException(
                    "\"outputs\" is more than \"weights\" times \"inputs\", which no layer makes of"
                            + " its inputs: write the sums of squares of X W^T without a bias, of W and of X");
        }
        if (!groups.isEmpty()) {
            checkSum(TOKENS, (double) tokens, groups.stream().mapToDouble(Group::tokens).sum());
            checkSum(INPUTS, inputs, groups.stream().mapToDouble(Group::inputs).sum());
            checkSum(OUTPUTS, outputs, groups.stream().mapToDouble(Group::outputs).sum());
        }
    }

    private static void checkSum(String name, double sum, double ofGroups) {
        if (Double.isInfinite(ofGroups) || Math.abs(sum - ofGroups) > ROUNDING * Math.max(sum, ofGroups)) {
            throw new IllegalArgumentException("\"" + name + "\" is " + sum + ", but its groups sum up to " + ofGroups
                    + ": the groups must be all of the tokens");
        }
    }

    /** Reads the members of an object whose brace has been read. */
    private static final class Reader {

        private final JsonParser json;
        private final Map<String, Double> reals = new HashMap<>();
        private final Map<String, Long> wholes = new HashMap<>();
        private final List<Group> groups = new ArrayList<>();
        private String layer = "";

        Reader(JsonParser json) {
            this.json = json;
        }

        SumsLine line() throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "version" -> checkVersion(whole(name));
                    case "step", "rows", "cols", TOKENS -> wholes.put(name, whole(name));
                    case WEIGHTS, INPUTS, OUTPUTS -> reals.put(name, real(name));
                    case "layer" -> layer = text(name);
                    case GROUPS -> readGroups();
                    default -> json.skipChildren();
                }
            }
            if (layer.isEmpty()) {
                throw missing("layer");
            }
            return new SumsLine(have(wholes, "step"), layer, have(wholes, "rows"), have(wholes, "cols"),
                    have(reals, WEIGHTS), have(wholes, TOKENS), have(reals, INPUTS), have(reals, OUTPUTS), groups);
        }

        private void readGroups() throws IOException {
            require(JsonToken.START_OBJECT, "\"groups\" must be an object of three lists, tokens, inputs and outputs");
            Map<String, List<Double>> lists = new HashMap<>();
            List<Long> counts = new ArrayList<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                String full = GROUPS + "." + name;
                switch (name) {
                    case TOKENS -> list(full, () -> counts.add(whole(full)));
                    case INPUTS, OUTPUTS -> {
                        List<Double> values = new ArrayList<>();
                        list(full, () -> values.add(real(full)));
                        lists.put(name, values);
                    }
                    default -> json.skipChildren();
                }
            }
            List<Double> inputs = have(lists, INPUTS);
            List<Double> outputs = have(lists, OUTPUTS);
            if (counts.size() != inputs.size() || counts.size() != outputs.size()) {
                throw new IllegalArgumentException("the lists of \"groups\" have " + counts.size() + " tokens, "
                        + inputs.size() + " inputs and " + outputs.size() + " outputs: give one each for every group");
            }
            for (int group = 0; group < counts.size(); group++) {
                groups.add(new Group(counts.get(group), inputs.get(group), outputs.get(group)));
            }
        }

        private interface Element {
            void read() throws IOException;
        }

        private void list(String name, Element element) throws IOException {
            require(JsonToken.START_ARRAY, "\"" + name + "\" must be a list");
            while (json.nextToken() != JsonToken.END_ARRAY) {
                element.read();
            }
        }

        private void require(JsonToken token, String problem) {
            if (json.currentToken() != token) {
                throw new IllegalArgumentException(problem);
            }
        }

        private static void checkVersion(long version) {
            if (version > VERSION) {
                throw new IllegalArgumentException("it has version " + version + ", and this logalign knows " + VERSION
                        + ": update logalign");
            }
        }

        private long whole(String name) throws IOException {
            if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && json.getLongValue() >= 0) {
                return json.getLongValue();
            }
            throw new IllegalArgumentException(
                    "\"" + name + "\" must be a whole number of 0 or more, below 2^63, not " + shown());
        }

        private double real(String name) throws IOException {
            boolean number = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                    || json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
            // NaN is no less than 0.
            if (number && !(json.getDoubleValue() < 0)) {
                return json.getDoubleValue();
            }
            throw new IllegalArgumentException("\"" + name + "\" must be a number of 0 or more, not " + shown());
        }

        private String text(String name) throws IOException {
            if (json.currentToken() == JsonToken.VALUE_STRING && !json.getText().isEmpty()) {
                return json.getText();
            }
            throw new IllegalArgumentException("\"" + name + "\" must be text that is not empty, not " + shown());
        }

        private String shown() throws IOException {
            return switch (json.currentToken()) {
                case null -> "nothing";
                case START_ARRAY -> "a list";
                case START_OBJECT -> "an object";
                default -> Names.printable(json.getText());
            };
        }

        private static <V> V have(Map<String, V> values, String name) {
            V value = values.get(name);
            if (value == null) {
                throw missing(name);
            }
            return value;
        }

        private static IllegalArgumentException missing(String name) {
            return new IllegalArgumentException("\"" + name + "\" is missing");
        }
    }
}
