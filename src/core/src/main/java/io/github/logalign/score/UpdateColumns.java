package io.github.logalign.score;

import static io.github.logalign.score.Column.integer;
import static io.github.logalign.score.Column.real;
import static io.github.logalign.score.Column.text;

import io.github.logalign.score.LayerInfo.Source;
import io.github.logalign.score.UpdateScore.Ranks;
import io.github.logalign.score.UpdateScore.Ratio;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The columns that say how what training changed lines up. */
final class UpdateColumns {

    private static final Column<LayerScore, String> WEIGHTS = text(
            "updateFrom.weights", "file of the earlier weights W0, from which dW = W - W0",
            source(UpdateScore::weights, Source::file));

    private static final Column<LayerScore, String> TENSOR = text(
            "updateFrom.tensor", "name of W0 in it", source(UpdateScore::weights, Source::name));

    private static final Column<LayerScore, String> ACTIVATIONS = text(
            "updateFrom.activations", "file of the earlier inputs z0, from which dz = z - z0",
            source(UpdateScore::activations, Source::file));

    private static final Column<LayerScore, String> ACTIVATION = text(
            "updateFrom.activation", "name of z0 in it", source(UpdateScore::activations, Source::name));

    private record Pair(Column<LayerScore, Double> lar, Column<LayerScore, Double> overlap) {

        static Pair of(String name, String what, String heading, Function<UpdateScore, @Nullable Ratio> ratio) {
            return new Pair(
                    real("updateLar." + name, "LAR of " + what, part(update -> value(ratio.apply(update), Ratio::lar)))
                            .shownAs(heading, "%.6f"),
                    real("updateOverlap." + name, "overlap of " + what,
                            part(update -> value(ratio.apply(update), Ratio::overlap))));
        }

        private static @Nullable Double value(@Nullable Ratio ratio, Function<Ratio, Double> part) {
            return ratio == null ? null : part.apply(ratio);
        }

        @Nullable
        Ratio in(Cells cells) {
            Double itsOverlap = overlap.in(cells);
            Double itsLar = lar.in(cells);
            return itsOverlap == null || itsLar == null ? null : new Ratio(itsOverlap, itsLar);
        }
    }

    private static final Pair Z0_DW = Pair.of("z0dW", "the earlier inputs with the weights' change", "z0,dW",
            UpdateScore::oldInputsNewWeights);

    private static final Pair DZ_W0 = Pair.of("dzW0", "the inputs' change with the earlier weights", "dz,W0",
            UpdateScore::newInputsOldWeights);

    private static final Pair DZ_DW = Pair.of("dzdW", "the inputs' change with the weights' change", "dz,dW",
            UpdateScore::newInputsNewWeights);

    private static final Column<LayerScore, Long> RANK = integer(
            "updateRank.numerical", "numerical rank of dW", ranks(found -> (long) found.numerical()))
            .shownAs("dW rank", "%d");

    private static final Column<LayerScore, Double> STABLE_RANK = real(
            "updateRank.stable", "stable rank of dW", ranks(Ranks::stable))
            .shownAs("dW stable", "%.2f");

    private static final Column<LayerScore, Double> EFFECTIVE_RANK = real(
            "updateRank.effective", "effective rank of dW", ranks(Ranks::effective));

    /** What tables show. */
    static final List<Column<LayerScore, ?>> SHOWN = List.of(Z0_DW.lar, DZ_W0.lar, DZ_DW.lar, RANK, STABLE_RANK);

    /** All of them, in the order of files. */
    static final List<Column<LayerScore, ?>> ALL = List.of(
            Z0_DW.lar, DZ_W0.lar, DZ_DW.lar, Z0_DW.overlap, DZ_W0.overlap, DZ_DW.overlap, RANK, STABLE_RANK,
            EFFECTIVE_RANK, WEIGHTS, TENSOR, ACTIVATIONS, ACTIVATION);

    private UpdateColumns() {}

    private static <V> Function<LayerScore, @Nullable V> part(Function<UpdateScore, @Nullable V> part) {
        return row -> row.update() == null ? null : part.apply(row.update());
    }

    private static Function<LayerScore, @Nullable String> source(
            Function<UpdateScore, @Nullable Source> source, Function<Source, @Nullable String> part) {
        return part(update -> {
            Source found = source.apply(update);
            return found == null ? null : part.apply(found);
        });
    }

    private static <V> Function<LayerScore, @Nullable V> ranks(Function<Ranks, @Nullable V> value) {
        return part(update -> update.ranks() == null ? null : value.apply(update.ranks()));
    }

    /** What a file holds of them; null if it has none, as files of earlier versions. */
    static @Nullable UpdateScore read(Cells cells) {
        Source weights = source(WEIGHTS.in(cells), TENSOR.in(cells));
        Source activations = source(ACTIVATIONS.in(cells), ACTIVATION.in(cells));
        return weights == null && activations == null
                ? null
                : new UpdateScore(weights, activations, Z0_DW.in(cells), DZ_W0.in(cells), DZ_DW.in(cells),
                        ranks(cells));
    }

    private static @Nullable Source source(@Nullable String file, @Nullable String name) {
        return file == null ? null : new Source(file, name);
    }

    private static @Nullable Ranks ranks(Cells cells) {
        Long rank = RANK.in(cells);
        Double stableRank = STABLE_RANK.in(cells);
        return rank == null || stableRank == null
                ? null
                : new Ranks(Math.toIntExact(rank), stableRank, EFFECTIVE_RANK.in(cells));
    }
}
