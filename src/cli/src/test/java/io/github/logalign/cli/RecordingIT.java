package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python of docs/activations.md: it runs, and what it records is scored as PyTorch itself does. */
class RecordingIT {

    /**
     * A model with what is hard about recording: layers that share an input, and a head that is tied to the embedding, and
     * padding.
     */
    private static final String MODEL = """
            import math, sys


            class Model(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    self.wte = torch.nn.Embedding(50, 16)
                    self.q, self.k, self.v = (torch.nn.Linear(16, 16) for _ in range(3))
                    self.norm = torch.nn.LayerNorm(16)
                    self.mlp = torch.nn.Sequential(torch.nn.Linear(16, 40), torch.nn.GELU(), torch.nn.Linear(40, 16))
                    self.lm_head = torch.nn.Linear(16, 50, bias=False)
                    self.lm_head.weight = self.wte.weight

                def forward(self, input_ids, attention_mask):
                    x = self.wte(input_ids)
                    scores = self.q(x) @ self.k(x).transpose(1, 2) + (attention_mask[:, None] - 1) * 1e9
                    x = x + scores.softmax(-1) @ self.v(x)
                    return self.lm_head(self.norm(x + self.mlp(x)))


            def lar(weight, inputs):
                u, s, v = torch.linalg.svd(weight.double(), full_matrices=False)
                p = s ** 2 / (s ** 2).sum()
                projected = ((inputs.double() @ v.T) ** 2).sum(0)
                q = projected / (inputs.double() ** 2).sum()
                return 1 + math.log(float((p * q).sum())) / (2 * math.log(weight.shape[1]))


            torch.manual_seed(1)
            model = Model()
            batch = {"input_ids": torch.randint(0, 50, (12, 10)), "attention_mask": torch.ones(12, 10, dtype=torch.int64)}
            batch["attention_mask"][3:, 7:] = 0
            folder = sys.argv[1]
            """;

    private static final String DUMPED = """
            for step in (0, 100):
                save_checkpoint(model, batch, step, folder)
                inputs = record_inputs(model, batch)
                assert model.training
                for name, x in inputs.items():
                    counted = x[batch["attention_mask"] == 1]
                    print(step, name, repr(lar(model.get_submodule(name).weight.detach(), counted)))
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter.add_(0.1 * torch.randn_like(parameter))
            """;

    @TempDir
    Path folder;

    /** Two batches a step, of which each is a line's half, beside the activations of both. */
    private static final String SUMMED = """
            sums = Sums(model, folder + "/sums.jsonl")
            parts = [{name: values[:5] for name, values in batch.items()}, {name: values[5:] for name, values in batch.items()}]
            for step in (0, 100):
                save_checkpoint(model, batch, step, folder)
                model.eval()
                for part in parts:
                    sums.on, sums.mask = True, part["attention_mask"]
                    model(**part)
                sums.write(step)
                sums.on = False
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter.add_(0.1 * torch.randn_like(parameter))
            """;

    private static List<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = null;
        for (String line : Files.readAllLines(Path.of("..", "..", "docs", "activations.md"))) {
            if (line.equals("```python")) {
                block = new StringBuilder();
            } else if (line.equals("```") && block != null) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        return blocks;
    }

    /** The first Python that can do something. */
    private static Optional<String> python(String test) throws IOException, InterruptedException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            try {
                Process process = new ProcessBuilder(python, "-c", test)
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
                if (process.waitFor() == 0) {
                    return Optional.of(python);
                }
            } catch (IOException absent) {
                // The next one.
            }
        }
        return Optional.empty();
    }

    private String run(String python, Path script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(python, script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("python.out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        assertEquals(0, process.waitFor(), Files.readString(out));
        return Files.readString(out);
    }

    @Test
    void everyBlockIsPython() throws IOException, InterruptedException {
        String python = python("pass").orElse("");
        Needs.that(!python.isEmpty(), "python3");
        List<String> blocks = blocks();
        assertEquals(4, blocks.size(), "PyTorch, sums, Hugging Face, Flax");
        for (String block : blocks) {
            Path file = Files.writeString(folder.resolve("block.py"), block);
            Path check = Files.writeString(folder.resolve("check.py"),
                    "import sys; compile(open(sys.argv[1]).read(), 'block', 'exec')");
            run(python, check, file.toString());
        }
    }

    /** Where PyTorch is installed; elsewhere the block before is all that can be checked. */
    @Test
    void whatPyTorchRecordsIsScored() throws IOException, InterruptedException {
        Optional<String> python = python("import torch");
        if (python.isEmpty()) {
            return;
        }
        Path run = Files.createDirectory(folder.resolve("run"));
        Path script = Files.writeString(folder.resolve("record.py"), blocks().getFirst() + MODEL + DUMPED);
        Map<String, Double> expected = new HashMap<>();
        for (String line : run(python.get(), script, run.toString()).split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words.length == 3) {
                expected.put(words[0] + " " + words[1], Double.valueOf(words[2]));
            }
        }
        assertEquals(12, expected.size(), "six layers at two steps");
        Result result = new Command().run(
                "track", run.toString(), "--mask", ":attention_mask", "--format", "json");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        Map<String, Object> json = Json.object(result.out());
        List<?> rows = (List<?>) Objects.requireNonNull(json.get("rows"));
        assertEquals(expected.size(), rows.size(), result.out());
        for (Object each : rows) {
            Map<?, ?> row = (Map<?, ?>) each;
            double lar = Objects.requireNonNull((Double) row.get("lar"));
            assertEquals(Objects.requireNonNull(expected.get(row.get("step") + " " + row.get("layer"))), lar, 1e-6,
                    row::toString);
            assertEquals("sequences", row.get("groupedBy"));
        }
        Result compared = new Command().run("compare", run + "@0", run + "@100");
        assertTrue(compared.out().contains("same"), compared.out());
    }

    /** The sums of the page are those that score finds in the activations. */
    @Test
    void whatPyTorchSumsUpIsWhatItsActivationsGive() throws IOException, InterruptedException {
        Optional<String> python = python("import torch");
        if (python.isEmpty()) {
            return;
        }
        Path run = Files.createDirectory(folder.resolve("run"));
        Path script = Files.writeString(folder.resolve("sum.py"),
                blocks().getFirst() + blocks().get(1) + MODEL + SUMMED);
        run(python.get(), script, run.toString());
        List<Map<String, Object>> dumped = rows("track", run.toString(), "--mask", ":attention_mask", "--method",
                "norm");
        List<Map<String, Object>> summed = rows("track", "--sums", run.resolve("sums.jsonl").toString());
        assertEquals(12, summed.size());
        Map<String, Map<String, Object>> byName = new HashMap<>();
        dumped.forEach(row -> byName.put(row.get("step") + " " + row.get("layer"), row));
        for (Map<String, Object> row : summed) {
            Map<String, Object> expected = Objects.requireNonNull(
                    byName.get(row.get("step") + " " + row.get("layer")), row::toString);
            for (String name : List.of("tokens", "groups", "rows", "cols")) {
                assertEquals(expected.get(name), row.get(name), name);
            }
            for (String name : List.of("lar", "overlap", "effectiveDimension", "larStandardError")) {
                double value = Json.number(expected, name);
                assertEquals(value, Json.number(row, name), 1e-6 * value, name);
            }
        }
    }

    private static List<Map<String, Object>> rows(String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--format", "json"));
        return Json.rows(TrackIT.ok(new Command().run(words.toArray(String[]::new))).out());
    }
}
