package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The orientation in which a weight is stored, and the evidence for it.
 *
 * @param stored the orientation; null if undecided
 * @param reason the evidence
 * @param warning a warning for the user, or null
 * @param refusal the reason why the weight cannot be scored; null if it can
 */
record Orientation(
        @Nullable StoredOrientation stored, String reason, @Nullable String warning,
        Outcome.@Nullable Missing refusal) {

    private static final String UNCLEAR = "; use --transposed GLOB if it is, or --stored output-input if it is not";

    static Orientation of(StoredOrientation stored, String reason) {
        return new Orientation(stored, reason, null, null);
    }

    private static Orientation refused(Outcome.Missing refusal) {
        return new Orientation(null, "", null, refusal);
    }

    /**
     * Decides the orientation. The user's options take precedence. The activations decide the orientation of a weight
     * that is not square; if they match only the transposed weight, further evidence is needed, because outputs
     * recorded by mistake would also match every weight transposed. A square weight matches both ways, so only evidence
     * decides.
     */
    static final class Judge {

        private final OrientationEvidence evidence;
        private final SiblingFits siblings;
        private final Selection selection;

        Judge(OrientationEvidence evidence, SiblingFits siblings, Selection selection) {
            this.evidence = evidence;
            this.siblings = siblings;
            this.selection = selection;
        }

        /**
         * Decides for a weight without activations: p is the same either way, only m and n are swapped.
         *
         * @param weight the weight
         * @param layer its layer
         */
        Orientation withoutActivations(Tensor weight, String layer) {
            return userSays(weight, layer).orElseGet(() -> {
                List<Vote> votes = evidence.votes(weight, layer);
                if (votes.isEmpty()) {
                    return of(StoredOrientation.OUTPUT_INPUT, nothingSays(layer));
                }
                return agree(votes)
                        ? of(votes.getFirst().orientation(), reasons(votes))
                        : of(StoredOrientation.OUTPUT_INPUT,
                                "as stored: the evidence is contradictory, but p is the same either way");
            });
        }

        private Optional<Orientation> userSays(Tensor weight, String layer) {
            if (isTransposed(weight, layer)) {
                return Optional.of(of(StoredOrientation.INPUT_OUTPUT, "set by --transposed"));
            }
            return selection.storedOutputInput()
                    ? Optional.of(of(StoredOrientation.OUTPUT_INPUT, "set by --stored output-input"))
                    : Optional.empty();
        }

        boolean isTransposed(Tensor weight, String layer) {
            return LayerNames.anyFits(selection.transposed(), List.of(weight.name(), layer));
        }

        /** The source that confirms that a weight is transposed, if its activations match only that orientation. */
        SiblingFits.Fit transposedFit(Tensor weight, String layer) {
            if (isTransposed(weight, layer)) {
                return SiblingFits.Fit.TRANSPOSED_AS_SAID;
            }
            List<Vote> votes = evidence.votes(weight, layer);
            return !votes.isEmpty() && votes.stream().allMatch(Vote::isTransposed)
                    ? SiblingFits.Fit.TRANSPOSED_BY_EVIDENCE
                    : SiblingFits.Fit.TRANSPOSED;
        }

        /**
         * Decides for a weight with activations.
         *
         * @param weight the weight; its last two dimensions are those of the matrices
         * @param layer its layer
         * @param activation the activations; their last dimension is n
         */
        Orientation withActivations(Tensor weight, String layer, Tensor activation) {
            long[] shape = weight.shape();
            long rows = shape[shape.length - 2];
            long columns = shape[shape.length - 1];
            long n = activation.shape()[activation.shape().length - 1];
            Fit fit = new Fit(weight, layer, activation, rows, columns, n);
            Optional<Orientation> said = userSays(weight, layer);
            if (said.isPresent()) {
                boolean transposed = said.get().stored == StoredOrientation.INPUT_OUTPUT;
                return n == (transposed ? rows : columns) ? said.get() : refused(fit.contradictsTheUser(transposed));
            }
            if (n != rows && n != columns) {
                return refused(fit.mismatch(adviceToPair()));
            }
            if (rows == columns) {
                return square(fit);
            }
            return n == columns ? onlyAsStored(fit) : onlyTransposed(fit);
        }

        private Orientation onlyAsStored(Fit fit) {
            List<Vote> against = evidence.votes(fit.weight, fit.layer).stream().filter(Vote::isTransposed).toList();
            String warning = against.isEmpty()
                    ? null
                    : "taken as stored output x input, since its activations match only that orientation,"
                            + " although " + reasons(against);
            return new Orientation(
                    StoredOrientation.OUTPUT_INPUT, "its activations match only this orientation", warning, null);
        }

        private Orientation onlyTransposed(Fit fit) {
            List<Vote> votes = strongVotes(fit, true);
            if (votes.isEmpty()) {
                Optional<Vote> file = siblings.ofTheFile(fit.isFused(), true);
                return file.filter(Vote::isTransposed).map(vote -> likeTheFile(fit, vote))
                        .orElseGet(() -> refused(fit.onlyTransposed("")));
            }
            if (agree(votes) && votes.getFirst().isTransposed()) {
                return of(
                        StoredOrientation.INPUT_OUTPUT,
                        "its activations match only this orientation, and " + reasons(votes));
            }
            return refused(fit.onlyTransposed(", although " + reasons(
                    votes.stream().filter(vote -> !vote.isTransposed()).toList())));
        }

        private Orientation square(Fit fit) {
            List<Vote> votes = strongVotes(fit, false);
            if (!votes.isEmpty()) {
                return agree(votes)
                        ? decided(fit, votes)
                        : refused(fit.undecided("the evidence is contradictory: " + described(votes)));
            }
            Optional<Vote> file = siblings.ofTheFile(fit.isFused(), false);
            if (file.isPresent() && file.get().isTransposed()) {
                return likeTheFile(fit, file.get());
            }
            if (siblings.anyTransposed(fit.isFused())) {
                return refused(fit.undecided("some layers of the file match their activations only transposed"));
            }
            if (OrientationEvidence.isAmbiguous(fit.weight, fit.layer)) {
                return refused(fit.undecided("some model families store layers with this name transposed and others "
                        + "do not"
                        + evidence.silenceOfConfig(fit.layer)));
            }
            return of(StoredOrientation.OUTPUT_INPUT,
                    file.map(vote -> "as stored: " + vote.reason()).orElseGet(() -> nothingSays(fit.layer)));
        }

        private String nothingSays(String layer) {
            return "as stored: there is no evidence otherwise" + evidence.silenceOfConfig(layer);
        }

        /**
         * Adds a warning if outputs may have been recorded: the outputs of a square layer match as well as its inputs,
         * and those of other layers seem to have been recorded.
         */
        private Orientation decided(Fit fit, List<Vote> votes) {
            StoredOrientation stored = votes.getFirst().orientation();
            Optional<String> outputs = stored == StoredOrientation.OUTPUT_INPUT
                    ? siblings.unexplained(fit.isFused())
                    : Optional.empty();
            String warning = outputs
                    .map(layer -> "the activations of " + LayerNames.quoted(layer) + " look like its outputs; if these"
                            + " are outputs too, record inputs")
                    .orElse(null);
            return new Orientation(stored, reasons(votes), warning, null);
        }

        /**
         * Follows the other layers of the file, with a warning, since layers whose outputs were recorded instead of
         * their inputs look the same.
         */
        private static Orientation likeTheFile(Fit fit, Vote vote) {
            return new Orientation(
                    StoredOrientation.INPUT_OUTPUT,
                    vote.reason(),
                    "taken as stored input x output, since " + vote.reason() + "; if the activations are outputs of the"
                            + " layers, record their inputs"
                            + (fit.isSquare() ? "; --stored output-input scores it as stored" : ""),
                    null);
        }

        private List<Vote> strongVotes(Fit fit, boolean itself) {
            List<Vote> votes = new ArrayList<>(evidence.votes(fit.weight, fit.layer));
            if (!evidence.isCertain(fit.weight) && !TiedHead.isHeadOrEmbedding(fit.layer)) {
                siblings.ofTheSameName(fit.layer, fit.isFused(), itself).ifPresent(votes::add);
            }
            return votes;
        }

        private String adviceToPair() {
            return selection.activation() == null && selection.maps().isEmpty()
                    ? "; give its own activations with --map"
                    : "; give the activations of its own inputs";
        }

        private static boolean agree(List<Vote> votes) {
            return votes.stream().map(Vote::orientation).distinct().count() == 1;
        }

        private static String reasons(List<Vote> votes) {
            return votes.stream().map(Vote::reason).collect(Collectors.joining("; "));
        }

        private static String described(List<Vote> votes) {
            return votes.stream()
                    .map(vote -> vote.orientation().label() + " (" + vote.reason() + ")")
                    .collect(Collectors.joining(", "));
        }
    }

    /** A weight of rows x columns and activations of n columns, with the refusals for pairs that do not match. */
    private record Fit(Tensor weight, String layer, Tensor activation, long rows, long columns, long n) {

        boolean isFused() {
            return weight.shape().length == 3;
        }

        boolean isSquare() {
            return rows == columns;
        }

        private String sizes(long inputs) {
            return weight.where() + " has n = " + inputs + " inputs, but " + activation.where() + " has " + n
                    + " columns";
        }

        Outcome.Missing mismatch(String advice) {
            return new Outcome.Failed(sizes(columns) + advice);
        }

        Outcome.Missing onlyTransposed(String although) {
            return new Outcome.Failed(
                    sizes(columns) + although + "; if the weight is stored input x output, use --transposed GLOB; if "
                            + "the activations are the layer's outputs, record its inputs");
        }

        Outcome.Missing contradictsTheUser(boolean transposed) {
            if (n != rows && n != columns) {
                return mismatch("; record its own inputs");
            }
            return transposed
                    ? new Outcome.Failed(sizes(rows) + " when transposed; remove it from --transposed")
                    : new Outcome.Failed(sizes(columns) + "; it matches only transposed: add it to --transposed GLOB");
        }

        Outcome.Missing undecided(String why) {
            return new Outcome.Skipped(
                    weight.where() + " is square and matches both ways, and whether it is stored input x output is "
                            + "unclear, since " + why + UNCLEAR);
        }
    }
}
