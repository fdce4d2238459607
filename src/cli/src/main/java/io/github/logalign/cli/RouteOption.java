package io.github.logalign.cli;

import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.SvdRoute;
import java.util.Locale;

/** The words of {@code --route}: one option for the routes of two methods. */
enum RouteOption {
    AUTO(SvdRoute.AUTO, NormRoute.AUTO), DIRECT(SvdRoute.DIRECT, NormRoute.AUTO), TRIANGLE(SvdRoute.TRIANGLE,
            NormRoute.AUTO), OUTPUTS(SvdRoute.AUTO, NormRoute.OUTPUTS), INNER(SvdRoute.AUTO, NormRoute.INNER);

    private final SvdRoute svd;
    private final NormRoute norm;

    RouteOption(SvdRoute svd, NormRoute norm) {
        this.svd = svd;
        this.norm = norm;
    }

    SvdRoute svd() {
        return svd;
    }

    NormRoute norm() {
        return norm;
    }

    /** The word itself, also in messages. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
