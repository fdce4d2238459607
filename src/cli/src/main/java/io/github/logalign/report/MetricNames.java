package io.github.logalign.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The names that training tools give to steps, losses, and values that are not series. Case is ignored. */
final class MetricNames {

    /** Names of the step column by priority: the optimiser's count first, since wandb's _step counts calls of log. */
    private static final List<String> STEPS = List.of(
            "trainer/global_step", "train/global_step", "global_step", "step", "steps", "iteration", "iterations",
            "iter",
            "iters", "num_updates", "_step");

    private static final List<String> TRAIN = List.of(
            "train_loss", "training_loss", "train/loss", "trainloss", "loss", "loss/train", "train_loss_step",
            "train/loss_step", "train_loss_epoch", "train/loss_epoch");

    private static final List<String> VALIDATION = List.of(
            "val_loss", "valid_loss", "validation_loss", "eval_loss", "test_loss", "val/loss", "valid/loss",
            "validation/loss", "eval/loss", "test/loss", "loss/val", "loss/validation", "validationloss", "testloss");

    /** Values that the Trainer of transformers logs once, at the end of a run. */
    private static final Set<String> PER_RUN = Set.of(
            "train_runtime", "train_samples_per_second", "train_steps_per_second", "total_flos", "train/train_runtime",
            "train/train_samples_per_second", "train/train_steps_per_second", "train/total_flos");

    private static final Set<String> RUNTIMES = Set.of("train_runtime", "train/train_runtime");

    /** The training loss averaged over the run. */
    private static final Set<String> AVERAGES = Set.of("train_loss", "train/train_loss");

    private static final Set<String> CLOCKS = Set.of("wall time", "_timestamp", "_runtime", "_wandb/runtime");

    private static final Pattern LOSS = Pattern
            .compile("(?<![a-z])(?:loss(?:es)?|nll)(?![a-z])|(?:val|valid|validation|eval|test|train)loss");

    private static final Pattern PERPLEXITY = Pattern.compile("(?<![a-z])(?:perplexity|ppl)(?![a-z])");

    private static final Pattern HELD_OUT = Pattern.compile(
            "(?<![a-z])(?:val|valid|validation|eval|test|dev|held[-_ ]?out)(?![a-z])|(?:val|valid|validation|eval|test)loss");

    private static final Pattern RANGE = Pattern.compile("(.*)__(?:MIN|MAX)");
    private static final String RUN_SEPARATOR = " - ";
    private static final Pattern TENSORBOARD_FILE = Pattern.compile("(?:.*[-_])?tag[-_](.+)");

    private MetricNames() {}

    /** The column of the steps, or -1. */
    static int stepColumn(List<String> columns) {
        List<String> lower = columns.stream().map(MetricNames::lower).toList();
        for (String step : STEPS) {
            int at = lower.indexOf(step);
            if (at >= 0) {
                return at;
            }
        }
        return -1;
    }

    /** Whether a column is another count of steps or a time, which is not a metric. */
    static boolean isClock(String column) {
        String plain = lower(withoutRun(column));
        return CLOCKS.contains(plain) || STEPS.contains(plain);
    }

    /** Whether a column is a bound of the range that wandb exports with a mean. */
    static boolean isRange(String column, Collection<String> columns) {
        var matcher = RANGE.matcher(column);
        return matcher.matches() && columns.contains(matcher.group(1));
    }

    /** The columns of a Trainer's log that are values of the whole run. */
    static Set<String> perRun(Collection<String> columns) {
        Set<String> found = new LinkedHashSet<>();
        boolean trainers = columns.stream().anyMatch(column -> RUNTIMES.contains(lower(column)));
        for (String column : columns) {
            if (PER_RUN.contains(lower(column)) || (trainers && AVERAGES.contains(lower(column)))) {
                found.add(column);
            }
        }
        return found;
    }

    /**
     * The names to show: TensorBoard's Value is renamed after its file, and wandb's columns lose the run if there is
     * only one.
     */
    static List<String> shown(List<String> columns, String stem) {
        List<String> lower = columns.stream().map(MetricNames::lower).toList();
        if (lower.size() == 3 && lower.contains("wall time") && lower.contains("value")) {
            var tag = TENSORBOARD_FILE.matcher(stem);
            String name = tag.matches() ? tag.group(1) : stem;
            return columns.stream().map(column -> lower(column).equals("value") ? name : column).toList();
        }
        Set<String> runs = columns.stream()
                .filter(column -> column.contains(RUN_SEPARATOR))
                .map(column -> column.substring(0, column.indexOf(RUN_SEPARATOR)))
                .collect(Collectors.toSet());
        List<String> plain = columns.stream().map(MetricNames::withoutRun).toList();
        return runs.size() == 1 && Set.copyOf(plain).size() == plain.size() ? plain : columns;
    }

    private static String withoutRun(String column) {
        int at = column.indexOf(RUN_SEPARATOR);
        return at < 0 ? column : column.substring(at + RUN_SEPARATOR.length());
    }

    /** The name of the training loss. A column with several values is preferred to one with a single value. */
    static @Nullable String trainingLoss(Map<String, Integer> sizes) {
        return first(TRAIN, sizes);
    }

    /** The name of the validation loss, chosen in the same way. */
    static @Nullable String validationLoss(Map<String, Integer> sizes) {
        return first(VALIDATION, sizes);
    }

    /** Whether a name is that of some loss. */
    static boolean isLoss(String name) {
        return LOSS.matcher(lower(name)).find();
    }

    /** Whether a name is that of a loss or of its exponential. */
    static boolean isLossOrPerplexity(String name) {
        return isLoss(name) || PERPLEXITY.matcher(lower(name)).find();
    }

    /** Whether a name is that of a loss on held-out data, such as eval_wiki_loss. */
    static boolean isValidationLoss(String name) {
        return isLoss(name) && HELD_OUT.matcher(lower(name)).find();
    }

    private static @Nullable String first(List<String> wanted, Map<String, Integer> sizes) {
        Map<String, String> byLowerCase = new HashMap<>();
        sizes.keySet().forEach(name -> byLowerCase.putIfAbsent(lower(name), name));
        List<String> there = new ArrayList<>();
        wanted.forEach(name -> {
            String found = byLowerCase.get(name);
            if (found != null) {
                there.add(found);
            }
        });
        for (String name : there) {
            if (sizes.getOrDefault(name, 0) > 1) {
                return name;
            }
        }
        return there.isEmpty() ? null : there.getFirst();
    }

    private static String lower(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }
}
