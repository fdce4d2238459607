package io.github.logalign.score;

/**
 * What one piece of evidence says about how a weight is stored.
 *
 * @param orientation how
 * @param reason why, in a few words that fit behind a colon
 */
record Vote(StoredOrientation orientation, String reason) {

    boolean isTransposed() {
        return orientation == StoredOrientation.INPUT_OUTPUT;
    }
}
