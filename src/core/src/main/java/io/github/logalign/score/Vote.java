package io.github.logalign.score;

/**
 * One piece of evidence about how a weight is stored.
 *
 * @param orientation the orientation
 * @param reason the reason, in a few words that can follow a colon
 */
record Vote(StoredOrientation orientation, String reason) {

    boolean isTransposed() {
        return orientation == StoredOrientation.INPUT_OUTPUT;
    }
}
