package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.track.SeriesColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong usage gives exit code 2 and one line; nothing is computed or written. UsageIT does the same in a process. */
class UsageTest {

    private static final String MODEL = "model.safetensors";
    private static final String ACTIVATIONS = "activations.safetensors";

    @TempDir
    static Path sample;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeSample() {
        assertEquals(0, run("sample", sample.toString()).code());
    }

    @BeforeEach
    void copySample() throws IOException {
        for (String name : List.of(MODEL, ACTIVATIONS)) {
            Files.copy(sample.resolve(name), folder.resolve(name));
        }
    }

    private static Result run(String... args) {
        return InProcess.run(args);
    }

    private String at(String name) {
        return folder + "/" + name;
    }

    private Result score(String... more) {
        List<String> args = new ArrayList<>(List.of("score", "--weights", at(MODEL), "--activations", at(ACTIVATIONS)));
        args.addAll(List.of(more));
        return run(args.toArray(String[]::new));
    }

    private static String line(Result result) {
        assertEquals(2, result.code(), result::toString);
        assertEquals("", result.out());
        assertEquals(1, result.err().size(), result.err()::toString);
        return result.err().getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "score --wieghts model.safetensors --activations x, did you mean --weights?",
        "score --wieghts=model.safetensors, did you mean --weights?",
        "score --weights w --activation x --activatoins y, did you mean --activations?",
        "spectrum --weights w --mask m, 'it belongs to score, track, compare and manifest'",
        "score --weights w --activations x --report r.html, it belongs to track",
        "inspect --activatons x model.safetensors, did you mean --activations?",
        "track --fromat json run, did you mean --format?",
        "lab grokking --sed 2 --out x, did you mean --seed?",
        "scroe --weights w, did you mean score?",
        "Spectrum, did you mean spectrum?",
        "lab groking --out x, did you mean grokking?",
        "frobnicate, the commands are score",
        "score --weights w --activations x --method qr, 'one of svd, gram, auto and norm'",
        "spectrum --weights w --method qr, 'one of svd, gram and auto'",
        "score --weights w --activations x --format xml, 'one of table, json and csv'",
        "score --weights w, Missing required option",
        "score w, is no folder",
        "score w x --weights y, not both ways",
        "score w x y, Unmatched argument",
        "score --weights, Missing required parameter",
        "score --model m, Missing required option: '--inputs=<FILE>'",
        "score --inputs i, Missing required option: '--model=<FILE>'",
        "score --model m --inputs i --weights w, leave these out",
        "score --model m --inputs i --mask k, with --model",
        "score --manifest m.jsonl, --manifest needs --out FILE",
        "score --manifest m.jsonl --out o.json, 'must end in .parquet, .jsonl or .csv'",
        "score --manifest m.jsonl --out o.jsonl --weights w, leave out --weights",
        "score --manifest m.jsonl --out o.jsonl --shard 3/2, --shard must be such as 2/4",
        "score --manifest m.jsonl --out o.jsonl --retry-failed, give --resume too",
        "score --weights w --activations x --resume, are for --manifest",
        "score --manifest m.jsonl --out o.jsonl --max-memory 4, such as 4G or 800M",
        "score --manifest m.jsonl --out o.jsonl --max-memory 100M, must be more than 200M",
        "export --out o.jsonl, Missing required parameter",
        "score --model m --inputs i --batch 0, --batch must be at least 1",
        "track run --window 2000000000, --window must be from 3 to 1000000",
        "track run --window -2147483648, --window must be from 3 to 1000000",
        "track run --poll NaN, --poll must be",
        "track run --threads 2147483647, --threads must be",
        "score --weights w --activations x --threads 0, --threads must be",
        "lab grokking --out x --steps 2147483647, steps must be",
        "lab grokking --out x --p 2147483647, p must be",
        "lab grokking --out x --weight-decay NaN, the weight decay must be",
        "lab repetition --out x --epochs 2147483647, epochs must be",
        "lab repetition --out x --interval -1, interval at least 1",
        "demo --steps x, is not a whole number;",
        "demo --seed 1.5, is not a whole number;",
        "demo --steps 99999999999, is too large;",
        "demo --steps -99999999999, is too small;",
        "score --weights w --activations x --threads two, is not a whole number;",
        "sample --seed two x, is not a whole number;",
        "track run --poll abc, is not a number;",
        "lab grokking --out x --weight-decay 1:5, is not a number;",
    })
    void theMessageNamesTheMistake(String arguments, String message) {
        String line = line(run(arguments.split(" ", -1)));
        assertTrue(line.contains(message), line);
    }

    /** The capital letters of Java's enum constants are not shown to users. */
    @Test
    void enumValuesAreShownInLowerCase() {
        for (String command : List.of("score", "spectrum", "track", "inspect", "lab repetition")) {
            List<String> args = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
            args.add("--help");
            String help = run(args.toArray(String[]::new)).out();
            assertFalse(help.matches("(?s).*\\b(SVD|GRAM|AUTO|NORM|DOUBLE|SINGLE|TABLE|SMALL|KERNEL)\\b.*"), help);
        }
        String completion = run("generate-completion").out();
        assertTrue(completion.contains("\"svd\" \"gram\" \"auto\" \"norm\""), completion);
        assertFalse(completion.matches("(?s).*\"(SVD|GRAM|AUTO|NORM|DOUBLE|SINGLE|TABLE|SMALL|KERNEL)\".*"));
        assertEquals(0, score("--method", "GRAM").code(), "values are case-insensitive");
    }

    @ParameterizedTest
    @CsvSource({"score, LAYER", "spectrum, LAYER", "track, SERIES"})
    void everyColumnIsExplained(String command, String schema) {
        Result result = run(command, "--help-columns");
        assertEquals(0, result.code(), result::toString);
        List<String> names = result.out().lines().filter(line -> line.matches("  \\S.*"))
                .map(line -> line.strip().split(" ", -1)[0]).toList();
        List<? extends Column<?, ?>> columns = schema.equals("LAYER") ? LayerColumns.ALL : SeriesColumns.ALL;
        assertEquals(columns.stream().map(Column::name).toList(), names);
        assertTrue(result.out().contains("1/2 for isotropic inputs"), result::toString);
        assertTrue(result.out().lines().allMatch(line -> line.length() <= 80), result::toString);
        assertEquals(result, run(command, "--help", "columns"));
        assertTrue(run("help", "columns").out().endsWith(text(HelpCommand.columns())));
    }

    private static String text(List<? extends Column<?, ?>> columns) {
        return ColumnsHelp.text(columns, 80);
    }

    @Test
    void everyTermIsExplained() {
        String help = run("help", "columns").out();
        for (Term term : Stream.concat(Term.WORDS.stream(), Term.ALARMS.stream()).toList()) {
            assertTrue(help.lines().anyMatch(line -> line.startsWith("  " + term.name() + "  ")), term.name());
        }
    }

    @Test
    void theExtensionDecidesTheFormat() throws IOException {
        for (String name : List.of("x.json", "x.JSON", "x.csv", "x.txt", "x")) {
            assertEquals(0, score("--out", at(name)).code());
        }
        assertTrue(content("x.json").startsWith("{"));
        assertTrue(content("x.JSON").startsWith("{"));
        assertTrue(content("x.csv").startsWith("layer,"));
        assertTrue(content("x.txt").startsWith("layer "));
        assertTrue(content("x").startsWith("layer "));
        assertEquals(0, score("--out", at("y"), "--format", "json").code());
        assertTrue(content("y").startsWith("{"));
        assertTrue(line(score("--out", at("y.csv"), "--format", "json")).contains("extension of csv"));
        assertFalse(Files.exists(folder.resolve("y.csv")));
    }

    private String content(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void inputsAndForeignFilesAreNotOverwritten() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), Path.of(MODEL));
        Files.createLink(folder.resolve("hard"), folder.resolve(ACTIVATIONS));
        Files.writeString(folder.resolve("notes.json"), "{}");
        Files.createDirectory(folder.resolve("spectra"));
        Files.writeString(folder.resolve("spectra").resolve("lm_head.p.npy"), "mine");
        List<String> before = state();
        for (String name : List.of(MODEL, "./" + MODEL, "link", "hard", ACTIVATIONS)) {
            String out = at(name);
            assertTrue(line(score("--out", out)).contains("would overwrite"));
            assertTrue(line(score("--out", out, "--force")).contains("would overwrite"));
        }
        assertTrue(line(score("--out", at("notes.json"))).contains("--force"));
        assertTrue(line(score("--spectra", at("spectra"))).contains("--force"));
        assertTrue(line(run("spectrum", "--weights", at(MODEL), "--out", at("link"))).contains("would overwrite"));
        assertTrue(
                line(score("--spectra", at("new"), "--out", at("new/lm_head.q.npy"), "--format", "csv"))
                        .contains("same file"));
        assertEquals(before, state());
        assertEquals(0, score("--out", at("notes.json"), "--force", "--spectra", at("spectra")).code());
        assertEquals(0, score("--out", at("notes.json"), "--spectra", at("spectra")).code(), "now they are its own");
        assertEquals(0, run("spectrum", "--weights", at(MODEL), "--spectra", at("spectra")).code());
    }

    private List<String> state() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> state = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                state.add(folder.relativize(file) + " " + Arrays.hashCode(Files.readAllBytes(file)));
            }
            return state;
        }
    }

    @Test
    void aSampleDoesNotOverwriteAModel() throws IOException {
        assertEquals(0, run("sample", at(".")).code(), "its own files");
        Path theirs = Files.createDirectory(folder.resolve("theirs"));
        Files.writeString(theirs.resolve(MODEL), "weights");
        assertTrue(line(run("sample", at("theirs"))).contains("--force"));
        assertEquals("weights", Files.readString(theirs.resolve(MODEL)));
        assertFalse(Files.exists(theirs.resolve(ACTIVATIONS)));
        assertEquals(0, run("sample", at("theirs"), "--force").code());
    }

    @Test
    void aShardIsAnInputToo() throws IOException {
        Files.move(folder.resolve(MODEL), folder.resolve("m-1.safetensors"));
        Files.writeString(folder.resolve("m.index.json"), "{\"weight_map\":{\"lm_head.weight\":\"m-1.safetensors\"}}");
        Result result = run("score", "--weights", at("m.index.json"), "--activations", at(ACTIVATIONS), "--out",
                at("m-1.safetensors"), "--format", "json", "--force");
        assertTrue(line(result).contains("would overwrite"));
    }

    @Test
    void checkpointsAreInputsOfTrack() throws IOException {
        Files.createDirectory(folder.resolve("run"));
        Files.copy(folder.resolve(MODEL), folder.resolve("run").resolve("step_1.weights.safetensors"));
        Files.copy(folder.resolve(ACTIVATIONS), folder.resolve("run").resolve("step_1.activations.safetensors"));
        for (String file : List.of("step_1.weights.safetensors", "step_1.activations.safetensors")) {
            assertTrue(line(run("track", at("run"), "--report", at("run/" + file), "--force"))
                    .contains("would overwrite"));
        }
        assertTrue(
                line(run("track", at("run"), "--out", at("s.json"), "--report", at("s.json"))).contains("same file"));
        assertTrue(
                line(run("track", at("run"), "--out", at("run/config.json"), "--force")).contains("would overwrite"));
        assertTrue(line(run("track", at("run"), "--report", at("r.txt"))).contains(".html"));
        assertEquals(0, run("track", at("run"), "--out", at("run/s.json"), "--report", at("run/r.html")).code());
        assertEquals(0, run("track", at("run"), "--out", at("run/s.json"), "--report", at("run/r.html")).code());
        assertEquals(0, score("--out", at("scores.json")).code());
        assertTrue(line(run("track", at("run"), "--out", at("scores.json"))).contains("--force"));
        assertTrue(line(score("--out", at("run/s.json"))).contains("--force"),
                "a series takes hours, and is no result of score");
        assertTrue(line(run("track", at("run"), "--baseline", at("run/s.json"), "--out", at("run/s.json")))
                .contains("would overwrite"));
    }

    @Test
    void theModelsConfigurationIsAnInput() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        assertTrue(line(score("--out", at("config.json"), "--force")).contains("would overwrite"));
        assertTrue(line(run("spectrum", "--weights", at(MODEL), "--out", at("config.json"), "--force"))
                .contains("would overwrite"));
        assertEquals("{}", content("config.json"));
    }

    @Test
    void partialResultsAreNotPrinted() {
        assertTrue(line(run("inspect", at(MODEL), "--activations", at(MODEL))).contains("scored with itself"));
    }

    @Test
    void aFileInPlaceOfAFolderIsReported() {
        Result file = run("sample", at(MODEL));
        assertEquals(1, file.code());
        assertTrue(file.err().getFirst().contains("a file stands where a folder should be"), file::toString);
    }

    @Test
    void weightsAreNotScoredWithThemselves() throws IOException {
        Files.copy(folder.resolve(MODEL), folder.resolve("copy.safetensors"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of(MODEL));
        for (String same : List.of(MODEL, "copy.safetensors", "link")) {
            Result result = run("score", "--weights", at(MODEL), "--activations", at(same));
            assertTrue(line(result).contains("with itself"));
        }
        assertEquals(2, run("inspect", at(MODEL), "--activations", at(MODEL)).code());
        assertTrue(line(run("score", "--weights", at(ACTIVATIONS), "--activations", at(MODEL)))
                .contains("swap the two files"));
    }

    @Test
    void oneFileMayHoldWeightsAndActivations() throws IOException {
        double[] values = new double[64 * 64];
        Arrays.setAll(values, i -> Math.sin(i));
        double[] inputs = new double[64 * 64];
        Arrays.setAll(inputs, i -> Math.cos(i * i));
        new SafetensorsWriter()
                .add("a.weight", new long[]{64, 64}, values)
                .add("a.input", new long[]{64, 64}, inputs)
                .write(folder.resolve("both"));
        Result named = run("score", "--weights", at("both"), "--activations", at("both"), "--tensor", "a.weight",
                "--activation",
                "a.input");
        assertEquals(0, named.code(), named::toString);
    }
}
