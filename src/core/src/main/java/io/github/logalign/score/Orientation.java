package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a weight is taken to be stored, and why.
 *
 * @param stored the orientation; null if it was not decided
 * @param reason why
 * @param warning what the user should know; null if nothing
 * @param refusal why the weight cannot be scored; null if it can
 */
record Orientation(
        @Nullable StoredOrientation stored, String reason, @Nullable String warning,
        Outcome.@Nullable Missing refusal) {

    private static final String UNCLEAR = "; say --transposed GLOB if it is, or --stored output-input if it is not";

    static Orientation of(StoredOrientation stored, String reason) {
        return new Orientation(stored, reason, null, null);
    }

    private static Orientation refused(Outcome.Missing refusal) {
        return new Orientation(null, "", null, refusal);
    }

    /**
     * Decides. The user's word comes first. A layer that is not square is decided by its activations, and one that fits only
     * transposed needs evidence besides, which is not made of activations: the wrong ones, such as the outputs of layers, would
     * fit like that everywhere. A square layer fits both ways and is decided by evidence alone.
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
         * A weight without activations: p is the same either way, only m and n change places.
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
                                "as stored: the evidence is contradictory, and p is the same"
                                        + " either way");
            });
        }

        private Optional<Orientation> userSays(Tensor weight, String layer) {
            if (isTransposed(weight, layer)) {
                return Optional.of(of(StoredOrientation.INPUT_OUTPUT, "--transposed says so"));
            }
            return selection.storedOutputInput()
                    ? Optional.of(of(StoredOrientation.OUTPUT_INPUT, "--stored output-input says so"))
                    : Optional.empty();
        }

        boolean isTransposed(Tensor weight, String layer) {
            return LayerNames.anyFits(selection.transposed(), List.of(weight.name(), layer));
        }

        /** Who says that a weight is transposed, if its activations fit only so. */
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
         * A weight with activations.
         *
         * @param weight the weight, its last two dimensions those of the matrices
         * @param layer its layer
         * @param activation the activations, their last dimension n
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
                    : "taken as stored output x input, since its activations fit only so, although " + reasons(against);
            return new Orientation(
                    StoredOrientation.OUTPUT_INPUT, "its activations fit only so", warning, null);
        }

        private Orientation onlyTransposed(Fit fit) {
            List<Vote> votes = strongVotes(fit, true);
            if (votes.isEmpty()) {
                Optional<Vote> file = siblings.ofTheFile(fit.isFused(), true);
                return file.filter(Vote::isTransposed).map(vote -> likeTheFile(fit, vote))
                        .orElseGet(() -> refused(fit.onlyTransposed("")));
            }
            if (agree(votes) && votes.getFirst().isTransposed()) {
                return of(StoredOrientation.INPUT_OUTPUT, "its activations fit only so, and " + reasons(votes));
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
                return refused(fit.undecided("some layers of the file fit their activations only transposed"));
            }
            if (OrientationEvidence.isAmbiguous(fit.weight, fit.layer)) {
                return refused(fit.undecided("some families of models store layers of its name so and others do not"
                        + evidence.silenceOfConfig(fit.layer)));
            }
            return of(StoredOrientation.OUTPUT_INPUT,
                    file.map(vote -> "as stored: " + vote.reason()).orElseGet(() -> nothingSays(fit.layer)));
        }

        private String nothingSays(String layer) {
            return "as stored: nothing says otherwise" + evidence.silenceOfConfig(layer);
        }

        /** A square layer's outputs fit as its inputs do; where other layers' outputs were recorded, that is likely. */
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

        /** Layers whose outputs were recorded in the place of their inputs look like this too, so it is said aloud. */
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
            if (!TiedHead.isHeadOrEmbedding(fit.layer)) {
                siblings.ofTheSameName(fit.layer, fit.isFused(), itself).ifPresent(votes::add);
            }
            return votes;
        }

        private String adviceToPair() {
            return selection.activation() == null && selection.maps().isEmpty()
                    ? "; name its own activations with --map"
                    : "; name activations of its own inputs";
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

    /** A weight of rows x columns beside activations of n columns, and what can be wrong with that. */
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
                    sizes(columns) + although + "; if the weight is stored input x output, say --transposed"
                            + " GLOB; if the activations are the layer's outputs, record its inputs");
        }

        Outcome.Missing contradictsTheUser(boolean transposed) {
            if (n != rows && n != columns) {
                return mismatch("; record its own inputs");
            }
            return transposed
                    ? new Outcome.Failed(sizes(rows) + " when transposed; leave it out of --transposed")
                    : new Outcome.Failed(sizes(columns) + "; it fits only transposed: name it in --transposed GLOB");
        }

        Outcome.Missing undecided(String why) {
            return new Outcome.Skipped(
                    weight.where() + " is square and fits both ways, and whether it is stored input x output"
                            + " is not clear, since " + why + UNCLEAR);
        }
    }
}
